"""Limits by category on the wire: what is refused, what goes with it, and what clients are told."""

import socket
import time
import uuid
from typing import Any

import httpx
import orjson
import pytest

from tests.minidumps import linux_dump
from tests.server.ingest.wire import Wire, envelope_of, event
from tests.server.running_server import RunningServer
from urgentry.protocol.ratelimits import RateLimit, parse_rate_limits

DAY = 86_400


class Limited:
    """A project of the test's own, whose limits are set as people set them."""

    def __init__(self, wire: Wire, server: RunningServer) -> None:
        made = server.bootstrap(project=f"q{uuid.uuid4().hex[:8]}")
        self.wire = wire
        self.id = made.project_id
        self.key = made.dsn.split("//")[1].split("@")[0]
        self.place = f"/projects/{made.organization}/{made.project}"

    def limit(self, *limits: tuple[str, int], place: str = "", window: int = DAY) -> None:
        """Sets limits of the project, or of what else a path below the API names."""
        quotas = [
            {"categories": [name] if name else [], "limit": quantity, "window": window}
            for name, quantity in limits
        ]
        self.put(f"{place or self.place}/quotas/", {"quotas": quotas})

    def put(self, path: str, body: Any) -> None:
        """Changes a setting; ingest knows when it returns."""
        answer = self.wire.client.put(f"/api/0{path}", json=body, headers=self.wire.api_headers)
        assert answer.status_code == 200, answer.text
        time.sleep(1.2)

    def send(self, *items: tuple[str, Any, dict[str, Any]]) -> httpx.Response:
        """An envelope of items: type, payload, further headers."""
        lines = [orjson.dumps({"event_id": uuid.uuid4().hex})]
        for kind, payload, headers in items:
            raw = payload if isinstance(payload, bytes) else orjson.dumps(payload)
            lines += [orjson.dumps({"type": kind, "length": len(raw), **headers}), raw]
        return self.wire.envelope(
            b"\n".join(lines), headers=self.auth, path=f"/api/{self.id}/envelope/"
        )

    @property
    def auth(self) -> dict[str, str]:
        return {"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={self.key}"}


@pytest.fixture
def limited(wire: Wire, wire_server: RunningServer) -> Limited:
    return Limited(wire, wire_server)


def an_event() -> tuple[str, Any, dict[str, Any]]:
    return ("event", {"message": uuid.uuid4().hex}, {})


def an_attachment(size: int = 10) -> tuple[str, Any, dict[str, Any]]:
    return ("attachment", b"x" * size, {"filename": "a.txt"})


def a_session() -> tuple[str, Any, dict[str, Any]]:
    update = {"started": time.time() - 1, "attrs": {"release": "q@1"}}
    return ("session", update, {})


def a_report() -> tuple[str, Any, dict[str, Any]]:
    entry = {"reason": "before_send", "category": "error", "quantity": 1}
    return ("client_report", {"discarded_events": [entry]}, {})


def told(answer: httpx.Response) -> set[tuple[str, str, str]]:
    """Scope, reason and first category of each limit that an answer tells."""
    limits = parse_rate_limits(answer.headers.get("x-sentry-rate-limits", ""))
    return {(each.scope, each.reason_code, _first(each)) for each in limits}


def _first(limit: RateLimit) -> str:
    return limit.categories[-1].wire_name if limit.categories else ""


def test_an_event_that_is_limited_takes_what_hangs_on_it_along(limited: Limited) -> None:
    limited.limit(("error", 1))
    before = limited.wire.ledger()
    first = limited.send(an_event(), an_attachment(), a_session())
    assert (first.status_code, told(first)) == (200, {("project", "project_quota", "security")})
    second = limited.send(an_event(), an_attachment(), a_session(), a_report())
    assert second.status_code == 429
    assert told(second) == told(first)
    assert 0 < int(second.headers["retry-after"]) <= DAY
    assert limited.wire.ledger().since(before) == {
        ("error", "accepted", ""): 1,
        ("attachment", "accepted", ""): 1,
        ("session", "accepted", ""): 2,
        ("error", "rate_limited", "project_quota"): 1,
        ("attachment", "rate_limited", "project_quota"): 1,
        ("unknown", "accepted", ""): 1,
    }


def test_a_limited_attachment_leaves_its_event(limited: Limited) -> None:
    limited.limit(("attachment", 100))
    before = limited.wire.ledger()
    assert limited.send(an_event(), an_attachment(60)).status_code == 200
    refused = limited.send(an_event(), an_attachment(60))
    assert refused.status_code == 429
    assert limited.send(an_event(), an_attachment(40)).status_code == 200, "so much is left"
    assert limited.wire.ledger().since(before) == {
        ("error", "accepted", ""): 3,
        ("attachment", "accepted", ""): 2,
        ("attachment", "rate_limited", "project_quota"): 1,
    }


