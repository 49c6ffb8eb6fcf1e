"""An `attachment` item: a file that belongs to the event whose id its envelope has, be the event in
there as well or not.
"""

import re
from http import HTTPStatus
from typing import Any

from urgentry.domain.attachment import MAX_NAME_CHARS, UNNAMED, UNTYPED, AttachmentRecord
from urgentry.domain.crash_reports import NONE, UNLIMITED
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.scrub import scrub_file
from urgentry.protocol.items import (
    CRASH_REPORTS,
    AttachmentType,
    ItemType,
    attachment_type,
    quantities,
)
from urgentry.protocol.outcome import Reason, invalid

_PLACEHOLDERS = frozenset(
    {
        "application/vnd.sentry.attachment-ref",
        "application/vnd.sentry.attachment-ref+json",
    }
)
"""Stands for content that was uploaded elsewhere, which this server has no place for."""
_TRACE_ATTACHMENTS = frozenset(
    {"application/vnd.sentry.trace-attachment", "application/vnd.sentry.attachment.v2"}
)
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}")
_TYPES_BY_ENDING = {
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "log": "text/plain",
    "png": "image/png",
    "txt": "text/plain",
    "webp": "image/webp",
}


def read(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    """The attachment, whose content goes to a blob."""
    media_type = _media_type(item.headers.get("content_type"))
    if media_type in _PLACEHOLDERS:
        raise invalid(
            Reason.INVALID_PLACEHOLDER_ATTACHMENT, "placeholder attachments are not taken"
        )
    if media_type in _TRACE_ATTACHMENTS:
        raise invalid(Reason.INVALID_TRACE_ATTACHMENT, "attachments of traces are not stored")
    if receipt.is_event_id_made_up:
        raise invalid(Reason.INVALID_EVENT_ID, "an attachment needs the id of its event")
    record = _record(item, receipt, media_type)
    if record.most == NONE:
        raise invalid(
            Reason.CRASH_REPORT_LIMIT, "the project keeps no crash reports", status=HTTPStatus.OK
        )
    content = scrub_file(record.name, item.view, receipt.scope)
    return Reading(records=[record], contents=[(record, content)])


def _record(item: Item, receipt: Receipt, media_type: str) -> AttachmentRecord:
    name = file_name(item.headers.get("filename"))
    scope = receipt.scope
    kind = attachment_type(item.headers) or AttachmentType.ATTACHMENT
    is_limited = kind in CRASH_REPORTS and scope.crash_reports_kept != UNLIMITED
    return AttachmentRecord(
        organization_id=scope.organization_id,
        project_id=scope.project_id,
        key_id=scope.key_id,
        received=receipt.received,
        retention_days=scope.retention_days,
        counted=quantities(ItemType.ATTACHMENT, {}, item.size),
        event_id=receipt.event_id,
        kind=kind,
        name=name,
        content_type=media_type if media_type != UNTYPED else _type_by_ending(name),
        content_size=item.size,
        most=scope.crash_reports_kept if is_limited else None,
    )


def file_name(value: Any) -> str:
    """A name that can be shown and stored: without control characters, not too long."""
    if not isinstance(value, str):
        return UNNAMED
    return _UNFIT.sub(" ", value).strip()[:MAX_NAME_CHARS] or UNNAMED


def _media_type(value: Any) -> str:
    text = value.partition(";")[0].strip().lower() if isinstance(value, str) else ""
    return text if _MEDIA_TYPE.fullmatch(text) else UNTYPED


def _type_by_ending(name: str) -> str:
    return _TYPES_BY_ENDING.get(name.rpartition(".")[2].lower(), UNTYPED)
