"""Writes records as one batch, as the pipeline does, for tests that look at what they leave."""

import secrets
from collections.abc import Sequence

import zstandard

from urgentry import clock
from urgentry.domain.record import Record
from urgentry.ingest.names import KnownNames
from urgentry.ingest.store.batch import Batch, Written, write_batch
from urgentry.storage.database import Database, Transaction


async def write_records(
    database: Database,
    records: Sequence[Record],
    *,
    at: int | None = None,
    known: KnownNames | None = None,
) -> Written:
    """Writes them in one transaction, as a batch that arrives at a time, now as a rule."""
    names = known or KnownNames()
    batch = Batch(
        ids=[secrets.token_bytes(16)],
        at=clock.now() if at is None else at,
        records=records,
        bodies=[zstandard.compress(record.payload) for record in records],
    )

    async def body(tx: Transaction) -> Written:
        return await write_batch(tx, batch, names)

    written = await database.write(body)
    for learn in written.context.on_commit:
        learn()
    return written
