"""Keeps contents as blobs before the records that name them are written.

`intake` calls it when an item was read and admitted. A content's key is made of its digest, so a
client that sends again writes the same blob; one whose record is never written is swept away.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import structlog

from urgentry.blobs.base import BlobStore
from urgentry.blobs.keys import expiring_key
from urgentry.domain.event import expires_day
from urgentry.domain.record import BlobRecord
from urgentry.errors import BlobError, StorageFull
from urgentry.ingest.ledger import Ledger
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import (
    LIMIT_REACHED,
    Outcome,
    Reason,
    Rejected,
)
from urgentry.protocol.ratelimits import RateLimit

_DIGESTED_HERE_BYTES = 64 << 10
_WHOLE_BYTES = 1 << 20
_CHUNK_BYTES = 256 << 10
_FULL_RETRY_S = 60
_AWAY_RETRY_S = 5

log = structlog.get_logger(__name__)


class Keeper:
    """Puts contents into the blob store of this server."""

    def __init__(self, store: BlobStore, ledger: Ledger) -> None:
        self._store = store
        self._ledger = ledger

    async def keep(self, record: BlobRecord, content: memoryview) -> None:
        """Keeps the content and enters its key into the record; nothing is kept for no content.
        `Rejected` with 429 when there is no room, with 503 when the store is away."""
        if not content:
            return
        sha1, sha256 = await _digests(content)
        key = expiring_key(
            record.blob_kind,
            record.project_id,
            sha256,
            expires_day=expires_day(record.received, record.retention_days),
        )
        whole = len(content) <= _WHOLE_BYTES
        try:
            await self._store.put(key, bytes(content) if whole else _chunks(content))
        except BlobError as error:
            raise self._refusal(record, error) from error
        record.blob_key, record.sha1 = key, sha1

    def _refusal(self, record: BlobRecord, error: BlobError) -> Rejected:
        categories = tuple(DataCategory(category) for category, _ in record.counted)
        log.error("blob_not_kept", problem=str(error), hint=error.hint)
        self._ledger.fault(categories[0], "blobs")
        if isinstance(error, StorageFull):
            return _full(categories)
        return Rejected(
            Outcome.INVALID,
            Reason.UPLOAD_FAILED,
            status=503,
            detail="the content could not be stored; try again later",
            headers=((b"retry-after", str(_AWAY_RETRY_S).encode()),),
        )


def _full(categories: tuple[DataCategory, ...]) -> Rejected:
    """The client holds these categories back for a while, and nothing else."""
    limit = RateLimit(
        retry_after_s=_FULL_RETRY_S, categories=categories, reason_code=Reason.DISK_FULL
    )
    return Rejected(
        Outcome.RATE_LIMITED,
        Reason.DISK_FULL,
        status=429,
        detail=LIMIT_REACHED,
        limits=[limit],
    )


async def _digests(content: memoryview) -> tuple[bytes, str]:
    """SHA-1, which the API tells, and SHA-256 in hex, of which the key is made."""
    if len(content) <= _DIGESTED_HERE_BYTES:
        return _digest(content)
    return await asyncio.to_thread(_digest, content)


def _digest(content: memoryview) -> tuple[bytes, str]:
    return (
        hashlib.sha1(content, usedforsecurity=False).digest(),
        hashlib.sha256(content).hexdigest(),
    )


async def _chunks(content: memoryview) -> AsyncIterator[bytes]:
    for start in range(0, len(content), _CHUNK_BYTES):
        yield bytes(content[start : start + _CHUNK_BYTES])
