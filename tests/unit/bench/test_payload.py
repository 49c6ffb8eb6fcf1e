"""Bodies of the load generator are what an SDK would send, and each is its own event."""

import gzip
import re
from typing import Any, get_args

import orjson
import pytest

from bench.payload import Kind, Payloads

NOW_US = 1_790_000_000_000_000
KINDS: tuple[Kind, ...] = get_args(Kind)


def events(kind: Kind, count: int, issues: int = 3) -> list[dict[str, Any]]:
    payloads = Payloads(kind=kind, issues=issues, seed=1)
    bodies = payloads.batch(count, first_us=NOW_US, step_us=1000.0)
    return [opened(body.gzipped) for body in bodies]


def opened(gzipped: bytes) -> dict[str, Any]:
    """The event of a body, after its framing was held against what it says."""
    envelope, item, payload = gzip.decompress(gzipped).split(b"\n", 2)
    event: dict[str, Any] = orjson.loads(payload)
    assert orjson.loads(item) == {
        "type": "event",
        "content_type": "application/json",
        "length": len(payload),
    }
    assert orjson.loads(envelope)["event_id"] == event["event_id"]
    return event


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_as_rich_as_a_real_one(kind: Kind) -> None:
    (event,) = events(kind, 1)
    (exception,) = event["exception"]["values"]
    assert len(exception["stacktrace"]["frames"]) == 20
    assert all(frame["vars"] for frame in exception["stacktrace"]["frames"])
    assert len(event["breadcrumbs"]["values"]) == 30
    assert 15_000 < len(orjson.dumps(event)) < 25_000


@pytest.mark.parametrize("kind", KINDS)
def test_ids_and_times_never_repeat(kind: Kind) -> None:
    made = events(kind, 30)
    assert len({event["event_id"] for event in made}) == 30
    assert len({event["timestamp"] for event in made}) == 30


@pytest.mark.parametrize("kind", KINDS)
def test_events_go_round_the_issues(kind: Kind) -> None:
    types = [event["exception"]["values"][0]["type"] for event in events(kind, 6)]
    assert types[:3] == types[3:]
    assert len(set(types)) == 3


def test_kind_ids_differs_in_ids_times_and_users_only() -> None:
    first, second = events("ids", 2, issues=1)
    for event in (first, second):
        del event["event_id"], event["timestamp"], event["user"]
    assert first == second


def test_kind_numbers_differs_wherever_the_event_has_a_number_of_its_own() -> None:
    first, second = events("numbers", 2, issues=1)
    vars_of = [
        orjson.dumps(event["exception"]["values"][0]["stacktrace"]["frames"][7]["vars"])
        for event in (first, second)
    ]
    assert re.sub(rb"\d", b"", vars_of[0]) == re.sub(rb"\d", b"", vars_of[1])
    numbers = [re.findall(rb"\d{4,}", text) for text in vars_of]
    assert all(one != other for one, other in zip(*numbers, strict=True))
