"""What scrubbing costs, in multiples of parsing the same event in the same process.

The limits leave room for a busy machine; `docs/how-to/privacy.md` says what is usual.
"""

import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from bench.payload import Template
from tests.unit.privacy.scrubbing import pattern, rules
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.ingest.normalize import NormalizeContext, normalize_event, parse_event_json
from urgentry.privacy import scrubber

CONTEXT = NormalizeContext(
    event_id="a" * 32, project_id=1, key_id="1", received=1_700_000_000_000_000
)


def _event() -> bytes:
    sent = b"{" + Template(1, day="2023-11-14").rest
    return orjson.dumps(normalize_event(parse_event_json(sent), CONTEXT))


def _cost(run: Callable[[Any], object], raw: bytes, times: int = 100) -> float:
    """The best run over fresh copies, in multiples of parsing one."""
    events = [orjson.loads(raw) for _ in range(times)]
    took = _best(run, events)
    return took / _best(orjson.loads, [raw] * times)


def _best(run: Callable[[Any], object], given: list[Any]) -> float:
    best = float("inf")
    for value in given:
        start = time.thread_time()
        run(value)
        best = min(best, time.thread_time() - start)
    return best


def test_an_event_in_which_nothing_has_to_change() -> None:
    raw = _event()
    scrub = scrubber(PrivacySettings()).event
    scrub(orjson.loads(raw))
    assert _cost(scrub, raw) < 3


def test_an_event_of_which_little_goes() -> None:
    event = orjson.loads(_event())
    event["request"]["headers"].append(["Authorization", "Bearer x"])
    event["exception"]["values"][0]["stacktrace"]["frames"][3]["vars"]["password"] = "x"
    raw = orjson.dumps(event)
    scrub = scrubber(PrivacySettings()).event
    scrub(orjson.loads(raw))
    assert _cost(scrub, raw) < 10


def test_rules_of_ones_own() -> None:
    settings = rules(("$string", "r"), ("extra.debug", "@anything"), r=pattern("cus_[a-z0-9]{8}"))
    raw = _event()
    scrub = scrubber(settings).event
    scrub(orjson.loads(raw))
    assert _cost(scrub, raw) < 10


def _frames() -> Any:
    frames = [{"function": "f", "vars": {"auth": "x", "b": "secret"}}] * 250
    return {"values": [{"type": "E", "stacktrace": {"frames": frames}}] * 50}


HOSTILE: dict[str, Callable[[], Any]] = {
    "variables": lambda: {"exception": _frames()},
    "names": lambda: {"extra": {f"{number}secret": number for number in range(40_000)}},
    "texts": lambda: {"extra": {"a": [f"{number} secret" for number in range(40_000)]}},
    "one text": lambda: {"extra": {"a": "secret " * 100_000}},
    "cards": lambda: {"extra": {"a": "4111111111111111 " * 15_000}},
    "digits": lambda: {"extra": {"a": "4" * 250_000}},
    "pairs": lambda: {"extra": {"a": [["token", "x"]] * 20_000}},
    "depth": lambda: {"extra": orjson.loads(b'{"auth": ' * 200 + b"1" + b"}" * 200)},
    "contexts": lambda: {"contexts": {f"c{n}": {"auth": "x", "d": "secret"} for n in range(9_000)}},
    "spans": lambda: {"type": "transaction", "spans": [{"data": {"auth": "x"}}] * 3_000},
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_event_holds_up_the_others(name: str) -> None:
    """What is left of a megabyte of one kind, against parsing a megabyte of numbers."""
    megabyte = b"[" + b"1234567," * 131_000 + b"1]"
    sent = orjson.dumps(HOSTILE[name]())
    scrub = scrubber(PrivacySettings(scrub_ip_addresses=True)).event
    took = _best(scrub, [normalize_event(parse_event_json(sent), CONTEXT) for _ in range(3)])
    assert took < 100 * _best(orjson.loads, [megabyte] * 5)
