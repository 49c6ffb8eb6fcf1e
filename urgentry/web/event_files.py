"""Attachments of events on pages: read for the page of an event, shown and sent one by one."""

from collections.abc import Sequence

from starlette.responses import Response, StreamingResponse

from urgentry import clock
from urgentry.access.decision import as_id, not_found
from urgentry.blobs.base import BlobStore
from urgentry.blobs.downloads import HEAD_BYTES, download_headers, is_shown
from urgentry.domain.attachment import Attachment
from urgentry.domain.event import day_of
from urgentry.errors import ApiError, BlobError
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import AttachmentType
from urgentry.storage import attachments
from urgentry.storage.database import Transaction
from urgentry.web.edge import page
from urgentry.web.view.files import FilesView, files_view
from urgentry.web.view.hierarchy import MAX_BYTES, Hierarchy, parse_hierarchy
from urgentry.web.visit import Visit


async def list_files(tx: Transaction, project_id: int, event_id: str) -> list[Attachment]:
    """The attachments of an event."""
    today = day_of(clock.now())
    return await attachments.list_attachments(tx, project_id, event_id, today=today)


async def view_files(
    store: BlobStore, found: Sequence[Attachment], *, base: str
) -> FilesView | None:
    """The attachments as the page of their event shows them; a view hierarchy is read for it."""
    kept = [
        each
        for each in found
        if each.kind == AttachmentType.VIEW_HIERARCHY and 0 < each.size <= MAX_BYTES
    ]
    hierarchy = await _hierarchy(store, kept[0]) if kept else None
    return files_view(found, base=base, hierarchy=hierarchy)


async def _hierarchy(store: BlobStore, attachment: Attachment) -> Hierarchy | None:
    """A page is not lost over it when it cannot be read."""
    try:
        return parse_hierarchy(await _read(store, attachment.blob_key, MAX_BYTES))
    except BlobError:
        return None


async def send(visit: Visit) -> Response:
    """The content of an attachment: an image in place, anything else as a file."""
    async with visit.database.read() as tx:
        found = await _find(visit, tx)
    store = visit.deps.blobs
    if not found.blob_key:
        return Response(headers=_headers(found))
    try:
        head = await _read(store, found.blob_key, HEAD_BYTES)
    except BlobError as error:
        raise ApiError(404, "The content of this attachment cannot be read.") from error
    in_place = "download" not in visit.query and is_shown(found.content_type, head)
    return StreamingResponse(store.get(found.blob_key), headers=_headers(found, in_place=in_place))


def _headers(found: Attachment, *, in_place: bool = False) -> dict[str, str]:
    return download_headers(
        found.name, content_type=found.content_type, size=found.size, in_place=in_place
    )


async def _find(visit: Visit, tx: Transaction) -> Attachment:
    place = await visit.enter(tx, "event:read")
    event_id = parse_event_id(visit.path("event"))
    attachment_id = as_id(visit.path("attachment"))
    if event_id is None or attachment_id is None:
        raise not_found()
    found = await attachments.get_attachment(
        tx, place.project.id, event_id.hex(), attachment_id, today=day_of(clock.now())
    )
    if found is None:
        raise not_found()
    return found


async def _read(store: BlobStore, key: str, count: int) -> bytes:
    return b"".join([chunk async for chunk in store.get(key, length=count)])


PAGES = (
    page("/{organization}/projects/{project}/events/{event}/attachments/{attachment}/", GET=send),
)
