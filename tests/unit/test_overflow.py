"""Large bodies lie in a file and read as bytes do; the room for them is given back."""

import asyncio
import errno
import gzip
import os
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from tests.unit.test_wire import receiving
from urgentry.ingest.body import Body
from urgentry.ingest.budget import BytesInFlight
from urgentry.ingest.envelope import parse_envelope
from urgentry.ingest.multipart import parse_form
from urgentry.ingest.overflow import KEPT_BYTES, Overflow
from urgentry.ingest.wire import BodyLimits, Message, read_body
from urgentry.protocol.outcome import Reason, Rejected

LARGE = os.urandom(64 << 10) * 40


async def read(
    chunks: Sequence[bytes], overflow: Overflow, memory: BytesInFlight, coding: bytes = b""
) -> Body:
    headers = {b"content-encoding": coding}
    with memory.hold(0) as hold, overflow.begin() as spill:
        return await read_body(receiving(*chunks), headers, BodyLimits(), hold, spill)


def cut(content: bytes) -> list[bytes]:
    return [content[start : start + 60_000] for start in range(0, len(content), 60_000)]


@pytest.mark.parametrize("size", [0, 1, KEPT_BYTES, KEPT_BYTES + 1, len(LARGE)])
@pytest.mark.parametrize("is_packed", [False, True])
async def test_a_body_of_any_size_is_whole(tmp_path: Path, size: int, is_packed: bool) -> None:
    memory, disk = BytesInFlight(2 * KEPT_BYTES), BytesInFlight(1 << 30)
    content = LARGE[:size]
    sent = gzip.compress(content, 1) if is_packed else content
    coding = b"gzip" if is_packed else b""
    body = await read(cut(sent) or [b""], Overflow(tmp_path / "in", disk), memory, coding)
    assert body[:] == content
    assert isinstance(body, bytes) or size > KEPT_BYTES
    assert (memory.used, disk.used) == (0, 0)
    assert list((tmp_path / "in").glob("*")) == [], "nothing is left with a name"


async def test_little_memory_is_enough(tmp_path: Path) -> None:
    memory = BytesInFlight(KEPT_BYTES)
    body = await read(cut(LARGE), Overflow(tmp_path, BytesInFlight(1 << 30)), memory)
    assert len(body) == len(LARGE) > memory.capacity


async def test_no_room_refuses(tmp_path: Path) -> None:
    disk = BytesInFlight(len(LARGE))
    overflow, memory = Overflow(tmp_path, disk), BytesInFlight(1 << 30)
    with disk.hold(1), pytest.raises(Rejected) as refused:
        await read(cut(LARGE), overflow, memory)
    assert (refused.value.status, refused.value.reason) == (429, Reason.OVERLOAD)
    with pytest.raises(Rejected) as refused:
        await read(cut(LARGE + b"x"), overflow, memory)
    assert refused.value.status == 413
    assert (disk.used, memory.used) == (0, 0)


async def test_a_full_disk_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(Rejected) as refused:
        await read(cut(LARGE), Overflow(tmp_path, BytesInFlight(1 << 30)), BytesInFlight(1 << 30))
    assert (refused.value.status, refused.value.reason) == (429, Reason.DISK_FULL)


async def test_a_directory_that_cannot_be_used_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    overflow = Overflow(tmp_path / "file", BytesInFlight(1 << 30))
    body = await read(cut(LARGE), overflow, BytesInFlight(1 << 30))
    assert body[:] == LARGE


async def test_an_envelope_is_read_out_of_a_file(tmp_path: Path) -> None:
    event = b'{"event_id":"' + b"a" * 32 + b'"}'
    lines = [
        *(b"{}", b'\n {\n"type":"event",\n"length":%d\n}' % len(event), event),
        *(b'{"type":"attachment","length":%d}' % len(LARGE), LARGE),
        *(b'{"type":"client_report"}', b"{}"),
    ]
    overflow = Overflow(tmp_path, BytesInFlight(1 << 30))
    body = await read(cut(b"\n".join(lines)), overflow, BytesInFlight(1 << 30))
    envelope = parse_envelope(body)
    assert [(item.type, item.size) for item in envelope.items] == [
        ("event", len(event)),
        ("attachment", len(LARGE)),
        ("client_report", 2),
    ]
    assert orjson.loads(envelope.items[0].payload)
    assert envelope.items[1].view == LARGE


async def test_a_form_is_read_out_of_a_file(tmp_path: Path) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n'
    overflow = Overflow(tmp_path, BytesInFlight(1 << 30))
    sent = cut(head + LARGE + b"\r\n--x--\r\n")
    body = await read(sent, overflow, BytesInFlight(1 << 30))
    [part] = parse_form(body, "multipart/form-data; boundary=x")
    assert (part.filename, bytes(part.view)) == ("b", LARGE)


async def test_a_large_body_may_take_long_as_long_as_it_goes_on(tmp_path: Path) -> None:
    left = 24

    async def receive() -> Message:
        nonlocal left
        left -= 1
        await asyncio.sleep(0.1)
        return {"type": "http.request", "body": bytes(1 << 20), "more_body": left > 0}

    overflow = Overflow(tmp_path, BytesInFlight(1 << 30))
    limits = BodyLimits(read_timeout_s=2.0)
    with BytesInFlight(1 << 30).hold(0) as hold, overflow.begin() as spill:
        assert len(await read_body(receive, {}, limits, hold, spill)) == 24 << 20
