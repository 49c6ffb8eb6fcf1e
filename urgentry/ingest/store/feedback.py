"""Writes what feedback of a batch says about events."""

from collections.abc import Sequence

from urgentry.domain.event import expires_day, new_row_id
from urgentry.domain.feedback import FeedbackRecord
from urgentry.ingest.store.context import BatchContext
from urgentry.protocol.outcome import Reason
from urgentry.storage import feedback
from urgentry.storage.database import Transaction
from urgentry.storage.feedback import NewFeedback


async def write_feedback(
    tx: Transaction,
    records: Sequence[FeedbackRecord],
    _bodies: Sequence[bytes],
    _context: BatchContext,
) -> dict[int, str]:
    """Writes each once: a client may send again."""
    rows = [_row(record) for record in records]
    written = await feedback.insert_feedback(tx, rows)
    return {index: Reason.DUPLICATE for index, row in enumerate(rows) if row.id not in written}


def _row(record: FeedbackRecord) -> NewFeedback:
    return NewFeedback(
        expires_day=expires_day(record.received, record.retention_days),
        id=new_row_id(record.received),
        project_id=record.project_id,
        event_id=record.event_id,
        feedback_id=record.feedback_id,
        name=record.name,
        email=record.email,
        comments=record.comments,
    )
