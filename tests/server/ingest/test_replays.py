"""Replays on the wire: segments come in envelopes, and are read back over the API."""

import secrets
import time
import zlib
from typing import Any

import msgspec
import orjson
import pytest

from tests.server.ingest.wire import Wire

START = time.time() - 60
RRWEB = [{"type": 4, "data": {"href": "https://shop.example/"}, "timestamp": 1_790_000_000_000}]


def recording(segment: int, body: bytes | None = None) -> bytes:
    content = zlib.compress(orjson.dumps(RRWEB)) if body is None else body
    return orjson.dumps({"segment_id": segment}) + b"\n" + content


def event(replay_id: str, segment: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "replay_event",
        "replay_id": replay_id,
        "event_id": replay_id,
        "segment_id": segment,
        "replay_type": "session",
        "timestamp": START + 5 * segment,
        "replay_start_timestamp": START,
        "urls": [f"https://shop.example/{segment}"],
        "error_ids": [],
        "trace_ids": [],
        "platform": "javascript",
        "environment": "prod",
        "release": "web@1.0",
        "user": {"id": "7", "email": "ann@example.com"},
        "sdk": {"name": "sentry.javascript.browser", "version": "9.0.0"},
        **more,
    }


def envelope(replay_id: str, *items: tuple[str, bytes]) -> bytes:
    parts = [orjson.dumps({"event_id": replay_id})]
    for kind, payload in items:
        parts += [orjson.dumps({"type": kind, "length": len(payload)}), payload]
    return b"\n".join(parts) + b"\n"


def send(wire: Wire, replay_id: str, segment: int, **more: Any) -> None:
    payload = orjson.dumps(event(replay_id, segment, **more))
    body = envelope(replay_id, ("replay_event", payload), ("replay_recording", recording(segment)))
    assert wire.envelope(body).status_code == 200


def below(wire: Wire, replay_id: str, rest: str = "") -> str:
    return f"/projects/{wire.organization}/{wire.project}/replays/{replay_id}/{rest}"


def shown(wire: Wire, replay_id: str) -> dict[str, Any]:
    answer = wire.api(f"/organizations/{wire.organization}/replays/{replay_id}/")
    replay: dict[str, Any] = answer.raise_for_status().json()["data"]
    return replay


def test_segments_are_put_together(wire: Wire) -> None:
    replay_id, error_id = secrets.token_hex(16), secrets.token_hex(16)
    before = wire.ledger()
    send(wire, replay_id, 1, error_ids=[error_id])
    send(wire, replay_id, 0)
    send(wire, replay_id, 0)
    assert wire.ledger().since(before) == {
        ("replay", "accepted", ""): 2,
        ("replay", "invalid", "duplicate"): 1,
    }
    replay = shown(wire, replay_id)
    assert (replay["count_segments"], replay["duration"], replay["count_urls"]) == (2, 5, 2)
    assert replay["error_ids"] == [error_id]
    assert replay["user"]["display_name"] == "ann@example.com"
    assert (replay["environment"], replay["releases"]) == ("prod", ["web@1.0"])
    listed = wire.api(f"/organizations/{wire.organization}/replays/").json()["data"]
    assert [each["id"] for each in listed if each["id"] == replay_id] == [replay_id]
    assert wire.api(below(wire, replay_id, "recording-segments/")).json() == [RRWEB, RRWEB]
    one = wire.api(below(wire, replay_id, "recording-segments/1/")).json()["data"]
    assert (one["segmentId"], one["replayId"]) == (1, replay_id)
    assert wire.api(below(wire, replay_id, "recording-segments/1/"), download="").json() == RRWEB
    assert wire.api(below(wire, replay_id, "recording-segments/7/")).status_code == 404


def test_a_recording_alone_is_kept(wire: Wire) -> None:
    replay_id = secrets.token_hex(16)
    body = envelope(replay_id, ("replay_recording", recording(0, orjson.dumps(RRWEB))))
    assert wire.envelope(body).status_code == 200
    assert shown(wire, replay_id)["count_segments"] == 1
    assert wire.api(below(wire, replay_id, "recording-segments/")).json() == [RRWEB]


def test_a_phone_sends_a_video(wire: Wire) -> None:
    replay_id = secrets.token_hex(16)
    packed = msgspec.msgpack.encode(
        {
            "replay_event": orjson.dumps(event(replay_id, 0, platform="cocoa")),
            "replay_recording": recording(0),
            "replay_video": b"\x00\x00\x00\x18ftypmp42",
        }
    )
    assert wire.envelope(envelope(replay_id, ("replay_video", packed))).status_code == 200
    assert shown(wire, replay_id)["platform"] == "cocoa"
    video = wire.api(below(wire, replay_id, "videos/0/"))
    assert video.content == b"\x00\x00\x00\x18ftypmp42"
    assert "attachment" in video.headers["content-disposition"]


def test_a_replay_is_deleted(wire: Wire) -> None:
    replay_id = secrets.token_hex(16)
    send(wire, replay_id, 0)
    answer = wire.client.delete(f"/api/0{below(wire, replay_id)}", headers=wire.api_headers)
    assert answer.status_code == 204
    path = f"/organizations/{wire.organization}/replays/{replay_id}/"
    assert wire.api(path).status_code == 404


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([("replay_event", b"{}")], "invalid_replay_missing_recording"),
        ([("replay_recording", b"[]")], "invalid_replay_recording"),
        ([("replay_recording", b'{"segment_id":0}')], "invalid_replay_recording"),
        ([("replay_recording", b'{"segment_id":70000}\n[]')], "invalid_replay_recording"),
        ([("replay_video", b"mp4")], "invalid_replay_video"),
        ([("replay_video", msgspec.msgpack.encode({"replay_event": b""}))], "invalid_replay_video"),
    ],
)
def test_what_is_no_segment(wire: Wire, items: list[tuple[str, bytes]], reason: str) -> None:
    before = wire.ledger()
    assert wire.envelope(envelope(secrets.token_hex(16), *items)).status_code == 200
    assert wire.ledger().since(before) == {("replay", "invalid", reason): 1}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [(b"[1]", "invalid_replay_no_payload"), (b"{", "invalid_json")],
)
def test_a_recording_goes_with_its_event(wire: Wire, payload: bytes, reason: str) -> None:
    """They are one segment: refused they count as one, and nothing of it is accepted."""
    before = wire.ledger()
    replay_id = secrets.token_hex(16)
    body = envelope(replay_id, ("replay_event", payload), ("replay_recording", recording(0)))
    assert wire.envelope(body).status_code == 200
    assert wire.ledger().since(before) == {("replay", "invalid", reason): 1}
