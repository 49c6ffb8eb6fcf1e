"""`python -m bench.telemetry`: what storing and asking for spans and logs costs, on each database.

Signals are written in batches of 512, each in a durable transaction of its own, as ingest does.
Then come lists, sums over everything, and a trace of 5,000 spans. Beside the clock stands the
processor time of this process, which other work on the machine does not change.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import uvloop

from bench.databases import DATABASES, ProvidedDatabase, provided
from bench.signals import Shop
from urgentry import clock
from urgentry.domain.event import expires_day
from urgentry.explore.listing import newest
from urgentry.explore.measuring import measure
from urgentry.explore.question import Question
from urgentry.explore.scanning import Desk
from urgentry.explore.traces import TraceScope, signals_of_trace
from urgentry.storage.database import Database, Transaction
from urgentry.storage.migrate import migrate
from urgentry.storage.open import open_database
from urgentry.storage.telemetry import attributes_of, note_attributes, store_deliveries
from urgentry.telemetry import names
from urgentry.telemetry.aggregation import Buckets, Function, Grouping, Measure
from urgentry.telemetry.conditions import ALWAYS, Between, Condition, Contains, Equals
from urgentry.telemetry.cutting import Delivery
from urgentry.telemetry.packing import Packer
from urgentry.telemetry.signal import Kind, Signal

BATCH = 512
TRACE_ID = bytes(range(16))
TRACE_SPANS = 5_000
RETENTION_DAYS = 30
TIMES = 10

CONDITIONS: dict[str, Condition] = {
    "everything": ALWAYS,
    "a common value": Equals(names.ENVIRONMENT, frozenset({"staging"})),
    "a rare value": Equals("user.id", frozenset({"4711"})),
    "no such value": Equals("user.id", frozenset({"nobody"})),
    "a rare text": Contains(names.DESCRIPTION, "orders/471147"),
    "a rare text in logs": Contains(names.BODY, "order 471147 was"),
    "slower than 10 s": Between(names.DURATION_MS, low=10_000),
}
MEASURES = (
    Measure(Function.COUNT),
    *(Measure(Function.QUANTILE, names.DURATION_MS, share) for share in (0.5, 0.75, 0.95, 0.99)),
    Measure(Function.SUM, names.DURATION_MS),
    Measure(Function.AVERAGE, names.DURATION_MS),
)


class Asker:
    """Asks a filled database and prints what it took."""

    def __init__(self, database: Database, start: int, end: int) -> None:
        self._desk = Desk(database, seconds=60, at_once=1)
        self._span = (start, end)

    def question(self, kind: Kind, condition: Condition = ALWAYS) -> Question:
        return Question(
            organization_id=1,
            project_ids=[1],
            kind=kind,
            start=self._span[0],
            end=self._span[1],
            now=self._span[1],
            condition=condition,
        )

    async def lists(self) -> None:
        for label, condition in CONDITIONS.items():
            kind = Kind.LOG if label.endswith("logs") else Kind.SPAN
            question = self.question(kind, condition)

            async def ask(question: Question = question) -> int:
                async with self._desk.work() as work:
                    return len(await newest(work, question, limit=100))

            await timed(f"list of 100: {label}", ask)

    async def sums(self) -> None:
        start, end = self._span
        buckets = Buckets(start, (end - start) // 60)
        for label, keys, over in (
            ("everything", (), None),
            ("by operation", (names.OP,), None),
            ("by operation and time", (names.OP,), buckets),
        ):
            grouping = Grouping(keys=keys, measures=MEASURES, buckets=over)

            async def ask(grouping: Grouping = grouping) -> int:
                async with self._desk.work() as work:
                    return len(await measure(work, self.question(Kind.SPAN), grouping))

            await timed(f"counts, sums and quantiles: {label}", ask, times=3)

    async def trace(self) -> None:
        scope = TraceScope(organization_id=1, project_ids=[1], trace_id=TRACE_ID, now=self._span[1])

        async def ask() -> int:
            async with self._desk.work() as work:
                return len(await signals_of_trace(work, scope, Kind.SPAN))

        await timed(f"a trace of {TRACE_SPANS} spans", ask)


async def timed(label: str, ask: Callable[[], Awaitable[int]], *, times: int = TIMES) -> None:
    """Asks several times; prints the slowest but for one in twenty, and the processor's part."""
    walls, answer = [], 0
    used = time.process_time()
    for _ in range(times):
        started = time.perf_counter()
        answer = await ask()
        walls.append(time.perf_counter() - started)
    processor = (time.process_time() - used) / times
    p95 = sorted(walls)[int(0.95 * (times - 1))]
    print(f"{label:45} p95 {p95 * 1e3:8.1f} ms  processor {processor * 1e3:8.1f} ms  → {answer}")


async def write(database: Database, kind: Kind, signals: Iterable[Signal]) -> None:
    """Writes signals in batches; prints how many a second."""
    wall = processor = 0.0
    count, pack = 0, Packer()
    for batch in batches(signals):
        started, used = time.perf_counter(), time.process_time()
        await store(database, kind, batch, pack)
        wall += time.perf_counter() - started
        processor += time.process_time() - used
        count += len(batch)
    print(
        f"write {count:,} signals, {kind.name.lower()}: {count / wall:,.0f} a second, "
        f"{processor / count * 1e6:.1f} µs of the processor each"
    )


async def store(database: Database, kind: Kind, batch: Sequence[Signal], pack: Packer) -> None:
    now = clock.now()
    delivery = Delivery(
        organization_id=1,
        project_id=1,
        kind=kind,
        expires_day=expires_day(now, RETENTION_DAYS),
        signals=list(batch),
    )

    async def body(tx: Transaction) -> None:
        await store_deliveries(tx, [delivery], at=now, pack=pack)
        note_attributes(tx, attributes_of([delivery], day=now // clock.DAY))

    await database.write(body)


def batches(signals: Iterable[Signal]) -> Iterator[list[Signal]]:
    """The signals, 512 at a time."""
    source = iter(signals)
    while batch := list(islice(source, BATCH)):
        yield batch


async def run(provided_database: ProvidedDatabase, signals: int) -> None:
    """Fills a database and asks it."""
    database = open_database(provided_database.dsn, statement_seconds=None)
    await migrate(database)
    start = clock.now() - clock.HOUR
    spans, logs = Shop(start), Shop(start)
    await write(database, Kind.SPAN, spans.spans(signals))
    await write(database, Kind.SPAN, spans.spans(TRACE_SPANS, trace_id=TRACE_ID))
    await write(database, Kind.LOG, logs.logs(signals))
    asker = Asker(database, start, clock.now() + clock.HOUR)
    await asker.lists()
    await asker.sums()
    await asker.trace()
    await database.close()
    print(f"bytes on disk a signal: {provided_database.stored_bytes() / (2 * signals):.0f}")


def main() -> int:
    """Measures on each database that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.telemetry", description=__doc__)
    parser.add_argument("--signals", type=int, default=1_000_000, help="of spans, and of logs")
    parser.add_argument(
        "--database", choices=DATABASES, action="append", help="default: all, one after the other"
    )
    given = parser.parse_args()
    for name in given.database or DATABASES:
        with (
            tempfile.TemporaryDirectory(prefix="urgentry-bench-") as folder,
            provided(name, Path(folder), delay_ms=0) as database,
        ):
            print(f"== {database.label}")
            uvloop.run(run(database, given.signals))
    return 0


if __name__ == "__main__":
    sys.exit(main())
