"""What grouping costs, in multiples of parsing the same event in the same process.

The limits leave room for a busy machine; `python -m bench.grouping` prints what is usual.
"""

import gc
import tracemalloc
from collections.abc import Iterator

import orjson
import pytest

from bench.grouping import corpus, cost_of, new, seen_before
from tests.unit.grouping.stopwatch import megabyte
from urgentry.grouping import GroupingConfig, StackMemory, compile_config, group_event

MEGABYTES = 48


def test_an_event_that_was_seen_before() -> None:
    """Aimed at: as long as parsing it."""
    config = compile_config()
    cost_of(seen_before(20), config)
    assert cost_of(seen_before(200), config).ratio < 2


def test_an_event_of_new_frames() -> None:
    """Aimed at: six times as long as parsing it."""
    config = compile_config()
    cost_of(seen_before(1), config)
    assert cost_of(new(200), config).ratio < 12


def test_few_events_take_long() -> None:
    """Aimed at: 2 ms, a megabyte, for all but one in a hundred that were never seen."""
    raws = corpus()
    if not raws:
        pytest.skip("the shared corpus is not here")
    config = compile_config()
    cost_of(seen_before(1), config)
    assert cost_of(raws, config).p99 / 1_000_000 < 4 * megabyte()


@pytest.mark.parametrize("kind", ["usual", "long"])
def test_what_is_remembered_is_bounded(kind: str) -> None:
    """For all configurations together, and whatever the length of the texts."""
    memory = StackMemory()
    ids = ("newstyle:2026-01-20", "newstyle:2023-01-11")
    configs = [compile_config(config_id, memory=memory) for config_id in ids]
    taken = _taken(_with_long_texts(150) if kind == "long" else new(500), configs)
    assert taken < MEGABYTES * 1_000_000


def _with_long_texts(count: int) -> Iterator[bytes]:
    for raw in new(count):
        event = orjson.loads(raw)
        for frame in event["exception"]["values"][0]["stacktrace"]["frames"]:
            frame["context_line"] = frame["context_line"] * 200
            frame["module"] = frame["module"] * 50
        yield orjson.dumps(event)


def _taken(raws: Iterator[bytes], configs: list[GroupingConfig]) -> int:
    """Bytes that grouping the events left behind."""
    gc.collect()
    tracemalloc.start()
    try:
        for number, raw in enumerate(raws):
            group_event(orjson.loads(raw), configs[number % len(configs)])
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
