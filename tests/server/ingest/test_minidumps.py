"""Crashes as their reporters send them: forms, bare dumps, envelopes, and what is not one."""

import bz2
import gzip
import lzma
import uuid
from typing import Any

import httpx
import msgspec
import orjson
import pytest
import zstandard

from tests import minidumps
from tests.minidumps import windows_dump
from tests.server.ingest.test_attachments import attachment, content_of, envelope, listed
from tests.server.ingest.wire import Wire

DUMP_FIELD = "upload_file_minidump"


def linux_dump(module: str = "") -> bytes:
    """A crash of a kind of its own, unless its module is named."""
    return minidumps.linux_dump(module or uuid.uuid4().hex)


def send(wire: Wire, **kwargs: Any) -> httpx.Response:
    headers = wire.auth | kwargs.pop("headers", {})
    return wire.client.post(f"/api/{wire.project_id}/minidump/", headers=headers, **kwargs)


def form(wire: Wire, dump: bytes, *files: Any, **fields: str) -> httpx.Response:
    sent = [(DUMP_FIELD, ("crash.dmp", dump, "application/octet-stream")), *files]
    return send(wire, files=sent, data=fields)


def event_of(wire: Wire, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    found = wire.stored(uuid.UUID(answer.text).hex)
    assert answer.text == str(uuid.UUID(answer.text))
    assert found is not None
    return found


def test_a_dump_becomes_an_event_and_is_kept(wire: Wire) -> None:
    before, dump = wire.ledger(), windows_dump()
    event = event_of(wire, form(wire, dump, prod="Electron", ver="1.2.3"))
    assert (event["platform"], event["level"]) == ("native", "fatal")
    [exception] = event["exception"]["values"]
    assert exception["type"] == "EXCEPTION_ACCESS_VIOLATION_WRITE"
    assert exception["value"] == "Fatal Error: EXCEPTION_ACCESS_VIOLATION_WRITE / 0x45"
    assert exception["mechanism"]["type"] == "minidump"
    assert exception["mechanism"]["handled"] is False
    assert exception["stacktrace"]["frames"][0]["package"] == "C:\\games\\crash.exe"
    assert event["contexts"]["os"]["name"] == "Windows"
    assert event["contexts"]["device"]["arch"] == "x86"
    assert event["extra"] == {"prod": "Electron", "ver": "1.2.3"}
    [image] = event["debug_meta"]["images"]
    assert image["debug_id"] == "00010203-0405-0607-0809-0a0b0c0d0e0f-1"
    [kept] = listed(wire, event["event_id"])
    assert (kept["name"], kept["type"], kept["size"]) == ("crash.dmp", "event.minidump", len(dump))
    assert content_of(wire, event["event_id"], kept["id"]).content == dump
    assert wire.ledger().since(before) == {
        ("error", "accepted", ""): 1,
        ("attachment", "accepted", ""): 1,
    }


def test_a_bare_dump_is_enough(wire: Wire) -> None:
    for content_type in ("application/octet-stream", "application/x-dmp", ""):
        headers = {"Content-Type": content_type} if content_type else {}
        event = event_of(wire, send(wire, content=linux_dump(), headers=headers))
        assert event["exception"]["values"][0]["type"] == "SIGSEGV"
        assert event["contexts"]["os"]["kernel_version"] == "5.10"


@pytest.mark.parametrize(
    ("pack", "ending"),
    [
        (gzip.compress, ".gz"),
        (lzma.compress, ".xz"),
        (bz2.compress, ".bz2"),
        (zstandard.compress, ".zst"),
    ],
)
def test_dumps_come_in_containers(wire: Wire, pack: Any, ending: str) -> None:
    packed = ("crash.dmp" + ending, pack(linux_dump()), "application/octet-stream")
    event = event_of(wire, send(wire, files=[(DUMP_FIELD, packed)]))
    [kept] = listed(wire, event["event_id"])
    assert (kept["name"], kept["size"]) == ("crash.dmp", len(linux_dump()))


def test_so_many_dumps_of_a_kind_are_kept(wire: Wire) -> None:
    before, dump, other = wire.ledger(), linux_dump("often"), linux_dump()
    events = [event_of(wire, form(wire, dump)) for _ in range(7)]
    kept = [len(listed(wire, each["event_id"])) for each in events]
    assert kept == [1, 1, 1, 1, 1, 0, 0]
    assert len(listed(wire, event_of(wire, form(wire, other))["event_id"])) == 1
    assert wire.ledger().since(before) == {
        ("error", "accepted", ""): 8,
        ("attachment", "accepted", ""): 6,
        ("attachment", "invalid", "crash_report_limit"): 2,
    }


def test_crashes_are_told_apart_by_their_place(wire: Wire) -> None:
    first, second = linux_dump("engine"), linux_dump("physics")
    hashes = {tuple(event_of(wire, form(wire, dump))["hashes"]) for dump in (first, second, first)}
    assert len(hashes) == 2


def test_the_form_says_what_the_event_says(wire: Wire) -> None:
    event_id = uuid.uuid4().hex
    event = event_of(
        wire,
        form(
            wire,
            linux_dump(),
            **{
                "sentry": orjson.dumps({"event_id": event_id, "release": "game@1.0"}).decode(),
                "sentry___initialScope": '{"user": {"id": "7"}, "release": "other"}',
                "sentry[tags][mood]": "bad",
                "sentry__1": '{"environ',
                "sentry__2": 'ment": "prod", "extra": {"own": 1}}',
                "guid": "abc",
                "sentry___broken": "{nonsense",
            },
        ),
    )
    assert event["event_id"] == event_id
    assert (event["release"], event["environment"]) == ("game@1.0", "prod")
    assert event["user"]["id"] == "7"
    assert ["mood", "bad"] in event["tags"]
    assert event["extra"] == {"own": 1, "guid": "abc"}


def test_packed_events_and_breadcrumbs_are_read(wire: Wire) -> None:
    pack = msgspec.msgpack.encode
    event_id = uuid.uuid4().hex
    packed = pack({"event_id": event_id, "release": "native@2", "extra": {"raw": b"bytes"}})
    older = b"".join(
        pack({"timestamp": f"2026-01-01T00:00:0{n}Z", "message": f"m{n}"}) for n in (1, 2)
    )
    newer = pack({"timestamp": "2026-01-01T00:00:03Z", "message": "m3"})
    event = event_of(
        wire,
        form(
            wire,
            linux_dump(),
            ("__sentry-event", ("__sentry-event", packed, "")),
            ("__sentry-breadcrumb1", ("__sentry-breadcrumb1", newer + b"\x82\xa1", "")),
            ("__sentry-breadcrumb2", ("__sentry-breadcrumb2", older, "")),
            ("log", ("game.log", b"text", "text/plain")),
            ("view-hierarchy.json", ("view-hierarchy.json", b"{}", "")),
            ("gpu", ("a.nv-gpudmp", b"gpu", "")),
            ignored="field",
        ),
    )
    assert (event["event_id"], event["release"]) == (event_id, "native@2")
    assert event["extra"] == {"raw": "bytes"}
    assert [each["message"] for each in event["breadcrumbs"]["values"]] == ["m2", "m3"]
    assert {each["name"]: each["type"] for each in listed(wire, event_id)} == {
        "crash.dmp": "event.minidump",
        "game.log": "event.attachment",
        "view-hierarchy.json": "event.view_hierarchy",
        "a.nv-gpudmp": "event.nv_gpudmp",
    }


def test_a_form_inside_the_field_of_the_dump_is_opened(wire: Wire) -> None:
    inner = (
        b"--in\r\nContent-Disposition: form-data; name=platform\r\n\r\nlinux\r\n"
        b'--in\r\nContent-Disposition: form-data; name="upload_file_minidump"; filename="dump"'
        b"\r\n\r\n" + linux_dump() + b"\r\n--in--\r\n"
    )
    event = event_of(wire, form(wire, inner))
    assert event["exception"]["values"][0]["type"] == "SIGSEGV"


@pytest.mark.parametrize(
    ("files", "detail", "reason"),
    [
        ([(DUMP_FIELD, ("x", b"BAD!"))], "invalid minidump", "invalid_minidump"),
        ([(DUMP_FIELD, ("x", b""))], "invalid minidump", "invalid_minidump"),
        ([("other", ("x", b"MDMP"))], "missing minidump", "missing_minidump_upload"),
        (
            [(DUMP_FIELD, ("x", b"--in\r\n\r\n\r\n--in--"))],
            "missing minidump",
            "missing_minidump_upload",
        ),
        (
            [(DUMP_FIELD, ("x.gz", b"\x1f\x8bbroken"))],
            "invalid compressed minidump",
            "invalid_compression",
        ),
        (
            [(DUMP_FIELD, ("x", b"MDMP")), ("__sentry-event", ("e", b"\xc1"))],
            "invalid event payload",
            "invalid_msgpack",
        ),
    ],
)
def test_what_is_no_crash_is_refused(
    wire: Wire, files: list[Any], detail: str, reason: str
) -> None:
    before = wire.ledger()
    answer = send(wire, files=files)
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)
    assert wire.ledger().since(before) == {("error", "invalid", reason): 1}


