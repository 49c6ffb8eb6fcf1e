"""Writes the spans, logs and metrics of a batch."""

from collections.abc import Sequence
from functools import partial

from urgentry.domain.event import day_of, expires_day, hour_of
from urgentry.ingest.store.context import BatchContext
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome, Reason
from urgentry.storage.database import Transaction
from urgentry.storage.rollups import OutcomeKey
from urgentry.storage.telemetry import attributes_of, note_attributes, store_deliveries
from urgentry.telemetry.arrival import PreparedTransaction, SignalBatch
from urgentry.telemetry.cutting import Delivery
from urgentry.telemetry.packing import Packer
from urgentry.telemetry.signal import Kind

_CATEGORIES_OF_SPANS = (DataCategory.SPAN, DataCategory.SPAN_INDEXED)


async def write_signals(
    tx: Transaction,
    batches: Sequence[SignalBatch],
    _bodies: Sequence[bytes],
    context: BatchContext,
) -> dict[int, str]:
    """Writes signals; a batch is refused as a duplicate when it holds only spans that were sent
    before, and counts less when it holds some."""
    deliveries = [delivery_of(batch, batch.kind) for batch in batches]
    fresh = await write_deliveries(tx, deliveries, context)
    fates: dict[int, str] = {}
    for index, (batch, flags) in enumerate(zip(batches, fresh, strict=True)):
        if not any(flags):
            fates[index] = Reason.DUPLICATE
        else:
            count_repeated_spans(context, batch, flags.count(False))
    return fates


async def write_deliveries(
    tx: Transaction, deliveries: Sequence[Delivery], context: BatchContext
) -> list[list[bool]]:
    """Writes signals and the attributes that are new to their projects; for each delivery which
    signals were new."""
    fresh = await store_deliveries(tx, deliveries, at=context.at, pack=Packer())
    known = context.known.attributes
    seen = await known.unnoted(tx, attributes_of(deliveries, day=day_of(context.at)))
    note_attributes(tx, seen)
    context.on_commit.append(partial(known.learn, seen))
    return fresh


def delivery_of(record: SignalBatch | PreparedTransaction, kind: Kind) -> Delivery:
    """The signals of a record with what decides where they are stored."""
    return Delivery(
        organization_id=record.organization_id,
        project_id=record.project_id,
        kind=kind,
        expires_day=expires_day(record.received, record.retention_days),
        signals=record.signals,
    )


def count_repeated_spans(
    context: BatchContext, record: SignalBatch | PreparedTransaction, repeated: int
) -> None:
    """Moves spans that were sent before from those that count as accepted."""
    if not repeated:
        return
    for category in _CATEGORIES_OF_SPANS:
        for outcome, reason, quantity in (
            (Outcome.ACCEPTED, "", -repeated),
            (Outcome.INVALID, Reason.DUPLICATE, repeated),
        ):
            key = OutcomeKey(
                project_id=record.project_id,
                key_id=record.key_id,
                hour=hour_of(record.received),
                category=category,
                outcome=outcome,
                reason=reason,
            )
            context.outcomes[key] += quantity
