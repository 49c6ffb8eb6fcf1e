"""The reader of dumps: what it finds, and that nothing in a dump can lead it astray."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.minidumps import linux_dump, windows_dump
from urgentry.ingest.native.crash_reasons import crash_reason
from urgentry.ingest.native.event import apply_minidump
from urgentry.ingest.native.minidump import MAX_MODULES, MAX_THREADS, Minidump, parse_minidump

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus" / "native"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")


def parsed(content: bytes) -> Minidump:
    found = parse_minidump(memoryview(content))
    assert found is not None
    return found


def test_what_a_dump_says() -> None:
    dump = parsed(linux_dump())
    assert dump.at == 1_700_000_000
    assert dump.system is not None
    assert dump.crash is not None
    assert dump.crash.instruction == 0x401234
    assert [(each.id, each.name) for each in dump.threads] == [(7, "main loop")]
    [module] = dump.modules
    assert dump.module_of(0x401234) is module
    assert dump.module_of(0x500000) is None
    assert module.identity is not None
    assert module.identity.build_id == bytes(range(20)).hex()
    assert module.identity.debug_id == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    assert str(crash_reason(dump.crash, dump.system.platform)) == "SIGSEGV / SEGV_MAPERR"


def test_what_it_becomes() -> None:
    event = {"contexts": {"os": {"name": "mine"}, "device": "nonsense"}, "timestamp": 5}
    apply_minidump(event, parsed(windows_dump()))
    assert event["timestamp"] == 5
    assert event["fingerprint"] == ["{{ default }}", "crash.exe+0x1234"]
    assert event["contexts"] == {
        "os": {"name": "mine", "version": "10.0.19045"},
        "device": {"arch": "x86", "processor_count": 4},
    }
    assert event["threads"] == {
        "values": [{"id": 7, "name": "main loop", "crashed": True, "current": True}]
    }
    assert event["debug_meta"] == {
        "images": [
            {
                "type": "pe",
                "code_file": "C:\\games\\crash.exe",
                "code_id": "5F00000010000",
                "debug_id": "00010203-0405-0607-0809-0a0b0c0d0e0f-1",
                "debug_file": "C:\\build\\crash.pdb",
                "image_addr": "0x400000",
                "image_size": 0x10000,
            }
        ]
    }


@pytest.mark.parametrize("content", [b"", b"MDM", b"MDMP", b"PMDM", b"BAD!" + bytes(100)])
def test_what_is_none_is_none(content: bytes) -> None:
    assert parse_minidump(memoryview(content)) is None


def test_a_broken_stream_costs_no_other() -> None:
    content = bytearray(linux_dump())
    struct.pack_into("<I", content, 32 + 8, 1 << 31)  # where the threads are said to be
    dump = parsed(bytes(content))
    assert dump.threads == []
    assert dump.crash is not None
    assert len(dump.modules) == 1


def test_lists_without_end_are_cut() -> None:
    body = bytearray(32 + 24)
    place = len(body)
    body += struct.pack("<I", 0xFFFFFFFF) + bytes(108 * 3_000)
    for number, kind in enumerate((3, 4)):
        struct.pack_into("<III", body, 32 + 12 * number, kind, 1 << 20, place)
    struct.pack_into("<4sIII", body, 0, b"MDMP", 0, 2, 32)
    dump = parsed(bytes(body))
    assert (len(dump.modules), len(dump.threads)) == (MAX_MODULES, MAX_THREADS)


@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=8), st.integers(0, 2_500))
def test_no_change_of_a_dump_is_an_error_of_ours(at: int, change: bytes, length: int) -> None:
    for whole in (linux_dump(), windows_dump()):
        content = bytearray(whole)
        content[at : at + len(change)] = change
        event: dict[str, object] = {}
        apply_minidump(event, parse_minidump(memoryview(bytes(content[: length or None]))))
        assert event["platform"] == "native"


@needs_corpus
@pytest.mark.parametrize(
    ("name", "reason", "modules", "first"),
    [
        ("linux.dmp", "SIGSEGV", 8, "c0bcc3f1-9827-fe65-3058-404b2831d9e6"),
        ("macos.dmp", "EXC_BAD_ACCESS", 43, "67e9247c-814e-392b-a027-dbde6748fcbf"),
        (
            "windows.dmp",
            "EXCEPTION_ACCESS_VIOLATION_WRITE",
            17,
            "3249d99d-0c40-4931-8610-f4e4fb0b6936-1",
        ),
        ("threadnames.dmp", "EXC_BAD_ACCESS", 242, "c6b84984-d252-3533-8de8-f0b9689d99a7"),
    ],
)
def test_real_dumps_are_read(name: str, reason: str, modules: int, first: str) -> None:
    event: dict[str, object] = {}
    dump = parsed((CORPUS / name).read_bytes())
    apply_minidump(event, dump)
    assert event["exception"]["values"][0]["type"] == reason  # type: ignore[index]
    assert len(dump.modules) == modules
    assert dump.modules[0].identity is not None
    assert dump.modules[0].identity.debug_id == first


@needs_corpus
def test_annotations_and_thread_names_of_real_dumps_are_read() -> None:
    assert parsed((CORPUS / "relay-integration" / "annotations.dmp").read_bytes()).annotations == {
        "hello": "world"
    }
    names = {each.name for each in parsed((CORPUS / "threadnames.dmp").read_bytes()).threads}
    assert "sentry-http" in names
