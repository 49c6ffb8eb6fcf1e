"""`python -m bench.stages`: what each stage of an event's path costs, in microseconds of processor
time and as a multiple of `orjson.loads` of the same event, measured in one process.

Processor time says little between machines or days; the multiples do. Events are those of the load
generator (`payload`): 24 KB, of 50 issues that were seen before.
"""

import argparse
import asyncio
import gzip
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from statistics import median

import orjson
import zstandard

from bench.payload import Kind, Payloads
from urgentry import clock
from urgentry.domain.event import PreparedEvent
from urgentry.domain.grouping_settings import GroupingSettings
from urgentry.domain.scope import Scope
from urgentry.ingest.envelope import parse_envelope
from urgentry.ingest.group import group
from urgentry.ingest.items import event as event_item
from urgentry.ingest.names import KnownNames
from urgentry.ingest.normalize import NormalizeContext, normalize_event, parse_event_json
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.store.batch import Batch, Written, write_batch
from urgentry.ingest.store.context import ZSTD_LEVEL
from urgentry.ingest.unpack import UnpackLimits, unpack_gzip
from urgentry.protocol.auth import Credentials, Source
from urgentry.protocol.event_id import new_event_id
from urgentry.storage.database import Database, Transaction
from urgentry.storage.migrate import migrate
from urgentry.storage.open import open_database

ISSUES = 50
ROUNDS = 8
BATCHES = (1, 20, 200)
SCOPE = Scope(
    organization_id=1,
    project_id=1,
    key_id=1,
    public_key="0" * 32,
    retention_days=90,
    grouping=GroupingSettings(config="newstyle:2026-01-20"),
)


def _receipt() -> Receipt:
    return Receipt(
        scope=SCOPE,
        credentials=Credentials(public_key=SCOPE.public_key, source=Source.SENTRY_HEADER),
        received=clock.now(),
        event_id=new_event_id(),
    )


def _context() -> NormalizeContext:
    return NormalizeContext(
        event_id=new_event_id().hex(), project_id=1, key_id="1", received=clock.now()
    )


def _each(work: Callable[[int], object], count: int) -> float:
    """Microseconds of processor time that one of `count` calls takes: the median of rounds."""
    found = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for index in range(count):
            work(index)
        found.append((time.process_time() - started) / count * 1e6)
    return median(found)


class _Path:
    """The events of the measurement at each point of their path."""

    def __init__(self, kind: Kind, count: int) -> None:
        payloads = Payloads(kind=kind, issues=ISSUES, seed=1)
        self.gzipped = [payloads.make(clock.now()).gzipped for _ in range(count)]
        self.bodies = [gzip.decompress(body) for body in self.gzipped]
        self.texts = [parse_envelope(body).items[0].payload for body in self.bodies]
        self.prepared = [event_item.prepare(text, _receipt()) for text in self.texts]

    def stages(self) -> dict[str, Callable[[int], object]]:
        """What one event goes through, by stage. A stage gets its input made anew."""
        limits = UnpackLimits()
        compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
        return {
            "orjson.loads": lambda at: orjson.loads(self.texts[at]),
            "unpack": lambda at: unpack_gzip(self.gzipped[at], limits),
            "envelope": lambda at: parse_envelope(self.bodies[at]),
            "parse": lambda at: parse_event_json(self.texts[at], None),
            "parse, normalize": lambda at: normalize_event(
                parse_event_json(self.texts[at], None), _context()
            ),
            "parse … group": lambda at: group(
                normalize_event(parse_event_json(self.texts[at], None), _context()),
                SCOPE.grouping,
                at=clock.now(),
            ),
            "parse … prepare": lambda at: event_item.prepare(self.texts[at], _receipt()),
            "compress": lambda at: compressor.compress(self.prepared[at].payload),
        }


async def _store(path: _Path, size: int) -> float:
    """Microseconds of processor time an event that writing batches of a size takes on SQLite."""
    compressor = zstandard.ZstdCompressor(level=ZSTD_LEVEL)
    bodies = [compressor.compress(event.payload) for event in path.prepared]
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        await migrate(database)
        names = KnownNames()
        found = []
        for _ in range(ROUNDS):
            started, written = time.process_time(), 0
            while written < len(path.prepared):
                chosen = [(written + each) % len(path.prepared) for each in range(size)]
                await _write(database, names, path, chosen, bodies)
                written += size
            found.append((time.process_time() - started) / written * 1e6)
        await database.close()
    return median(found[2:])


async def _write(
    database: Database, names: KnownNames, path: _Path, chosen: Sequence[int], bodies: list[bytes]
) -> None:
    batch = Batch(
        ids=[secrets.token_bytes(16)],
        at=clock.now(),
        records=[_fresh(path.prepared[index]) for index in chosen],
        bodies=[bodies[index] for index in chosen],
    )

    async def body(tx: Transaction) -> Written:
        return await write_batch(tx, batch, names)

    written = await database.write(body)
    for learn in written.context.on_commit:
        learn()


def _fresh(event: PreparedEvent) -> PreparedEvent:
    event.event_id = secrets.token_bytes(16)
    event.received = clock.now()
    return event


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.stages", description=__doc__)
    parser.add_argument("--kind", choices=("numbers", "ids"), default="numbers")
    parser.add_argument("--events", type=int, default=400)
    given = parser.parse_args()
    path = _Path(given.kind, given.events)
    found = {name: _each(work, given.events) for name, work in path.stages().items()}
    for size in BATCHES:
        found[f"store, batches of {size}"] = asyncio.run(_store(path, size))
    unit = found["orjson.loads"]
    sys.stdout.write("| stage | µs | × orjson.loads |\n| --- | --- | --- |\n")
    for name, cost in found.items():
        sys.stdout.write(f"| {name} | {cost:.0f} | {cost / unit:.2f} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
