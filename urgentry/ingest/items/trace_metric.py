"""A `trace_metric` item: a container of values of metrics (spec §6.11)."""

from collections.abc import Iterator
from typing import Any

from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.signals.batches import Counting, gather
from urgentry.ingest.signals.containers import open_container
from urgentry.ingest.signals.metrics import CONTENT_TYPE, bytes_of_metric, read_metric
from urgentry.ingest.signals.times import Times
from urgentry.protocol.items import DataCategory
from urgentry.telemetry.signal import Kind, Signal

COUNTING = Counting(
    DataCategory.TRACE_METRIC, of_bytes=DataCategory.TRACE_METRIC_BYTE, size=bytes_of_metric
)


def read(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    """The values of the container."""
    container = open_container(item, CONTENT_TYPE, receipt)

    def entry(given: Any, times: Times, ids: Iterator[int]) -> Signal:
        return read_metric(given, container, receipt, times, ids)

    return gather(container.entries, Kind.METRIC, entry, receipt, COUNTING, size=item.size)