def test_every_answer_tells_what_is_used_up(limited: Limited) -> None:
    limited.limit(("session", 1))
    assert told(limited.send(an_event())) == set()
    expected = {("project", "project_quota", "session")}
    assert told(limited.send(a_session())) == expected
    taken = limited.send(an_event())
    assert (taken.status_code, told(taken)) == (200, expected)
    malformed = limited.wire.envelope(
        b"nonsense", headers=limited.auth, path=f"/api/{limited.id}/envelope/"
    )
    assert (malformed.status_code, told(malformed)) == (400, expected)
    assert limited.send(a_report()).status_code == 200


def test_keys_projects_and_organizations_have_their_own(limited: Limited) -> None:
    organization = f"/organizations/{limited.wire.organization}"
    limited.limit(("session", 2), place=f"{limited.place}/keys/{limited.key}")
    limited.limit(("error", 2))
    limited.limit(("transaction", 0), place=organization)
    try:
        for _ in range(2):
            assert limited.send(an_event(), a_session()).status_code == 200
        assert limited.send(("transaction", {}, {})).status_code == 429
        refused = limited.send(an_event(), a_session())
        assert refused.status_code == 429
        assert told(refused) == {
            ("key", "key_quota", "session"),
            ("project", "project_quota", "security"),
            ("organization", "org_quota", "transaction"),
        }
    finally:
        limited.limit(place=organization)


def test_nothing_at_all_is_taken_but_reports(limited: Limited) -> None:
    limited.limit(("", 0))
    refused = limited.send(an_event())
    assert refused.status_code == 429
    assert refused.headers["x-sentry-rate-limits"].partition(":")[2] == ":project:project_quota"
    assert limited.send(a_report()).status_code == 200
    limited.limit()
    assert limited.send(an_event()).status_code == 200


def test_a_request_of_which_nothing_could_be_taken_is_not_read(
    limited: Limited, wire_server: RunningServer
) -> None:
    """The answer comes while the body, which never does, is waited for."""
    limited.limit(("", 0))
    head = (
        f"POST /api/{limited.id}/store/?sentry_key={limited.key} HTTP/1.1\r\n"
        "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", wire_server.port), timeout=5) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1024).startswith(b"HTTP/1.1 429")


def test_what_filters_catch_takes_nothing(limited: Limited) -> None:
    limited.put(f"{limited.place}/", {"options": {"filters:error_messages": "*noise*"}})
    limited.limit(("error", 2))
    said = {"values": [{"type": "E", "value": "noise"}]}
    noise: tuple[str, Any, dict[str, Any]] = ("event", event(exception=said), {})
    assert [limited.send(noise).status_code for _ in range(4)] == [200] * 4
    assert [limited.send(an_event()).status_code for _ in range(3)] == [200, 200, 429]


def test_a_legacy_event_is_told_too(limited: Limited) -> None:
    limited.limit(("error", 1))
    body = orjson.dumps(event())
    path = f"/api/{limited.id}/store/"
    first = limited.wire.client.post(path, content=body, headers=limited.auth)
    assert (first.status_code, told(first)) == (200, {("project", "project_quota", "security")})
    again = limited.wire.client.post(path, content=orjson.dumps(event()), headers=limited.auth)
    assert again.status_code == 429
    assert again.json()["detail"]
    sent = envelope_of(event())
    envelope = limited.wire.client.post(
        path, content=sent, headers=limited.auth | {"Content-Type": "application/x-sentry-envelope"}
    )
    assert envelope.status_code == 429


def test_a_crash_is_told_although_its_dump_is_too_much(limited: Limited) -> None:
    limited.limit(("attachment", 0))
    before = limited.wire.ledger()
    answer = limited.wire.client.post(
        f"/api/{limited.id}/minidump/",
        headers=limited.auth,
        files={"upload_file_minidump": ("crash.dmp", linux_dump(uuid.uuid4().hex))},
    )
    assert answer.status_code == 200, "crash reporters send again what is refused"
    assert told(answer) == {("project", "project_quota", "attachment")}
    assert limited.wire.ledger().since(before) == {
        ("error", "accepted", ""): 1,
        ("attachment", "rate_limited", "project_quota"): 1,
    }


def test_a_check_in_hears_nothing_of_limits(limited: Limited) -> None:
    limited.limit(("monitor", 0))
    before = limited.wire.ledger()
    answer = limited.wire.client.get(f"/api/{limited.id}/cron/job/{limited.key}/?status=ok")
    assert answer.status_code == 202
    assert limited.wire.ledger().since(before) == {("monitor", "rate_limited", "project_quota"): 1}
