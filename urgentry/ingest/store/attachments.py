"""Writes the attachments of a batch. Their contents are kept already."""

from collections.abc import Sequence

from urgentry.domain.attachment import AttachmentRecord
from urgentry.domain.event import expires_day, new_row_id
from urgentry.ingest.store.context import BatchContext
from urgentry.protocol.outcome import Reason
from urgentry.storage import attachments
from urgentry.storage.attachments import NewAttachment
from urgentry.storage.database import Transaction


async def write_attachments(
    tx: Transaction,
    records: Sequence[AttachmentRecord],
    _bodies: Sequence[bytes],
    context: BatchContext,
) -> dict[int, str]:
    """Writes attachments that their event does not have yet: a client may send again."""
    fates: dict[int, str] = {}
    rows: dict[int, NewAttachment] = {}
    for index, record in enumerate(records):
        if (record.project_id, record.event_id) in context.unstored:
            fates[index] = Reason.EVENT_NOT_STORED
        else:
            rows[index] = _row(record)
    written = await attachments.insert_attachments(tx, list(rows.values()))
    for index, row in rows.items():
        if row.id not in written:
            fates[index] = Reason.DUPLICATE
    return fates


def _row(record: AttachmentRecord) -> NewAttachment:
    return NewAttachment(
        expires_day=expires_day(record.received, record.retention_days),
        id=new_row_id(record.received),
        project_id=record.project_id,
        event_id=record.event_id,
        kind=record.kind,
        name=record.name,
        content_type=record.content_type,
        size=record.content_size,
        sha1=record.sha1,
        blob_key=record.blob_key,
    )
