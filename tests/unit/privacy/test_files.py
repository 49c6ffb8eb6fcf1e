"""Attachments and minidumps: what goes is overwritten, and every byte keeps its place."""

import struct

import pytest

from tests.unit.privacy.scrubbing import pattern, rules
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.privacy import scrubber
from urgentry.privacy.minidump import Part, ranges_of

LOG = b"mail foo@bar.com \xff from 10.0.0.1 " + "wide bob@example.org".encode("utf-16-le")


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("@email", b"mail [email]xxxx"),
        ("@email:mask", b"mail ***********"),
        ("@email:remove", b"mail xxxxxxxxxxx"),
        ("@email:hash", b"mail 823776525776F"[:16]),
    ],
)
def test_every_byte_keeps_its_place(rule: str, left: bytes) -> None:
    found = scrubber(rules(("$attachments.'app.log'", rule))).attachment("app.log", LOG)
    assert len(found) == len(LOG)
    assert found[5:16] != LOG[5:16]
    if rule != "@email:hash":
        assert found[:16] == left
    assert found[16:33] == LOG[16:33]


def test_wide_texts_are_found_at_any_place() -> None:
    settings = rules(("$attachments.*", "@email:mask"))
    for prefix in (b"", b"\x01", b"\x00\x02\x03"):
        content = prefix + "to bob@example.org!".encode("utf-16-le")
        left = scrubber(settings).attachment("x", content)
        assert left == prefix + "to ***************!".encode("utf-16-le")


@pytest.mark.parametrize(
    ("selector", "name", "goes"),
    [
        ("$attachments.'app.log'", "APP.log", True),
        ("$attachments.'app.log'", "other.log", False),
        ("'app.log'", "app.log", True),
        ("$binary", "anything", True),
        ("$attachments.** && !'keep.txt'", "keep.txt", False),
        ("$string", "app.log", False),
        ("extra.**", "app.log", False),
    ],
)
def test_which_files_a_rule_means(selector: str, name: str, goes: bool) -> None:
    left = scrubber(rules((selector, "@email"))).attachment(name, LOG)
    assert (left != LOG) is goes


def test_default_scrubbing_leaves_files_alone() -> None:
    content = b"password=secret 4111111111111111"
    assert scrubber(PrivacySettings()).attachment("password.txt", content) is content


def test_rules_about_names_and_anything_take_the_whole_file() -> None:
    named = rules(("$attachments.*", "r"), r={"type": "redact_pair", "keyPattern": "dump"})
    assert scrubber(named).attachment("core.dump", b"abc") == b"xxx"
    anything = rules(("$attachments.'a.txt'", "@anything:mask"))
    assert scrubber(anything).attachment("a.txt", b"abc") == b"***"
    assert scrubber(anything).attachment("a.txt", b"") == b""


def test_groups_of_a_pattern() -> None:
    settings = rules(("$attachments.*", "r"), r=pattern("id=(.)(.)", put="", replaceGroups=[2]))
    assert scrubber(settings).attachment("x", b"id=ab id=cd") == b"id=ax id=cx"


def _minidump(
    *,
    stack: bytes,
    heap: bytes,
    name: str = "C:\\Users\\jane\\app.exe",
    pdb: bytes = b"/home/jane/a.pdb",
) -> bytes:
    """A dump of one thread, one other range of memory, and one module."""
    streams = 3
    at = 32 + 12 * streams
    parts: list[tuple[int, bytes]] = []

    def place(content: bytes) -> int:
        nonlocal at
        parts.append((at, content))
        at += len(content)
        return at - len(content)

    stack_at, heap_at = place(stack), place(heap)
    wide = name.encode("utf-16-le")
    name_at = place(struct.pack("<I", len(wide)) + wide + b"\0\0")
    debug = b"RSDS" + bytes(20) + pdb + b"\0"
    debug_at = place(debug)
    thread = struct.pack("<IIIIQQII", 1, 0, 0, 0, 0, 0x1000, len(stack), stack_at) + bytes(8)
    threads = place(struct.pack("<I", 1) + thread)
    memory = place(
        struct.pack("<I", 2)
        + struct.pack("<QII", 0x1000, len(stack), stack_at)
        + struct.pack("<QII", 0x2000, len(heap), heap_at)
    )
    module = struct.pack("<QIIII", 0, 0, 0, 0, name_at) + bytes(52)
    module += struct.pack("<IIIIQQ", len(debug), debug_at, 0, 0, 0, 0)
    modules = place(struct.pack("<I", 1) + module)
    directory = b"".join(
        struct.pack("<III", kind, 0, start)
        for kind, start in ((3, threads), (5, memory), (4, modules))
    )
    header = struct.pack("<4sIII", b"MDMP", 0xA793, streams, 32) + bytes(16)
    return header + directory + b"".join(content for _, content in parts)


STACK, HEAP = b"stack a@b.com", b"heap a@b.com"


@pytest.mark.parametrize(
    ("selector", "stack", "heap"),
    [
        ("$stack_memory", b"stack *******", HEAP),
        ("$heap_memory", STACK, b"heap *******"),
        ("$binary", b"stack *******", b"heap *******"),
        ("$minidump.*", b"stack *******", b"heap *******"),
        ("$attachments.'a.dmp'", STACK, HEAP),
    ],
)
def test_the_memory_of_a_minidump(selector: str, stack: bytes, heap: bytes) -> None:
    dump = _minidump(stack=STACK, heap=HEAP)
    left = scrubber(rules((selector, "@email:mask"))).attachment("a.dmp", dump)
    assert left == dump.replace(STACK, stack).replace(HEAP, heap)


def test_the_names_of_its_modules_stay_and_their_folders_go() -> None:
    dump = _minidump(stack=STACK, heap=HEAP)
    settings = rules(("code_file", "@userpath:mask"), ("debug_file", "@anything:remove"))
    left = scrubber(settings).attachment("a.dmp", dump)
    found = {
        each.part: left[each.start : each.stop].decode(each.encoding) for each in ranges_of(left)
    }
    assert found[Part.CODE_FILE] == "C:\\Users\\****\\app.exe"
    assert found[Part.DEBUG_FILE] == "xxxxxxxxxx/a.pdb"


@pytest.mark.parametrize("end", [4, 31, 40, 100, 200, 300])
def test_a_dump_that_ends_early_is_scrubbed_as_far_as_it_goes(end: int) -> None:
    dump = _minidump(stack=STACK, heap=HEAP)[:end]
    left = scrubber(rules(("$binary", "@email:mask"))).attachment("a.dmp", dump)
    assert len(left) == len(dump)
    assert all(0 <= each.start < each.stop <= len(dump) for each in ranges_of(dump))


def test_a_dump_that_names_all_of_itself_over_and_over_costs_little() -> None:
    count = 50_000
    memory = struct.pack("<I", count)
    memory += b"".join(struct.pack("<QII", n, 800_000 + n % 7, 0) for n in range(count))
    header = struct.pack("<4sIII", b"MDMP", 0, 1, 32) + bytes(16) + struct.pack("<III", 5, 0, 44)
    ranges = ranges_of(header + memory)
    assert sum(each.stop - each.start for each in ranges) <= 4 * len(header + memory)
