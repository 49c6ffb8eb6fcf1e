"""A `log` item: a container of log records (spec §6.10)."""

from collections.abc import Iterator
from typing import Any

from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.signals.batches import Counting, gather
from urgentry.ingest.signals.containers import open_container
from urgentry.ingest.signals.logs import CONTENT_TYPE, bytes_of_log, read_log
from urgentry.ingest.signals.times import Times
from urgentry.protocol.items import DataCategory
from urgentry.telemetry.signal import Kind, Signal

COUNTING = Counting(DataCategory.LOG_ITEM, of_bytes=DataCategory.LOG_BYTE, size=bytes_of_log)


def read(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    """The log records of the container."""
    container = open_container(item, CONTENT_TYPE, receipt)

    def entry(given: Any, times: Times, ids: Iterator[int]) -> Signal:
        return read_log(given, container, receipt, times, ids)

    return gather(container.entries, Kind.LOG, entry, receipt, COUNTING, size=item.size)
