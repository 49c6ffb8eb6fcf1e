"""What forms of crash reporters have in common: files by the names of their fields, and an event in
the others. Used by `minidumps`.
"""

from collections.abc import Iterable

import orjson

from urgentry.ingest.body import Body
from urgentry.ingest.envelope import Item, make_item
from urgentry.ingest.multipart import Part, is_form, parse_form
from urgentry.ingest.native.containers import unpack_dump
from urgentry.ingest.native.form import form_event
from urgentry.ingest.native.minidump import is_minidump
from urgentry.protocol.items import AttachmentType, ItemType
from urgentry.protocol.outcome import Reason, Rejected, invalid

MINIDUMP_FIELD = "upload_file_minidump"
_EVENT_FIELD = "__sentry-event"
_BREADCRUMB_FIELDS = ("__sentry-breadcrumb1", "__sentry-breadcrumb2")
_VIEW_HIERARCHY = "view-hierarchy.json"
_GPU_DUMPS = {".nv-gpudmp": AttachmentType.NV_GPU_DUMP, ".nvdbg": AttachmentType.NV_SHADER_DEBUG}


def crash_items(body: Body, content_type: str) -> list[Item]:
    """The items of a form, or of a bare dump. Rejected when there is no dump in it."""
    if not is_form(content_type):
        return [dump_item(memoryview(body), "Minidump")]
    parts = parse_form(body, content_type)
    dump = next((part for part in parts if part.name == MINIDUMP_FIELD), None)
    if dump is None:
        raise invalid(Reason.MISSING_MINIDUMP_UPLOAD, "missing minidump")
    others = [part for part in parts if part is not dump]
    items = [dump_item(_inner(dump.view), dump.filename or "Minidump")]
    items += [_file_item(part) for part in others if part.filename is not None or _is_own(part)]
    if not any(item.headers.get("attachment_type") == _PAYLOAD for item in items):
        items.insert(0, _event_item(part for part in others if part.filename is None))
    return items


_PAYLOAD = AttachmentType.EVENT_PAYLOAD.value


def dump_item(view: memoryview, name: str) -> Item:
    """The dump as an attachment, out of its container. Rejected when it is none."""
    view, name = unpack_dump(view, name)
    if not is_minidump(view):
        raise invalid_dump()
    return make_item(
        ItemType.ATTACHMENT,
        view,
        filename=name,
        content_type="application/x-dmp",
        attachment_type=AttachmentType.MINIDUMP.value,
    )


def invalid_dump() -> Rejected:
    """The answer to a dump that is none."""
    return invalid(Reason.INVALID_MINIDUMP, "invalid minidump")


def _inner(view: memoryview) -> memoryview:
    """Old versions of Electron put a whole form into the field of the dump."""
    if bytes(view[:2]) != b"--":
        return view
    head = bytes(view[:200]).partition(b"\r\n")[0]
    boundary = head[2:].decode("latin-1")
    parts = parse_form(view, f'multipart/form-data; boundary="{boundary}"')
    dump = next((part for part in parts if part.name == MINIDUMP_FIELD), None)
    if dump is None:
        raise invalid(Reason.MISSING_MINIDUMP_UPLOAD, "missing minidump")
    return dump.view


def _is_own(part: Part) -> bool:
    return part.name == _EVENT_FIELD or part.name in _BREADCRUMB_FIELDS


def _file_item(part: Part) -> Item:
    return make_item(
        ItemType.ATTACHMENT,
        part.view,
        filename=part.filename or part.name,
        content_type=part.content_type,
        attachment_type=_type_of(part).value,
    )


def _type_of(part: Part) -> AttachmentType:
    if part.name == _EVENT_FIELD:
        return AttachmentType.EVENT_PAYLOAD
    if part.name in _BREADCRUMB_FIELDS:
        return AttachmentType.BREADCRUMBS
    name = part.filename or ""
    if _VIEW_HIERARCHY in (part.name, name):
        return AttachmentType.VIEW_HIERARCHY
    for ending, kind in _GPU_DUMPS.items():
        if name.endswith(ending):
            return kind
    return AttachmentType.ATTACHMENT


def _event_item(fields: Iterable[Part]) -> Item:
    event = form_event((part.name, part.text) for part in fields)
    return make_item(ItemType.EVENT, orjson.dumps(event))
