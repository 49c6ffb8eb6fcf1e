"""Reports of Unreal Engine's crash reporter, made here and real ones."""

import uuid
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.minidumps import unreal_report, windows_dump
from tests.server.ingest.test_attachments import listed
from tests.server.ingest.test_feedback import about
from tests.server.ingest.wire import Wire

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus" / "native"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
CONTEXT = b"""<?xml version="1.0" encoding="UTF-8"?>
<FGenericCrashContext><RuntimeProperties>
<CrashType>Crash</CrashType><ErrorMessage>Access violation</ErrorMessage>
<UserName>bruno</UserName><LoginId>l0g1n</LoginId><UserDescription>I jumped.</UserDescription>
<CallStack>Game!AActor::Destroy()
Game!WinMain() [f:\\src\\main.cpp:288]</CallStack>
<PCallStack>Game 0x0000000000400000 + 1234 Game 0x0000000000400000 + 10</PCallStack>
<Misc.PrimaryGPUBrand>Voodoo</Misc.PrimaryGPUBrand>
</RuntimeProperties><GameData><__sentry>{"release": "game@7"}</__sentry></GameData>
</FGenericCrashContext>"""


def send(wire: Wire, body: bytes, query: str = "?UserID=machine7|epic9|") -> httpx.Response:
    path = f"/api/{wire.project_id}/unreal/{wire.key}/{query}"
    return wire.client.post(path, content=body)


def event_of(wire: Wire, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found = wire.stored(uuid.UUID(answer.text).hex)
    assert found is not None
    return found


@pytest.mark.parametrize("is_marked", [True, False])
def test_a_report_becomes_an_event_its_files_and_feedback(wire: Wire, is_marked: bool) -> None:
    before = wire.ledger()
    files = {
        "CrashContext.runtime-xml": CONTEXT,
        "UE4Minidump.dmp": windows_dump(),
        "Game.log": b"log",
        "CrashReportClient.ini": b"",
    }
    event = event_of(wire, send(wire, unreal_report(files, is_marked=is_marked)))
    assert (event["platform"], event["level"], event["release"]) == ("native", "fatal", "game@7")
    [exception] = event["exception"]["values"]
    assert exception["type"] == "EXCEPTION_ACCESS_VIOLATION_WRITE"
    assert [frame["function"] for frame in exception["stacktrace"]["frames"]] == [
        "WinMain",
        "AActor::Destroy",
    ]
    assert event["contexts"]["unreal"]["misc_primary_gpu_brand"] == "Voodoo"
    assert (event["user"]["id"], event["user"]["username"]) == ("l0g1n", "bruno")
    assert ["machine_id", "machine7"] in event["tags"]
    assert ["epic_account_id", "epic9"] in event["tags"]
    assert {each["name"]: each["type"] for each in listed(wire, event["event_id"])} == {
        "CrashContext.runtime-xml": "unreal.context",
        "UE4Minidump.dmp": "event.minidump",
        "Game.log": "unreal.logs",
        "CrashReportClient.ini": "event.attachment",
    }
    [said] = about(wire, event["event_id"])
    assert said["comments"] == "I jumped."
    assert wire.ledger().since(before) == {
        ("error", "accepted", ""): 1,
        ("feedback", "accepted", ""): 1,
        ("attachment", "accepted", ""): 4,
    }


@pytest.mark.parametrize(
    "context",
    [
        b"",
        b"<not closed",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x><y><ErrorMessage>&a;</ErrorMessage></y></x>',
        b"\xff\xfe",
    ],
)
def test_a_context_that_cannot_be_read_costs_nothing_else(wire: Wire, context: bytes) -> None:
    files = {"CrashContext.runtime-xml": context, "a.log": b"x"}
    event = event_of(wire, send(wire, unreal_report(files)))
    assert event["level"] == "fatal"
    assert len(listed(wire, event["event_id"])) == 2


def test_what_is_no_report_is_refused(wire: Wire) -> None:
    before = wire.ledger()
    many = bytearray(zlib.decompress(unreal_report({"a": b"x"})))
    many[3 + 532 : 3 + 536] = (10_000).to_bytes(4, "little")
    for body in (
        b"text",
        zlib.compress(b"CR1"),
        zlib.compress(bytes(600))[:-9],
        zlib.compress(many),
    ):
        answer = send(wire, body)
        assert (answer.status_code, answer.json()["detail"]) == (
            400,
            "invalid unreal crash report",
        )
    assert send(wire, b"").json()["detail"] == "empty request body"
    assert send(wire, zlib.compress(bytes(40 << 20), 9)).status_code == 413
    assert wire.ledger().since(before) == {
        ("error", "invalid", "invalid_unreal_report"): 4,
        ("error", "invalid", "empty_body"): 1,
        ("error", "invalid", "request_too_large"): 1,
    }


def test_the_key_stands_in_the_path(wire: Wire) -> None:
    path = f"/api/{wire.project_id}/unreal/{'f' * 32}/"
    assert wire.client.post(path, content=unreal_report({})).status_code == 403


@needs_corpus
@pytest.mark.parametrize(
    ("name", "files", "kind", "function"),
    [
        ("unreal_crash", 4, "EXCEPTION_ACCESS_VIOLATION_READ", "AActor::IsPendingKillPending"),
        ("unreal_crash_apple", 6, "SIGSEGV", None),
    ],
)
def test_real_reports_are_read(
    wire: Wire, name: str, files: int, kind: str, function: str | None
) -> None:
    event = event_of(wire, send(wire, (CORPUS / name).read_bytes()))
    [exception] = event["exception"]["values"]
    assert exception["type"] == kind
    if function:
        assert exception["stacktrace"]["frames"][-1]["function"] == function
    assert len(listed(wire, event["event_id"])) == files
