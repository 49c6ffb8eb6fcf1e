"""Comments on issues."""

from typing import Any

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, as_id, forbidden, found
from urgentry.api.endpoint import Call, empty, json_response
from urgentry.api.fields import Fields
from urgentry.api.issue_lookup import enter_issue
from urgentry.api.pagination import page_of
from urgentry.api.shapes.activity import activity_shape
from urgentry.domain.activity import Activity, ActivityKind
from urgentry.storage import accounts, activity
from urgentry.storage.database import Transaction
from urgentry.triage.journal import Actor
from urgentry.triage.notes import MAX_NOTE_CHARS, change_note, comment, delete_note

_MAX_ENTRIES = 1000
_SCOPES = ("event:read", "event:write", "event:admin")


async def list_notes(call: Call) -> Response:
    """The comments on an issue, newest first."""
    async with call.database.read() as tx:
        _, issue = await enter_issue(call, tx, "event:read")
        log = await activity.list_entries(tx, issue.id, limit=_MAX_ENTRIES)
        notes = [entry for entry in log if entry.kind == ActivityKind.NOTE]
        shown, headers = page_of(call, notes)
        content = [await _shape(tx, note) for note in shown]
    return json_response(content, headers=headers)


async def add_note(call: Call) -> Response:
    """Adds a comment."""
    text = await _read_text(call)
    now = clock.now()

    async def body(tx: Transaction) -> dict[str, Any]:
        access, issue = await enter_issue(call, tx, *_SCOPES)
        return await _shape(tx, await comment(tx, issue, text, by=_actor(access), at=now))

    return json_response(await call.database.write(body), 201)


async def update_note(call: Call) -> Response:
    """Changes a comment of one's own."""
    text = await _read_text(call)

    async def body(tx: Transaction) -> dict[str, Any]:
        access, issue = await enter_issue(call, tx, *_SCOPES)
        note = await _own_note(call, tx, access, issue.id)
        await change_note(tx, note, text)
        return await _shape(tx, found(await activity.get_note(tx, issue.id, note.id)))

    return json_response(await call.database.write(body))


async def remove_note(call: Call) -> Response:
    """Removes a comment of one's own."""
    now = clock.now()

    async def body(tx: Transaction) -> None:
        access, issue = await enter_issue(call, tx, *_SCOPES)
        note = await _own_note(call, tx, access, issue.id)
        await delete_note(tx, issue, note, by=_actor(access), at=now)

    await call.database.write(body)
    return empty()


async def _own_note(call: Call, tx: Transaction, access: Access, issue_id: int) -> Activity:
    note_id = found(as_id(call.path("note")))
    note = found(await activity.get_note(tx, issue_id, note_id))
    if note.account_id is None or note.account_id != access.account_id:
        raise forbidden()
    return note


async def _shape(tx: Transaction, note: Activity) -> dict[str, Any]:
    ids = [] if note.account_id is None else [note.account_id]
    return activity_shape(note, await accounts.list_accounts(tx, ids))


async def _read_text(call: Call) -> str:
    fields = Fields(await call.body())
    text = fields.text("text", longest=MAX_NOTE_CHARS, required=True)
    fields.check()
    return text or ""


def _actor(access: Access) -> Actor:
    return Actor(organization_id=access.organization.id, account_id=access.account_id)
