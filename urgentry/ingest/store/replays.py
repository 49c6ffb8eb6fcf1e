"""Writes the segments of replays of a batch. Their contents are kept already."""

from collections.abc import Sequence

from urgentry.domain.replay import ReplaySegmentRecord
from urgentry.ingest.store.context import BatchContext
from urgentry.protocol.outcome import Reason
from urgentry.storage import replays
from urgentry.storage.database import Transaction


async def write_replays(
    tx: Transaction,
    records: Sequence[ReplaySegmentRecord],
    _bodies: Sequence[bytes],
    _context: BatchContext,
) -> dict[int, str]:
    """Writes segments that are new, and adds what they say to their replays."""
    are_new = await replays.insert_segments(tx, records)
    added = [
        record
        for record, is_new in zip(records, are_new, strict=True)
        if is_new and not record.is_video
    ]
    for record in sorted(added, key=lambda each: (each.project_id, each.replay_id, each.segment)):
        await replays.add_segment(tx, record)
    return {index: Reason.DUPLICATE for index, is_new in enumerate(are_new) if not is_new}
