"""Writes records that came by another way than the wire, in a batch of their own."""

import secrets
from collections.abc import Sequence

from urgentry import clock
from urgentry.domain.record import Record
from urgentry.ingest.names import KnownNames
from urgentry.ingest.store.batch import Batch, write_batch
from urgentry.ingest.writer import compress
from urgentry.storage.database import Database


async def write_records(database: Database, records: Sequence[Record]) -> Sequence[str]:
    """Commits them; for each the reason why it was not kept, empty for one that was."""
    batch = Batch(
        ids=[secrets.token_bytes(16)],
        at=clock.now(),
        records=records,
        bodies=compress([each.payload for each in records]),
    )
    written = await database.write(lambda tx: write_batch(tx, batch, KnownNames()))
    return written.fates
