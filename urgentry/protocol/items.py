"""Envelope item types, data categories, and what an item of a type counts as.

Admission and quotas ask for the quantities by item header alone, before a payload is parsed; the
ledger and the stats use the same categories and ids as Sentry's wire.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum
from typing import Any

ItemHeaders = Mapping[str, Any]
Quantities = tuple[tuple["DataCategory", int], ...]


class ItemType(StrEnum):
    """The item types that this protocol names; any other string is an unknown item."""

    EVENT = "event"
    TRANSACTION = "transaction"
    SECURITY = "security"
    RAW_SECURITY = "raw_security"
    ATTACHMENT = "attachment"
    FORM_DATA = "form_data"
    UNREAL_REPORT = "unreal_report"
    USER_REPORT = "user_report"
    FEEDBACK = "feedback"
    SESSION = "session"
    SESSIONS = "sessions"
    METRIC_BUCKETS = "metric_buckets"
    CLIENT_REPORT = "client_report"
    PROFILE = "profile"
    PROFILE_CHUNK = "profile_chunk"
    REPLAY_EVENT = "replay_event"
    REPLAY_RECORDING = "replay_recording"
    REPLAY_VIDEO = "replay_video"
    CHECK_IN = "check_in"
    LOG = "log"
    TRACE_METRIC = "trace_metric"
    SPAN = "span"
    INTEGRATION = "integration"


class AttachmentType(StrEnum):
    """Values of the item header `attachment_type`; any other makes the item unknown."""

    ATTACHMENT = "event.attachment"
    MINIDUMP = "event.minidump"
    APPLE_CRASH_REPORT = "event.applecrashreport"
    EVENT_PAYLOAD = "event.payload"
    BREADCRUMBS = "event.breadcrumbs"
    VIEW_HIERARCHY = "event.view_hierarchy"
    UNREAL_CONTEXT = "unreal.context"
    UNREAL_LOGS = "unreal.logs"
    PROSPERODUMP = "playstation.prosperodump"
    DYING_MESSAGE = "nswitch.dying_message"
    NV_GPU_DUMP = "event.nv_gpudmp"
    NV_SHADER_DEBUG = "event.nv_shader_debug"


class DataCategory(IntEnum):
    """What is counted and limited. The ids are Sentry's, for stats and the database."""

    UNKNOWN = -1
    DEFAULT = 0
    ERROR = 1
    TRANSACTION = 2
    SECURITY = 3
    ATTACHMENT = 4
    SESSION = 5
    PROFILE = 6
    REPLAY = 7
    TRANSACTION_PROCESSED = 8
    TRANSACTION_INDEXED = 9
    MONITOR = 10
    PROFILE_INDEXED = 11
    SPAN = 12
    MONITOR_SEAT = 13
    FEEDBACK = 14
    METRIC_BUCKET = 15
    SPAN_INDEXED = 16
    PROFILE_DURATION = 17
    PROFILE_CHUNK = 18
    METRIC_SECOND = 19
    REPLAY_VIDEO = 20
    UPTIME = 21
    ATTACHMENT_ITEM = 22
    LOG_ITEM = 23
    LOG_BYTE = 24
    PROFILE_DURATION_UI = 25
    PROFILE_CHUNK_UI = 26
    SEER_AUTOFIX = 27
    SEER_SCANNER = 28
    PREVENT_USER = 29
    PREVENT_REVIEW = 30
    SIZE_ANALYSIS = 31
    INSTALLABLE_BUILD = 32
    TRACE_METRIC = 33
    SEER_USER = 34
    PROFILE_BACKEND = 35
    PROFILE_UI = 36
    TRACE_METRIC_BYTE = 37
    SNAPSHOT_IMAGE = 38

    @property
    def wire_name(self) -> str:
        """The name in rate limit headers, client reports and stats: `log_item`."""
        return self.name.lower()


CATEGORY_BY_NAME = {category.wire_name: category for category in DataCategory}
ITEM_TYPES = {item_type.value: item_type for item_type in ItemType} | {
    "profile_chunk_ui": ItemType.PROFILE_CHUNK
}
ATTACHMENT_TYPES = {kind.value: kind for kind in AttachmentType}

EVENT_PAYLOADS = frozenset(
    {ItemType.EVENT, ItemType.TRANSACTION, ItemType.SECURITY, ItemType.FEEDBACK}
)
"""Items whose payload is an event in itself."""

CREATES_EVENT = EVENT_PAYLOADS | {ItemType.RAW_SECURITY, ItemType.UNREAL_REPORT}
"""With one of these an envelope gets an event id when its header has none."""

EVENT_ATTACHMENTS = frozenset(
    {
        AttachmentType.MINIDUMP,
        AttachmentType.APPLE_CRASH_REPORT,
        AttachmentType.EVENT_PAYLOAD,
        AttachmentType.BREADCRUMBS,
        AttachmentType.PROSPERODUMP,
        AttachmentType.NV_GPU_DUMP,
        AttachmentType.DYING_MESSAGE,
    }
)
"""Attachments of which an event can be made."""

CRASH_REPORTS = frozenset(
    {
        AttachmentType.MINIDUMP,
        AttachmentType.APPLE_CRASH_REPORT,
        AttachmentType.PROSPERODUMP,
        AttachmentType.NV_GPU_DUMP,
        AttachmentType.DYING_MESSAGE,
    }
)
"""Attachments of which a project keeps only so many."""

REQUIRES_EVENT = CREATES_EVENT | {
    ItemType.ATTACHMENT,
    ItemType.FORM_DATA,
    ItemType.USER_REPORT,
    ItemType.REPLAY_EVENT,
    ItemType.PROFILE,
}
"""Items that go when the event of their envelope goes."""

