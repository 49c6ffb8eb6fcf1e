"""Comments on an issue."""

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import forbidden, found
from urgentry.errors import ApiError
from urgentry.storage import activity
from urgentry.storage.database import Transaction
from urgentry.triage.notes import MAX_NOTE_CHARS, comment, delete_note
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.issue_actions import actor_of
from urgentry.web.issue_lookup import enter_issue
from urgentry.web.visit import Visit


async def add(visit: Visit) -> Response:
    """Adds what was written."""
    form = await visit.form()
    text = form.text("text", longest=MAX_NOTE_CHARS)
    if not text:
        raise ApiError(400, "An empty comment says nothing.")

    async def write(tx: Transaction) -> str:
        place, issue = await enter_issue(visit, tx, "event:write")
        await comment(tx, issue, text, by=actor_of(place), at=clock.now())
        return f"{place.base}/issues/{visit.path('issue')}/"

    address = await visit.database.write(write)
    visit.deps.hub.wake()
    return visit.redirect(address, flash=Flash(code="commented"))


async def remove(visit: Visit) -> Response:
    """Removes a comment of the visitor's own."""

    async def write(tx: Transaction) -> str:
        place, issue = await enter_issue(visit, tx, "event:write")
        number = visit.path("comment")
        known = int(number) if number.isascii() and number.isdigit() and len(number) < 20 else 0  # noqa: PLR2004
        note = found(await activity.get_note(tx, issue.id, known))
        if note.account_id != visit.account.id:
            raise forbidden()
        await delete_note(tx, issue, note, by=actor_of(place), at=clock.now())
        return f"{place.base}/issues/{visit.path('issue')}/"

    address = await visit.database.write(write)
    visit.deps.hub.wake()
    return visit.redirect(address, flash=Flash(code="uncommented"))


PAGES = (
    page("/{organization}/issues/{issue}/comments/", POST=add),
    page("/{organization}/issues/{issue}/comments/{comment}/delete/", POST=remove),
)
