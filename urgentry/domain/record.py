"""What ingest hands to the writer: one record for whatever a received item asks to be stored."""

import msgspec


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
    window_start: int = 0
    """The second in which the window of the key's limit began; 0 where no limit was asked."""
    payload: bytes = b""
    """What is stored as one compressed body; empty for a kind that has none."""

    @property
    def size(self) -> int:
        """About how many bytes it holds while it waits."""
        return len(self.payload) + 512
