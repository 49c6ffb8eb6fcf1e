"""Writes the transactions of a batch: claims their ids, writes their spans and their payloads."""

from collections.abc import Sequence

from urgentry.domain.event import day_of, expires_day, new_row_id
from urgentry.ingest.store.context import CODEC_ZSTD, BatchContext
from urgentry.ingest.store.signals import (
    count_repeated_spans,
    delivery_of,
    write_deliveries,
)
from urgentry.protocol.outcome import Reason
from urgentry.storage import recording, transactions
from urgentry.storage.database import Transaction
from urgentry.storage.transactions import PayloadRow
from urgentry.telemetry.arrival import PreparedTransaction
from urgentry.telemetry.signal import Kind


async def write_transactions(
    tx: Transaction,
    prepared: Sequence[PreparedTransaction],
    bodies: Sequence[bytes],
    context: BatchContext,
) -> dict[int, str]:
    """Writes transactions; those whose id, or whose segment's, is taken are refused."""
    free = await _claim(tx, prepared, at=context.at)
    deliveries = [delivery_of(prepared[index], Kind.SPAN) for index in free]
    fresh = await write_deliveries(tx, deliveries, context)
    rows: list[PayloadRow] = []
    kept: set[int] = set()
    refused: list[PreparedTransaction] = []
    for (index, row_id), flags in zip(free.items(), fresh, strict=True):
        if flags[0]:
            kept.add(index)
            count_repeated_spans(context, prepared[index], flags.count(False))
            rows.append(_row(prepared[index], bodies[index], row_id))
        else:
            refused.append(prepared[index])
    await transactions.free_event_ids(
        tx, [(each.project_id, each.event_id, each.received) for each in refused]
    )
    transactions.insert_payloads(tx, rows)
    return {index: Reason.DUPLICATE for index in range(len(prepared)) if index not in kept}


async def _claim(
    tx: Transaction, prepared: Sequence[PreparedTransaction], *, at: int
) -> dict[int, int]:
    """Row ids of the transactions (by index) whose ids were free, today and on the days beside."""
    first: dict[tuple[int, bytes], int] = {}
    for index, each in enumerate(prepared):
        first.setdefault((each.project_id, each.event_id), index)
    row_ids = {index: new_row_id(prepared[index].received) for index in first.values()}
    free = await recording.claim_event_ids(
        tx,
        [
            {
                "project_id": key[0],
                "event_id": key[1],
                "event_row": row_ids[index],
                "expires_day": _expires_day(prepared[index]),
            }
            for key, index in sorted(first.items())
        ],
        day=day_of(at),
    )
    return {index: row_ids[index] for key, index in first.items() if key in free}


def _row(transaction: PreparedTransaction, body: bytes, row_id: int) -> PayloadRow:
    segment = transaction.signals[0]
    return PayloadRow(
        expires_day=_expires_day(transaction),
        id=row_id,
        project_id=transaction.project_id,
        event_id=transaction.event_id,
        trace_id=segment.trace_id,
        span_id=segment.span_id,
        timestamp=segment.at,
        codec=CODEC_ZSTD,
        body=body,
    )


def _expires_day(transaction: PreparedTransaction) -> int:
    return expires_day(transaction.received, transaction.retention_days)
