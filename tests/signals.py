"""Spans and logs for tests, described by what a test cares about, and a way to store them."""

import itertools
from collections.abc import Sequence

from urgentry import clock
from urgentry.domain.event import expires_day
from urgentry.storage.database import Database, Transaction
from urgentry.storage.telemetry import store_deliveries
from urgentry.telemetry import names
from urgentry.telemetry.block import Block
from urgentry.telemetry.cutting import Delivery
from urgentry.telemetry.encoding import EncodedBlock
from urgentry.telemetry.packing import Packer
from urgentry.telemetry.signal import NO_SPAN, Kind, Signal, Value

NOW = 1_790_000_000 * clock.SECOND
TRACE = bytes(range(16))
RETENTION_DAYS = 30

_numbers = itertools.count(1)


def trace_id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def span_id(number: int) -> bytes:
    return number.to_bytes(8, "big")


def signal(
    at: int = NOW,
    attributes: dict[str, Value] | None = None,
    *,
    trace: bytes = TRACE,
    span: bytes | None = None,
    parent: bytes = NO_SPAN,
    id_: int | None = None,
) -> Signal:
    """A signal with an id of its own."""
    number = next(_numbers)
    return Signal(
        id=(at << 10) + number if id_ is None else id_,
        at=at,
        trace_id=trace,
        span_id=span_id(number) if span is None else span,
        parent_id=parent,
        attributes=attributes or {},
    )


def span(at: int = NOW, *, ms: float = 1.0, op: str = "db", **given: Value) -> Signal:
    """A span that took some milliseconds, with attributes."""
    return signal(at, {names.OP: op, names.DURATION_MS: ms, **given})


def delivery(
    signals: Sequence[Signal],
    *,
    kind: Kind = Kind.SPAN,
    organization_id: int = 1,
    project_id: int = 1,
    received: int = NOW,
) -> Delivery:
    """Signals of a project, kept for a month from their receipt."""
    return Delivery(
        organization_id=organization_id,
        project_id=project_id,
        kind=kind,
        expires_day=expires_day(received, RETENTION_DAYS),
        signals=list(signals),
    )


async def store(database: Database, *deliveries: Delivery, at: int = NOW) -> list[list[bool]]:
    """Stores deliveries in one transaction; which signals were new."""

    async def body(tx: Transaction) -> list[list[bool]]:
        return await store_deliveries(tx, deliveries, at=at, pack=Packer())

    return await database.write(body)


def block_of(encoded: EncodedBlock, *, project_id: int = 1) -> Block:
    """An encoded block as it is found in the database."""
    return Block(
        id_=1,
        project_id=project_id,
        min_at=encoded.min_at,
        traces=encoded.traces,
        directory=encoded.directory,
    )
