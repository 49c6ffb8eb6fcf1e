"""Writes the attachments of a batch. Their contents are kept already."""

from collections import Counter
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
    """Writes attachments that their event does not have yet: a client may send again. Of crash
    reports only so many are kept of each hash."""
    fates: dict[int, str] = {}
    rows: dict[int, NewAttachment] = {}
    kept = await _count_reports(tx, records, context)
    for index, record in enumerate(records):
        owner = (record.project_id, record.event_id)
        hash_id = context.hashes.get(owner) if record.most is not None else None
        if owner in context.unstored:
            fates[index] = Reason.EVENT_NOT_STORED
        elif hash_id is not None and kept[hash_id] >= (record.most or 0):
            fates[index] = Reason.CRASH_REPORT_LIMIT
        else:
            rows[index] = _row(record, hash_id)
            kept.update([hash_id] if hash_id is not None else [])
    written = await attachments.insert_attachments(tx, list(rows.values()))
    for index, row in rows.items():
        if row.id not in written:
            fates[index] = Reason.DUPLICATE
    return fates


async def _count_reports(
    tx: Transaction, records: Sequence[AttachmentRecord], context: BatchContext
) -> Counter[int]:
    """How many crash reports the hashes of these have already."""
    owners = {(each.project_id, each.event_id) for each in records if each.most is not None}
    hash_ids = {context.hashes[owner] for owner in owners if owner in context.hashes}
    return Counter(await attachments.count_reports(tx, hash_ids) if hash_ids else {})


def _row(record: AttachmentRecord, hash_id: int | None) -> NewAttachment:
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
        hash_id=hash_id,
    )
