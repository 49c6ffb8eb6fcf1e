"""What comes of reading an item: records for the store, and parts that are not kept."""

from collections.abc import Callable

import msgspec

from urgentry.domain.record import BlobRecord, Record
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.items import Quantities
from urgentry.protocol.outcome import Outcome


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an item that is not kept while the rest is: one log of a container."""

    outcome: Outcome
    reason: str
    quantities: Quantities


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What an item holds. All records of an envelope are committed together."""

    records: list[Record]
    refused: list[Refused] = []
    contents: list[tuple[BlobRecord, memoryview]] = []
    """What is kept as blobs before the records are written, and for which of them."""


Reader = Callable[[Item, Receipt, Envelope], Reading]
"""Reads an item of its envelope, without I/O. `Rejected` when nothing of it can be kept."""
