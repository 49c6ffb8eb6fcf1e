"""Which module reads which type of item. What is not in the table is refused and counted."""

from collections.abc import Mapping

from urgentry.ingest.items import client_report, event
from urgentry.ingest.reading import Reader
from urgentry.protocol.items import ItemType

READERS: Mapping[ItemType, Reader] = {
    ItemType.EVENT: event.read,
    ItemType.CLIENT_REPORT: client_report.read,
}
