"""Sessions on the wire: each item is settled, whatever becomes of it."""

import time
import uuid
from typing import Any

import pytest

from tests.server.ingest.wire import Wire, envelope_of


def update(**changes: Any) -> dict[str, Any]:
    return {
        "sid": str(uuid.uuid4()),
        "started": time.time() - 5,
        "status": "ok",
        "init": True,
        "attrs": {"release": "wire@1.0.0"},
    } | changes


def counted(**changes: Any) -> dict[str, Any]:
    bucket = {"started": time.time() - 5, "exited": 3} | changes
    return {"aggregates": [bucket], "attrs": {"release": "wire@1.0.0"}}


@pytest.mark.parametrize(
    ("kind", "payload", "outcome", "reason"),
    [
        ("session", update(), "accepted", ""),
        ("session", update(status="crashed"), "accepted", ""),
        ("session", update(started=1), "invalid", "timestamp"),
        ("session", update(attrs={}), "invalid", "payload"),
        ("session", b"{", "invalid", "invalid_json"),
        ("sessions", counted(), "accepted", ""),
        ("sessions", counted(exited=-1), "invalid", "payload"),
    ],
)
def test_a_session_is_settled_once(
    wire: Wire, kind: str, payload: Any, outcome: str, reason: str
) -> None:
    before = wire.ledger()
    answer = wire.envelope(envelope_of(payload, kind=kind))
    assert (answer.status_code, answer.json()) == (200, {})
    after = wire.ledger()
    assert after.since(before) == {("session", outcome, reason): 1}
    assert after.is_balanced


def test_a_session_beside_a_bad_event_is_kept(wire: Wire) -> None:
    session = envelope_of(update(), kind="session").partition(b"\n")[2]
    before = wire.ledger()
    assert wire.envelope(envelope_of(b"no event") + session).status_code == 200
    assert wire.ledger().since(before) == {
        ("error", "invalid", "invalid_json"): 1,
        ("session", "accepted", ""): 1,
    }
