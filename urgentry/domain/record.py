"""What ingest hands to the writer: one record for whatever a received item asks to be stored."""

from typing import ClassVar

import msgspec

from urgentry.domain.quotas import Use


class Record(msgspec.Struct, kw_only=True, tag_field="record", tag=True):
    """All that a write transaction needs, with nothing left to ask. One subclass for each kind;
    each kind has a writer in `ingest/store`. Times in microseconds.

    Records outlive the process while the database is away, so their fields are plain values.
    """

    organization_id: int
    project_id: int
    key_id: int
    received: int
    retention_days: int
    counted: tuple[tuple[int, int], ...]
    """What it counts as in the stats once it is stored: data categories and quantities."""
    uses: tuple[Use, ...] = ()
    """What it takes of quotas, once it is stored."""
    payload: bytes = b""
    """What is stored as one compressed body; empty for a kind that has none."""

    @property
    def size(self) -> int:
        """About how many bytes it holds while it waits."""
        return len(self.payload) + 512

    @property
    def weight(self) -> int:
        """How many rows of a batch it counts as."""
        return 1


class BlobRecord(Record, kw_only=True):
    """A record whose content is kept as a blob, which is written before the record is
    (`ingest.keeping`)."""

    blob_kind: ClassVar[str]
    """The part of the blob's key that says what it is."""
    content_size: int
    blob_key: str = ""
    """Empty for no content, and until it is kept."""
    sha1: bytes = b""
    """Of the content, once it is kept."""
