"""How large and how many the items of one envelope may be: one table, checked before any parsing.

Sentry's limits (spec §5.1). Types that share a row share its count and its total. What exceeds a
row refuses the whole envelope.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec

from urgentry.protocol.items import AttachmentType, ItemType, attachment_type, known_type
from urgentry.protocol.outcome import Reason, Rejected, invalid, too_large

KIB = 1024
MIB = 1024 * KIB
MAX_ITEMS = 500
MAX_HEADER_BYTES = 8 * KIB
MAX_EVENT_BYTES = MIB
SPAN_CONTAINER = "application/vnd.sentry.items.span.v2+json"
_SIZE_LIMITS_URL = "https://develop.sentry.dev/sdk/envelopes/#size-limits"


class Sized(Protocol):
    """What the table needs to know of an item."""

    @property
    def type(self) -> str: ...

    @property
    def headers(self) -> Mapping[str, Any]: ...

    @property
    def size(self) -> int: ...


class SizeClass(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One row: bytes of one item (an average over `item_count` for containers), count, total."""

    types: frozenset[ItemType]
    item_bytes: int
    count: int
    total_bytes: int
    containers: bool = False
    """Containers hold many records: `item_bytes` bounds their average."""


def _row(
    *types: ItemType, item: int, count: int, total: int | None = None, containers: bool = False
) -> SizeClass:
    return SizeClass(
        types=frozenset(types),
        item_bytes=item,
        count=count,
        total_bytes=item if total is None else total,
        containers=containers,
    )


_SPAN_CONTAINERS = _row(ItemType.SPAN, item=10 * MIB, count=1, total=12 * MIB, containers=True)
_ROWS = (
    _row(
        ItemType.EVENT,
        ItemType.TRANSACTION,
        ItemType.SECURITY,
        ItemType.RAW_SECURITY,
        ItemType.REPLAY_EVENT,
        ItemType.FEEDBACK,
        ItemType.FORM_DATA,
        item=MAX_EVENT_BYTES,
        count=1,
    ),
    _row(
        ItemType.ATTACHMENT,
        ItemType.UNREAL_REPORT,
        ItemType.USER_REPORT,
        item=200 * MIB,
        count=30,
    ),
    _row(ItemType.REPLAY_RECORDING, item=10 * MIB, count=1),
    _row(ItemType.REPLAY_VIDEO, item=10 * MIB, count=1),
    _row(ItemType.SESSION, ItemType.SESSIONS, item=10 * MIB, count=100),
    _row(ItemType.CLIENT_REPORT, item=100 * KIB, count=100),
    _row(ItemType.PROFILE, ItemType.PROFILE_CHUNK, item=50 * MIB, count=1),
    _row(ItemType.CHECK_IN, item=100 * KIB, count=1),
    _row(ItemType.METRIC_BUCKETS, item=MIB, count=1),
    _row(ItemType.LOG, item=2 * MIB, count=1, total=12 * MIB, containers=True),
    _row(ItemType.TRACE_METRIC, item=MIB, count=1, total=12 * MIB, containers=True),
    _row(ItemType.SPAN, item=10 * MIB, count=25, total=12 * MIB),
)
SIZE_CLASSES = {item_type: row for row in _ROWS for item_type in row.types}


def check_sizes(items: Iterable[Sized]) -> None:
    """Rejected with 413 when an item, or its class as a whole, is beyond its row.

    Unknown items have no row: the body's own limit bounds them.
    """
    used: dict[SizeClass, list[int]] = {}
    for item in items:
        item_type = known_type(item.type, item.headers)
        row = _row_of(item_type, item)
        if row is None:
            continue
        usage = used.setdefault(row, [0, 0])
        usage[0] += 1
        usage[1] += item.size
        if usage[0] > row.count or usage[1] > row.total_bytes or _one(item, row) > row.item_bytes:
            raise oversized(item)


def oversized(item: Sized) -> Rejected:
    """The answer to an envelope in which this item is too much."""
    return invalid(
        too_large(_discard_type(item)),
        f"envelope exceeded size limits for type '{item.type}' ({_SIZE_LIMITS_URL})",
        status=413,
    )


def body_too_large() -> Rejected:
    """The answer to a request whose body is beyond its limit, as sent or unpacked."""
    return invalid(Reason.REQUEST_TOO_LARGE, "request content exceeded size limits", status=413)


def _row_of(item_type: ItemType | None, item: Sized) -> SizeClass | None:
    if item_type is None:
        return None
    if item_type is ItemType.SPAN and item.headers.get("content_type") == SPAN_CONTAINER:
        return _SPAN_CONTAINERS
    return SIZE_CLASSES.get(item_type)


def _one(item: Sized, row: SizeClass) -> int:
    if not row.containers:
        return item.size
    count = item.headers.get("item_count")
    return item.size // count if type(count) is int and count > 0 else item.size


def _discard_type(item: Sized) -> str:
    if item.type != ItemType.ATTACHMENT:
        return item.type
    kind = attachment_type(item.headers) or AttachmentType.ATTACHMENT
    return f"attachment:{_ATTACHMENT_NAMES.get(kind, kind.rpartition('.')[2])}"


_ATTACHMENT_NAMES = {
    AttachmentType.APPLE_CRASH_REPORT: "apple_crash_report",
    AttachmentType.EVENT_PAYLOAD: "event_payload",
}
