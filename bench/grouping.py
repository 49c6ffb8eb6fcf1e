"""`python -m bench.grouping`: what grouping costs, in multiples of parsing the same event.

Each event is parsed and then grouped, as the server does it, on the processor's clock. Unit tests
hold the same figures with room for a busy machine.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import orjson

from bench.payload import Template
from urgentry.grouping import GroupingConfig, compile_config, describe, group_event

DAY = "2026-01-20"
NS_IN_US = 1_000


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """Microseconds of one event."""

    parse: float
    group: float
    p99: float

    @property
    def ratio(self) -> float:
        """Grouping in multiples of parsing."""
        return self.group / self.parse


def seen_before(count: int) -> Iterator[bytes]:
    """Events of one issue: the frames are the same, every number in the messages is not."""
    rng = random.Random(0)  # noqa: S311 - repeatable, not secret
    template = Template(0, day=DAY)
    for _ in range(count):
        yield b"{" + template.fill(rng)


def new(count: int) -> Iterator[bytes]:
    """Events none of whose frames occurs in another one."""
    for number, raw in enumerate(seen_before(count)):
        event = orjson.loads(raw)
        for frame in event["exception"]["values"][0]["stacktrace"]["frames"]:
            for name in ("function", "module", "filename", "abs_path", "context_line"):
                frame[name] = f"{frame.get(name, '')}{number}"
        yield orjson.dumps(event)


def cost_of(raws: Iterable[bytes], config: GroupingConfig) -> Cost:
    """Medians over the events, and what one in a hundred exceeds."""
    parsing, grouping = [], []
    for raw in raws:
        start = time.thread_time_ns()
        event = orjson.loads(raw)
        parsed = time.thread_time_ns()
        describe(event, group_event(event, config))
        grouping.append((time.thread_time_ns() - parsed) / NS_IN_US)
        parsing.append((parsed - start) / NS_IN_US)
    return Cost(
        parse=statistics.median(parsing),
        group=statistics.median(grouping),
        p99=sorted(grouping)[len(grouping) * 99 // 100],
    )


def corpus() -> list[bytes]:
    """The inputs of the grouping corpus, none where it is not there."""
    from tests.corpus.grouping_corpus import CORPUS  # noqa: PLC0415 - only this table needs it

    folders = ("inputs", "categorization_inputs", "fingerprint_inputs")
    paths = [path for name in folders for path in sorted((CORPUS / name).glob("*.json"))]
    return [path.read_bytes() for path in paths]


def main() -> int:
    config = compile_config()
    rows: dict[str, Any] = {
        "20 frames, seen before": [*seen_before(1), *seen_before(400)][1:],
        "20 frames, all new": list(new(400)),
        "corpus, new": corpus(),
        "corpus, seen before": corpus(),
    }
    sys.stdout.write(f"{'':24}{'parse':>10}{'group':>10}{'ratio':>8}{'p99':>10}\n")
    for name, raws in rows.items():
        if raws:
            cost = cost_of(raws, config)
            figures = f"{cost.parse:8.1f}us{cost.group:8.1f}us{cost.ratio:8.2f}{cost.p99:8.1f}us"
            sys.stdout.write(f"{name:24}{figures}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
