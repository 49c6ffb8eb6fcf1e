"""Exports as items of ingest: all spans or logs of an export are one, and each exception that they
tell of is another, an event, which counts and is limited as SDKs' events are.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from urgentry.domain.event import PreparedEvent
from urgentry.domain.routing import Routing
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.items import log as log_items
from urgentry.ingest.items import span as span_items
from urgentry.ingest.items.event import finish, normalized
from urgentry.ingest.normalize import parse_event_json
from urgentry.ingest.reading import Reader, Reading, Refused
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.signals.batches import gather
from urgentry.otlp.convert.errors import Raised, event_of
from urgentry.otlp.convert.logs import LogEntry, read_log
from urgentry.otlp.convert.spans import SpanEntry, join_segments, read_span
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.limits import MAX_ITEMS, MIB
from urgentry.protocol.outcome import Outcome, Reason, Rejected, too_large
from urgentry.telemetry.arrival import SignalBatch
from urgentry.telemetry.signal import Kind

_EVENT_BYTES = 256 << 10
_EVENTS_BYTES = 12 * MIB
_EXPORTERS = ("otel", "opentelemetry")
_CATEGORIES = {ItemType.SPAN: DataCategory.SPAN, ItemType.LOG: DataCategory.LOG_ITEM}


class ExportItem(Item, frozen=True):
    """The spans or logs of an export, read from its body already."""

    entries: Sequence[Any] = ()
    unsaid: int = 0
    """Exceptions that are more than become events."""
    refused: list[Refused] = msgspec.field(default_factory=list)
    """Which of them were not kept, noted for the answer when the item was read."""


class ErrorItem(Item, frozen=True):
    """An event that was made of an exception. What becomes of it concerns no other item."""

    event_id: bytes = b""
    resource: Mapping[str, Any] = {}
    """What it comes from."""

    @property
    def stands_alone(self) -> bool:
        """True: many can be in one export."""
        return True


def span_items_of(
    body: bytes, entries: Sequence[SpanEntry], raised: Sequence[Raised]
) -> list[Item]:
    """The items of an export of spans, and of the exceptions among them."""
    return _items(ItemType.SPAN, body, entries, raised)


def log_items_of(body: bytes, entries: Sequence[LogEntry], raised: Sequence[Raised]) -> list[Item]:
    """The items of an export of logs, and of the exceptions among them."""
    return _items(ItemType.LOG, body, entries, raised)


def metric_items_of(body: bytes, points: int) -> list[Item]:
    """The items of an export of metrics."""
    return _items(ItemType.TRACE_METRIC, body, range(points), ())


def with_exports(readers: Mapping[ItemType, Reader]) -> Mapping[ItemType, Reader]:
    """The readers of items, which read those of exports too."""
    return {
        **readers,
        ItemType.SPAN: _or_else(ExportItem, _read_spans, readers[ItemType.SPAN]),
        ItemType.LOG: _or_else(ExportItem, _read_logs, readers[ItemType.LOG]),
        ItemType.TRACE_METRIC: _or_else(
            ExportItem, _refuse_metrics, readers[ItemType.TRACE_METRIC]
        ),
        ItemType.EVENT: _or_else(ErrorItem, _read_error, readers[ItemType.EVENT]),
    }


def parted(items: Sequence[Item], routing: Routing) -> dict[str, list[Item]]:
    """The items of an export by what leads them to a project. What their parts have refused is
    noted with the whole."""
    parts: dict[str, list[Item]] = {}
    for item in items:
        for value, part in _parts_of(item, routing):
            parts.setdefault(value, []).append(part)
    return parts


def _parts_of(item: Item, routing: Routing) -> Iterator[tuple[str, Item]]:
    if isinstance(item, ErrorItem):
        yield routing.value_of(item.resource), item
        return
    if not isinstance(item, ExportItem) or item.type == ItemType.TRACE_METRIC:
        yield "", item
        return
    by_value: dict[str, list[Any]] = {}
    for entry in item.entries:
        by_value.setdefault(routing.value_of(entry.surroundings.resource), []).append(entry)
    unsaid = item.unsaid
    for value, entries in by_value.items():
        size = item.size * len(entries) // len(item.entries)
        headers = item.headers | {"item_count": len(entries)}
        yield value, ExportItem(item.type, headers, item.view[:size], entries, unsaid, item.refused)
        unsaid = 0


def note_refused(items: Sequence[Item], rejected: Rejected) -> bool:
    """Has the answer say that the spans or logs among some items were refused."""
    exports = [item for item in items if isinstance(item, ExportItem)]
    for item in exports:
        category = _CATEGORIES.get(ItemType(item.type), DataCategory.DEFAULT)
        counted = ((category, len(item.entries)),)
        item.refused.append(
            Refused(outcome=Outcome.INVALID, reason=rejected.reason, quantities=counted)
        )
    return bool(exports)


def refusals_of(items: Sequence[Item]) -> Counter[str]:
    """How many spans or logs were refused, by the reason; what the project does not want is not
    told."""
    told: Counter[str] = Counter()
    for item in items:
        for each in item.refused if isinstance(item, ExportItem) else ():
            if each.outcome is Outcome.INVALID and each.quantities[0][0] != DataCategory.ERROR:
                told[each.reason] += each.quantities[0][1]
    return told


def _items(
    kind: ItemType, body: bytes, entries: Sequence[Any], raised: Sequence[Raised]
) -> list[Item]:
    if not entries:
        return []
    errors = _error_items(raised)
    headers = {"type": kind.value, "item_count": len(entries)}
    unsaid = len(raised) - len(errors)
    export = ExportItem(kind.value, headers, memoryview(body), entries, unsaid, [])
    return [export, *errors]


def _error_items(raised: Sequence[Raised]) -> list[Item]:
    """As many as fit into what an envelope may hold."""
    made: list[Item] = []
    size = 0
    for each in raised[:MAX_ITEMS]:
        payload = _payload(each)
        size += len(payload)
        if size > _EVENTS_BYTES:
            break
        kind = ItemType.EVENT.value
        resource = each.surroundings.resource
        view = memoryview(payload)
        made.append(ErrorItem(kind, {"type": kind}, view, each.event_id, resource))
    return made


def _payload(raised: Raised) -> bytes:
    """The event, without what its span or log says beside the exception where that is too much."""
    event = event_of(raised)
    payload = orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)
    if len(payload) > _EVENT_BYTES:
        event["contexts"].pop("otel")
        payload = orjson.dumps(event, default=str)
    return payload


def _or_else(kind: type[Item], own: Reader, other: Reader) -> Reader:
    def read(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
        return (own if isinstance(item, kind) else other)(item, receipt, envelope)

    return read


def _read_spans(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    assert isinstance(item, ExportItem)  # noqa: S101 - `_or_else` looked
    entries = list(item.entries)
    reading = gather(entries, Kind.SPAN, read_span, receipt, span_items.COUNTING, size=item.size)
    for record in reading.records:
        assert isinstance(record, SignalBatch)  # noqa: S101 - `gather` makes no others
        join_segments(record.signals)
    return _noted(item, span_items.with_problems(reading, receipt))


def _read_logs(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    assert isinstance(item, ExportItem)  # noqa: S101 - `_or_else` looked
    entries = list(item.entries)
    reading = gather(entries, Kind.LOG, read_log, receipt, log_items.COUNTING, size=item.size)
    return _noted(item, reading)


def _refuse_metrics(item: Item, _receipt: Receipt, _envelope: Envelope) -> Reading:
    assert isinstance(item, ExportItem)  # noqa: S101 - `_or_else` looked
    counted = (
        (DataCategory.TRACE_METRIC, len(item.entries)),
        (DataCategory.TRACE_METRIC_BYTE, item.size),
    )
    refused = Refused(outcome=Outcome.INVALID, reason=Reason.FEATURE_DISABLED, quantities=counted)
    item.refused.append(refused)
    return Reading(records=[], refused=[refused])


def _noted(item: ExportItem, reading: Reading) -> Reading:
    item.refused.extend(reading.refused)
    if not item.unsaid:
        return reading
    unsaid = Refused(
        outcome=Outcome.INVALID,
        reason=too_large(ItemType.EVENT.value),
        quantities=((DataCategory.ERROR, item.unsaid),),
    )
    return msgspec.structs.replace(reading, refused=[*reading.refused, unsaid])


def _read_error(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    assert isinstance(item, ErrorItem)  # noqa: S101 - `_or_else` looked
    return Reading(records=[_prepare(item, receipt)])


def _prepare(item: ErrorItem, receipt: Receipt) -> PreparedEvent:
    event = normalized(parse_event_json(item.payload), _sender(receipt), item.event_id)
    return finish(event, receipt, category=DataCategory.ERROR)


def _sender(receipt: Receipt) -> Receipt:
    """A browser tells of its own user; an exporter or a collector stands in between."""
    agent = (receipt.user_agent or "").lower()
    if agent and not any(name in agent for name in _EXPORTERS):
        return receipt
    return msgspec.structs.replace(receipt, user_agent=None, client_ip=None, client_hints=())
