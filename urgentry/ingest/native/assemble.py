"""Makes the event of an envelope whose attachments hold it: a dump, a report, a packed event.

An `event` item of the envelope is the base where there is one, else a packed event. Dumps and
reports stay attachments; packed events and breadcrumbs were only another form of the event and go.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from msgspec.structs import replace

from urgentry.ingest.envelope import Envelope, Item, make_item
from urgentry.ingest.native.apple import apply_apple_report
from urgentry.ingest.native.event import apply_minidump, apply_unread_dump
from urgentry.ingest.native.minidump import parse_minidump
from urgentry.ingest.native.packed import merge_breadcrumbs, unpack_breadcrumbs, unpack_event
from urgentry.protocol.items import EVENT_ATTACHMENTS, AttachmentType, ItemType, attachment_type

Json = dict[str, Any]

_UNREAD = {
    AttachmentType.PROSPERODUMP: "Prosperodump",
    AttachmentType.NV_GPU_DUMP: "GPU crash dump",
    AttachmentType.DYING_MESSAGE: "Dying message",
}
"""Dumps of formats that only their makers' tools read, and what their events are called."""
_FORMS_OF_EVENT = (AttachmentType.EVENT_PAYLOAD, AttachmentType.BREADCRUMBS)


def assemble(envelope: Envelope) -> Envelope:
    """The envelope with an event of its own, where attachments ask for one; else as it is. Rejected
    when a packed event is none."""
    sources = [each for each in envelope.items if _kind(each) in EVENT_ATTACHMENTS]
    if not sources:
        return envelope
    own = next((each for each in envelope.items if each.type == ItemType.EVENT), None)
    event = _event_of(own, sources)
    if event is None:
        return envelope
    breadcrumbs = _breadcrumbs(sources)
    if breadcrumbs:
        event["breadcrumbs"] = {"values": breadcrumbs}
    for item in sources:
        _apply(event, item)
    rest = [
        each for each in envelope.items if each is not own and _kind(each) not in _FORMS_OF_EVENT
    ]
    made = make_item(ItemType.EVENT, orjson.dumps(event, default=str))
    return replace(envelope, items=[made, *rest])


def _apply(event: Json, item: Item) -> None:
    """What a dump or a report says of the crash."""
    kind = attachment_type(item.headers)
    if kind is AttachmentType.MINIDUMP:
        apply_minidump(event, parse_minidump(item.view))
    elif kind is AttachmentType.APPLE_CRASH_REPORT:
        apply_apple_report(event, item.view)
    elif kind in _UNREAD:
        apply_unread_dump(event, _UNREAD[kind])


def _kind(item: Item) -> AttachmentType | None:
    return attachment_type(item.headers) if item.type == ItemType.ATTACHMENT else None


def _event_of(own: Item | None, sources: Iterable[Item]) -> Json | None:
    """What the event says so far; None when its own item cannot be read, which is for the reader of
    that item to say."""
    if own is not None:
        try:
            found = orjson.loads(own.view)
        except orjson.JSONDecodeError:
            return None
        return found if isinstance(found, dict) else None
    packed = next((each for each in sources if _kind(each) is AttachmentType.EVENT_PAYLOAD), None)
    return unpack_event(packed.view) if packed is not None else {}


def _breadcrumbs(sources: Sequence[Item]) -> list[Any]:
    lists = [
        unpack_breadcrumbs(each.view)
        for each in sources
        if _kind(each) is AttachmentType.BREADCRUMBS
    ]
    merged: list[Any] = []
    for each in lists:
        merged = merge_breadcrumbs(merged, each) if merged else each
    return merged
