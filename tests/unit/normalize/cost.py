"""What normalising costs, in multiples of parsing the same event in the same process.

Run as a script it prints a line for each event; `test_cost.py` holds generous limits.
"""

import sys
import time
from collections.abc import Callable

import orjson

from bench.payload import Template
from tests.unit.normalize.events import EVENT_ID, RECEIVED
from tests.unit.normalize.sdk_events import EVENTS
from urgentry.ingest.normalize import (
    NormalizeContext,
    normalize_event,
    normalize_plain,
    parse_event_json,
)

SENT = {name: orjson.dumps(make()) for name, make in EVENTS.items()} | {
    "bench": b"{" + Template(3, day="2026-11-23").rest
}
_CONTEXT = NormalizeContext(event_id=EVENT_ID, project_id=1, key_id="1", received=RECEIVED)
_ROUNDS = 60
_TIMES = 20


def short_road(raw: bytes) -> object:
    return normalize_plain(raw, _CONTEXT)


def long_road(raw: bytes) -> object:
    return normalize_event(parse_event_json(raw), _CONTEXT)


def cost(work: Callable[[bytes], object], raw: bytes) -> float:
    """How many times as long as parsing the work takes, reading included: the best of each, as
    what else the machine does only ever adds."""
    rounds = [(_took(work, raw), _took(orjson.loads, raw)) for _ in range(_ROUNDS)]
    return min(took for took, _ in rounds) / min(parse for _, parse in rounds)


def _took(work: Callable[[bytes], object], raw: bytes) -> float:
    start = time.process_time()
    for _ in range(_TIMES):
        work(raw)
    return time.process_time() - start


def main() -> None:
    for name, raw in SENT.items():
        short, long = cost(short_road, raw), cost(long_road, raw)
        sys.stdout.write(
            f"{name:10} {len(raw):6} bytes   short road {short - 1:4.1f}   long {long - 1:4.1f}\n"
        )


if __name__ == "__main__":
    main()
