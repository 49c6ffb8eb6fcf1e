"""A project says how many crash reports it keeps; a full disk costs the dump and not the event."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.minidumps import linux_dump
from tests.server.ingest.test_attachments import attachment, content_of, envelope, listed
from tests.server.ingest.wire import Wire, event
from tests.server.running_server import RunningServer


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """A server of the test's own."""
    with RunningServer(tmp_path_factory.mktemp("own")) as server, Wire(server) as wire:
        yield wire


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    """A server whose disk has less free than it must."""
    settings = {"URGENTRY_BLOBS_MIN_FREE_BYTES": str(1 << 50)}
    server = RunningServer(tmp_path_factory.mktemp("full"), settings=settings)
    with server, Wire(server) as wire:
        yield wire


@pytest.mark.parametrize(("setting", "kept"), [(0, 0), (2, 2), (-1, 7)])
def test_the_project_decides(own: Wire, setting: int, kept: int) -> None:
    path = f"/api/0/projects/{own.organization}/{own.project}/"
    answer = own.client.put(path, json={"storeCrashReports": setting}, headers=own.api_headers)
    assert answer.json()["storeCrashReports"] == setting
    found = 0
    for _ in range(7):
        form = {"upload_file_minidump": ("a.dmp", linux_dump())}
        sent = own.client.post(f"/api/{own.project_id}/minidump/", files=form, headers=own.auth)
        found += len(listed(own, uuid.UUID(sent.text).hex))
    assert found == kept


def test_settings_that_make_no_sense_are_refused(own: Wire) -> None:
    path = f"/api/0/projects/{own.organization}/{own.project}/"
    for setting in (-2, 21, "many"):
        answer = own.client.put(path, json={"storeCrashReports": setting}, headers=own.api_headers)
        assert answer.status_code == 400
        assert "storeCrashReports" in answer.json()


def test_a_full_disk_refuses_the_attachment_alone(full: Wire) -> None:
    sent, before = event(), full.ledger()
    parts = (({"type": "event"}, orjson.dumps(sent)), attachment(b"content"))
    answer = full.envelope(envelope(sent["event_id"], *parts))
    assert answer.status_code == 429
    limits = answer.headers["x-sentry-rate-limits"]
    assert limits == "60:attachment;attachment_item:organization:disk_full"
    assert full.stored(sent["event_id"]) is not None
    assert listed(full, sent["event_id"]) == []
    after = full.ledger()
    assert after.since(before) == {
        ("error", "accepted", ""): 1,
        ("attachment", "rate_limited", "disk_full"): 1,
    }
    assert after.faults == before.faults + 1


def test_a_crash_is_taken_although_its_dump_cannot_be_kept(full: Wire) -> None:
    form = {"upload_file_minidump": ("a.dmp", linux_dump())}
    sent = full.client.post(f"/api/{full.project_id}/minidump/", files=form, headers=full.auth)
    assert sent.status_code == 200
    event_id = uuid.UUID(sent.text).hex
    assert full.stored(event_id) is not None
    assert listed(full, event_id) == []


def test_a_blob_store_that_is_away_asks_to_come_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("away")
    (folder / "blobs").write_text("a file stands in the way")
    with RunningServer(folder) as server, Wire(server) as wire:
        event_id, before = uuid.uuid4().hex, wire.ledger()
        answer = wire.envelope(envelope(event_id, attachment(b"content")))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert wire.ledger().since(before) == {("attachment", "invalid", "upload_failed"): 1}


def own_memory_kib(server: RunningServer) -> int:
    """Without pages of files, which the kernel takes back when it needs them."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0])


def test_attachments_may_be_larger_than_what_memory_is_held_for_bodies(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = {"URGENTRY_MAX_BYTES_IN_FLIGHT": str(4 << 20)}
    server = RunningServer(tmp_path_factory.mktemp("small"), settings=settings)
    content = os.urandom(1 << 20) * 40
    with server, Wire(server) as wire:
        before = own_memory_kib(server)
        event_id = uuid.uuid4().hex
        sent = envelope(event_id, attachment(content, filename="large.bin"))
        assert wire.envelope(sent).status_code == 200
        [found] = listed(wire, event_id)
        assert content_of(wire, event_id, found["id"]).content == content
        assert own_memory_kib(server) - before < 20 << 10