def test_a_bomb_is_refused(wire: Wire) -> None:
    bomb = bz2.compress(bytes(60 << 20))
    answer = send(wire, files=[(DUMP_FIELD, ("x.bz2", b"BZh" + bomb[3:]))])
    assert answer.status_code == 413


def test_a_dump_in_an_envelope_tells_the_crash_of_its_event(wire: Wire) -> None:
    event_id = uuid.uuid4().hex
    own = {"release": "native@3", "contexts": {"os": {"name": "SteamOS"}}, "level": "error"}
    sent = envelope(
        event_id,
        attachment(linux_dump(), filename="a.dmp", attachment_type="event.minidump"),
        ({"type": "event"}, orjson.dumps(own)),
    )
    assert wire.envelope(sent).json() == {"id": event_id}
    event = wire.stored(event_id)
    assert event is not None
    assert (event["release"], event["level"]) == ("native@3", "error")
    assert event["contexts"]["os"]["name"] == "SteamOS"
    assert event["exception"]["values"][0]["type"] == "SIGSEGV"


def test_a_broken_dump_in_an_envelope_is_an_event_that_says_so(wire: Wire) -> None:
    event_id = uuid.uuid4().hex
    broken = attachment(b"MDMPgarbage", attachment_type="event.minidump")
    wire.envelope(envelope(event_id, broken))
    event = wire.stored(event_id)
    assert event is not None
    assert event["exception"]["values"][0]["value"] == "Invalid Minidump"
    assert len(listed(wire, event_id)) == 1


