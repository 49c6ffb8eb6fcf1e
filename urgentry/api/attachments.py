"""Attachments of events: the list, one, its content, and its removal."""

from typing import Any

from starlette.responses import Response, StreamingResponse

from urgentry import clock
from urgentry.access.decision import as_id, not_found
from urgentry.api.endpoint import Call, Endpoint, empty, endpoint, json_response
from urgentry.api.issue_lookup import read_event_id
from urgentry.api.pagination import page_of
from urgentry.api.timestamps import iso
from urgentry.blobs.downloads import download_headers
from urgentry.domain.attachment import Attachment
from urgentry.domain.event import day_of
from urgentry.errors import ApiError, BlobError
from urgentry.storage import attachments
from urgentry.storage.database import Transaction

Json = dict[str, Any]

_READ = ("event:read", "project:read")
_REMOVE = ("event:admin", "project:write")


async def list_attachments(call: Call) -> Response:
    """The attachments of an event, the oldest first; `query` finds some by a part of their names.

    They may be there before the event is, or without it.
    """
    async with call.database.read() as tx:
        project_id, event_id = await _enter(call, tx, *_READ)
        found = await attachments.list_attachments(tx, project_id, event_id, today=_today())
    wanted = (call.query.get("query") or "").casefold()
    kept = [each for each in found if wanted in each.name.casefold()]
    shown, headers = page_of(call, kept)
    return json_response([attachment_shape(each) for each in shown], headers=headers)


async def show_attachment(call: Call) -> Response:
    """One attachment; with `download` its content, as a file."""
    async with call.database.read() as tx:
        found = await _find(call, tx, *_READ)
    if "download" not in call.query:
        return json_response(attachment_shape(found))
    headers = download_headers(found.name, content_type=found.content_type, size=found.size)
    if not found.blob_key:
        return Response(headers=headers)
    await _require_content(call, found)
    return StreamingResponse(call.deps.blobs.get(found.blob_key), headers=headers)


async def remove_attachment(call: Call) -> Response:
    """Removes one attachment."""

    async def body(tx: Transaction) -> None:
        found = await _find(call, tx, *_REMOVE)
        await attachments.delete_attachment(tx, found.project_id, found.id)

    await call.database.write(body)
    return empty()


def attachment_shape(attachment: Attachment) -> Json:
    """An attachment as Sentry's API has it."""
    return {
        "id": str(attachment.id),
        "event_id": attachment.event_id,
        "type": attachment.kind,
        "name": attachment.name,
        "mimetype": attachment.content_type,
        "dateCreated": iso(attachment.received),
        "size": attachment.size,
        "headers": {"Content-Type": attachment.content_type},
        "sha1": attachment.sha1 or None,
    }


async def _require_content(call: Call, attachment: Attachment) -> None:
    """ApiError before an answer begins, where its content cannot be had."""
    try:
        size = await call.deps.blobs.size(attachment.blob_key)
    except BlobError:
        later = {"Retry-After": "5"}
        raise ApiError(503, "The content cannot be read now; try again.", headers=later) from None
    if size is None:
        raise ApiError(404, "The content of this attachment is gone.")


async def _enter(call: Call, tx: Transaction, *scopes: str) -> tuple[int, str]:
    access = await call.enter(tx, *scopes)
    event_id = read_event_id(call.path("event"))
    if access.project is None or event_id is None:
        raise not_found()
    return access.project.id, event_id


async def _find(call: Call, tx: Transaction, *scopes: str) -> Attachment:
    project_id, event_id = await _enter(call, tx, *scopes)
    attachment_id = as_id(call.path("attachment"))
    if attachment_id is None:
        raise not_found()
    found = await attachments.get_attachment(
        tx, project_id, event_id, attachment_id, today=_today()
    )
    if found is None:
        raise not_found()
    return found


def _today() -> int:
    return day_of(clock.now())


_PATH = "/projects/{organization}/{project}/events/{event}/attachments/"

ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint(_PATH, GET=list_attachments),
    endpoint(_PATH + "{attachment}/", GET=show_attachment, DELETE=remove_attachment),
)