UI_PLATFORMS = frozenset({"cocoa", "android", "javascript"})


def known_type(name: str, headers: ItemHeaders) -> ItemType | None:
    """The type that an item header names, or None when the item is unknown to this protocol."""
    item_type = ITEM_TYPES.get(name)
    if item_type is ItemType.ATTACHMENT and attachment_type(headers) is None:
        return None
    return item_type


def attachment_type(headers: ItemHeaders) -> AttachmentType | None:
    """The kind of an attachment; None when the header names one that is unknown."""
    name = headers.get("attachment_type")
    if name is None:
        return AttachmentType.ATTACHMENT
    return ATTACHMENT_TYPES.get(name) if isinstance(name, str) else None


def creates_event(item_type: ItemType | None, headers: ItemHeaders) -> bool:
    """Whether an envelope with this item has an event, and so an id to answer."""
    if item_type is ItemType.ATTACHMENT:
        return attachment_type(headers) in EVENT_ATTACHMENTS
    return item_type in CREATES_EVENT


def quantities(item_type: ItemType | None, headers: ItemHeaders, size: int) -> Quantities:
    """What an item counts as, by its header and its payload size in bytes (spec §12).

    The first pair is the item's own category. Unknown items and client reports count as nothing.
    """
    if item_type is None:
        return ()
    fixed = _FIXED.get(item_type)
    return fixed if fixed is not None else _BY_HEADER[item_type](headers, size)


def main_category(item_type: ItemType | None, headers: ItemHeaders) -> DataCategory:
    """The one category under which the item is settled in the ledger of received items."""
    counted = quantities(item_type, headers, 0)
    return counted[0][0] if counted else DataCategory.UNKNOWN


def _count(headers: ItemHeaders, name: str, default: int) -> int:
    value = headers.get(name)
    return value if type(value) is int and value >= 0 else default


def _attachment(headers: ItemHeaders, size: int) -> Quantities:
    length = _count(headers, "attachment_length", size)
    return ((DataCategory.ATTACHMENT, length), (DataCategory.ATTACHMENT_ITEM, 1))


def _transaction(headers: ItemHeaders, _size: int) -> Quantities:
    spans = 1 + _count(headers, "span_count", 0)
    return (
        (DataCategory.TRANSACTION, 1),
        (DataCategory.TRANSACTION_INDEXED, 1),
        (DataCategory.SPAN, spans),
        (DataCategory.SPAN_INDEXED, spans),
    )


def _log(headers: ItemHeaders, size: int) -> Quantities:
    count = _count(headers, "item_count", 1)
    return ((DataCategory.LOG_ITEM, count), (DataCategory.LOG_BYTE, size))


def _trace_metric(headers: ItemHeaders, size: int) -> Quantities:
    count = _count(headers, "item_count", 1)
    return ((DataCategory.TRACE_METRIC, count), (DataCategory.TRACE_METRIC_BYTE, size))


def _span(headers: ItemHeaders, _size: int) -> Quantities:
    count = _count(headers, "item_count", 1)
    return ((DataCategory.SPAN, count), (DataCategory.SPAN_INDEXED, count))


def _profile(headers: ItemHeaders, _size: int) -> Quantities:
    in_ui = headers.get("platform") in UI_PLATFORMS
    kind = DataCategory.PROFILE_UI if in_ui else DataCategory.PROFILE_BACKEND
    return ((DataCategory.PROFILE, 1), (DataCategory.PROFILE_INDEXED, 1), (kind, 1))


def _profile_chunk(headers: ItemHeaders, _size: int) -> Quantities:
    in_ui = headers.get("platform") in UI_PLATFORMS or headers.get("type") == "profile_chunk_ui"
    return ((DataCategory.PROFILE_CHUNK_UI if in_ui else DataCategory.PROFILE_CHUNK, 1),)


_FIXED: dict[ItemType, Quantities] = {
    ItemType.EVENT: ((DataCategory.ERROR, 1),),
    ItemType.SECURITY: ((DataCategory.SECURITY, 1),),
    ItemType.RAW_SECURITY: ((DataCategory.SECURITY, 1),),
    ItemType.UNREAL_REPORT: ((DataCategory.ERROR, 1),),
    ItemType.FORM_DATA: (),
    ItemType.USER_REPORT: ((DataCategory.FEEDBACK, 1),),
    ItemType.FEEDBACK: ((DataCategory.FEEDBACK, 1),),
    ItemType.SESSION: ((DataCategory.SESSION, 1),),
    ItemType.SESSIONS: ((DataCategory.SESSION, 1),),
    ItemType.METRIC_BUCKETS: ((DataCategory.METRIC_BUCKET, 1),),
    ItemType.CLIENT_REPORT: (),
    ItemType.REPLAY_EVENT: ((DataCategory.REPLAY, 1),),
    ItemType.REPLAY_RECORDING: ((DataCategory.REPLAY, 1),),
    ItemType.REPLAY_VIDEO: ((DataCategory.REPLAY, 1),),
    ItemType.CHECK_IN: ((DataCategory.MONITOR, 1),),
    ItemType.INTEGRATION: (),
}

_BY_HEADER: dict[ItemType, Callable[[ItemHeaders, int], Quantities]] = {
    ItemType.ATTACHMENT: _attachment,
    ItemType.TRANSACTION: _transaction,
    ItemType.LOG: _log,
    ItemType.TRACE_METRIC: _trace_metric,
    ItemType.SPAN: _span,
    ItemType.PROFILE: _profile,
    ItemType.PROFILE_CHUNK: _profile_chunk,
}
