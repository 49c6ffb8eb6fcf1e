"""What the writers of one batch share, and leave for the end of its transaction."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from urgentry.domain.event import PreparedEvent
from urgentry.domain.feed import FeedEntry
from urgentry.ingest.names import KnownNames
from urgentry.storage.hashes import HashKey
from urgentry.storage.rollups import OutcomeKey

CODEC_ZSTD = 1
ZSTD_LEVEL = 1
"""The quickest: payloads are soon packed into blocks, which compresses them anew."""
"""How bodies are stored: one zstd frame each."""


class Over(NamedTuple):
    """An organization, and when the cause of an issue of it was gone; microseconds."""

    organization_id: int
    at: int


class BatchContext(msgspec.Struct, kw_only=True):
    """One attempt at writing a batch. The body of a transaction may run more than once; each run
    has a context of its own, so nothing of a run that failed stays."""

    at: int
    """When the batch was made, in microseconds."""
    known: KnownNames
    """Ids that committed batches resolved; to be asked, and changed only in `on_commit`."""
    made: list[PreparedEvent] = []
    """Events that the server makes of what the batch tells it."""
    over: dict[HashKey, Over] = {}
    """What leads to issues whose cause is gone."""
    feed: list[FeedEntry] = []
    """What live pages and other replicas are told, in the order of the entries."""
    outcomes: Counter[OutcomeKey] = msgspec.field(default_factory=Counter)
    """What is added to the stats beside what the records themselves count as."""
    on_commit: list[Callable[[], None]] = []
    """Run when the commit is known to have happened."""
    hashes: dict[tuple[int, bytes], int] = msgspec.field(default_factory=dict)
    """The deciding hash of each new event (project and client's id)."""
    unstored: set[tuple[int, bytes]] = msgspec.field(default_factory=set)
    """Events (project and client's id) that were counted only, by their project's rule for storms:
    what hangs on them is not stored either."""
