"""Writes the profiles of a batch. Their contents are kept already."""

from collections.abc import Sequence

from urgentry.domain.profile import ProfileRecord
from urgentry.ingest.store.context import BatchContext
from urgentry.protocol.outcome import Reason
from urgentry.storage import profiles
from urgentry.storage.database import Transaction


async def write_profiles(
    tx: Transaction,
    records: Sequence[ProfileRecord],
    _bodies: Sequence[bytes],
    _context: BatchContext,
) -> dict[int, str]:
    """Writes profiles whose ids are new."""
    are_new = await profiles.insert_profiles(tx, records)
    return {index: Reason.DUPLICATE for index, is_new in enumerate(are_new) if not is_new}
