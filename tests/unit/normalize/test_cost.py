"""Normalising costs a small multiple of parsing; the limits leave room for a busy machine.

`docs/reference/normalization.md` says what is usual.
"""

import orjson
import pytest

from tests.unit.normalize.cost import SENT, cost, long_road, short_road
from tests.unit.normalize.sdk_events import EVENTS


@pytest.mark.parametrize("name", SENT)
def test_the_short_road(name: str) -> None:
    assert short_road(SENT[name]) is not None
    assert cost(short_road, SENT[name]) < 8


@pytest.mark.parametrize("name", SENT)
def test_the_long_road(name: str) -> None:
    assert cost(long_road, SENT[name]) < 12


@pytest.mark.parametrize("name", SENT)
def test_the_short_road_is_the_shorter_one(name: str) -> None:
    assert cost(short_road, SENT[name]) < cost(long_road, SENT[name])


def test_an_event_that_is_not_plain_is_soon_found_out() -> None:
    raw = orjson.dumps(EVENTS["python"]() | {"level": "bogus"})
    assert short_road(raw) is None
    assert cost(short_road, raw) < 3
