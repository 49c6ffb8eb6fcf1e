"""The limit of a key: so many events in a window, told to the client, over all of its requests."""

import uuid

import httpx
import orjson

from tests.server.ingest.wire import Wire, event


def limited_key(wire: Wire, *, count: int, window: int) -> str:
    answer = wire.client.post(
        f"/api/0/projects/{wire.organization}/{wire.project}/keys/",
        json={"name": uuid.uuid4().hex, "rateLimit": {"count": count, "window": window}},
        headers=wire.api_headers,
    )
    assert answer.status_code == 201
    key: str = answer.json()["public"]
    return key


def send(wire: Wire, key: str) -> httpx.Response:
    return wire.client.post(
        f"/api/{wire.project_id}/store/",
        content=orjson.dumps(event()),
        headers={"X-Sentry-Auth": f"Sentry sentry_key={key}"},
    )


def test_a_key_takes_as_many_events_as_it_may(wire: Wire) -> None:
    key = limited_key(wire, count=3, window=86_400)
    before = wire.ledger()
    answers = [send(wire, key) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    refused = answers[-1]
    seconds = int(refused.headers["retry-after"])
    assert 0 < seconds <= 86_400
    assert refused.headers["x-sentry-rate-limits"] == (
        f"{seconds}:default;error;security:key:key_quota"
    )
    assert wire.ledger().since(before) == {
        ("error", "accepted", ""): 3,
        ("error", "rate_limited", "key_quota"): 2,
    }


def test_a_duplicate_takes_nothing_of_the_limit(wire: Wire) -> None:
    key = limited_key(wire, count=2, window=86_400)
    sent = orjson.dumps(event())

    def again() -> int:
        return wire.client.post(
            f"/api/{wire.project_id}/store/",
            content=sent,
            headers={"X-Sentry-Auth": f"Sentry sentry_key={key}"},
        ).status_code

    assert [again() for _ in range(4)] == [200] * 4
    assert send(wire, key).status_code == 200
    assert send(wire, key).status_code == 429


def test_other_keys_go_on(wire: Wire) -> None:
    key = limited_key(wire, count=1, window=86_400)
    assert [send(wire, key).status_code for _ in range(2)] == [200, 429]
    assert send(wire, wire.key).status_code == 200
