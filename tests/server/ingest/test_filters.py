"""What a project does not want, over the wire: answered like the rest, counted, not stored."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.server.ingest.wire import Wire, envelope_of, event

CHANGE_KNOWN_S = 5.0


def change(wire: Wire, options: dict[str, Any]) -> None:
    answer = wire.client.put(
        f"/api/0/projects/{wire.organization}/{wire.project}/",
        json={"options": options},
        headers=wire.api_headers,
    )
    assert answer.status_code == 200, answer.text


def send(wire: Wire, *, headers: dict[str, str] | None = None, **fields: Any) -> bool:
    """Sends an event; whether it was stored. The answer is the same."""
    sent = event(**fields)
    answer = wire.envelope(envelope_of(sent, event_id=sent["event_id"]), headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"id": sent["event_id"]})
    return wire.stored(sent["event_id"]) is not None


def send_until(wire: Wire, *, stored: bool, **fields: Any) -> int:
    """Sends until a change of the settings is known; how many that took."""
    deadline = time.monotonic() + CHANGE_KNOWN_S
    sent = 1
    while send(wire, **fields) is not stored:
        assert time.monotonic() < deadline
        time.sleep(0.1)
        sent += 1
    return sent


@contextmanager
def filtering(wire: Wire, options: dict[str, str]) -> Iterator[None]:
    """Filters for as long as it lasts."""
    change(wire, options)
    try:
        yield
    finally:
        change(wire, dict.fromkeys(options, ""))
        send_until(wire, stored=True, message="unwanted", release="old@1.0")


def test_a_filtered_event_is_counted_and_not_stored(wire: Wire) -> None:
    with filtering(wire, {"filters:error_messages": "*unwanted*", "filters:releases": "old@*"}):
        before = wire.ledger()
        sent = send_until(wire, stored=False, message="an unwanted message")
        assert not send(wire, message="fine", release="old@1.0")
        assert send(wire, message="a wanted message", release="new@1.0")
        after = wire.ledger()
    assert after.is_balanced
    assert after.since(before) == {
        ("error", "filtered", "error-message"): 1,
        ("error", "filtered", "release-version"): 1,
        ("error", "accepted", ""): sent,
    }


def test_a_client_is_filtered_by_the_address_that_it_comes_from(wire: Wire) -> None:
    forged = wire.auth | {"X-Forwarded-For": "203.0.113.9"}
    user = {"ip_address": "203.0.113.9"}
    with filtering(wire, {"filters:blacklisted_ips": "127.0.0.0/8"}):
        send_until(wire, stored=False, headers=forged, user=user)
    with filtering(wire, {"filters:blacklisted_ips": "203.0.113.9", "filters:releases": "x"}):
        send_until(wire, stored=False, release="x")
        assert send(wire, headers=forged, user=user), "nobody chooses whom they come from"