def test_an_apple_report_becomes_an_event(wire: Wire) -> None:
    report = (
        b"Incident Identifier: X\nHardware Model:      iPhone9,1\nCode Type:           ARM-64\n"
        b"OS Version:          iPhone OS 10.2 (14C92)\n\n"
        b"Exception Type:  EXC_BREAKPOINT (SIGTRAP)\nException Codes: 0x1, 0x2\n"
        b"Triggered by Thread:  0\n\nThread 0 name:  main\nThread 0 Crashed:\n"
        b"0   App  0x0000000100001234 crash() + 12 (App.swift:7)\n"
        b"1   App  0x0000000100005678 main + 4\n\n"
        b"Binary Images:\n0x100000000 - 0x10000ffff App arm64  "
        b"<0102030405060708090a0b0c0d0e0f10> /var/App\n"
    )
    event_id = uuid.uuid4().hex
    sent = attachment(report, filename="a.crash", attachment_type="event.applecrashreport")
    wire.envelope(envelope(event_id, sent))
    event = wire.stored(event_id)
    assert event is not None
    [exception] = event["exception"]["values"]
    assert exception["type"] == "EXC_BREAKPOINT"
    frames = exception["stacktrace"]["frames"]
    assert [frame["function"] for frame in frames] == ["main", "crash"]
    assert (frames[1]["filename"], frames[1]["lineno"]) == ("App.swift", 7)
    assert event["contexts"]["os"]["version"] == "10.2"
    assert event["debug_meta"]["images"][0]["debug_id"] == "01020304-0506-0708-090a-0b0c0d0e0f10"


def test_an_envelope_without_an_id_gets_one_for_its_dump(wire: Wire) -> None:
    sent = envelope(None, attachment(linux_dump(), attachment_type="event.minidump"))
    event_id = wire.envelope(sent).json()["id"]
    assert wire.stored(event_id) is not None
    assert len(listed(wire, event_id)) == 1
