"""The pages below an issue: all its events, the values of a tag, and the hashes that lead to it."""

from typing import Any

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import not_found
from urgentry.domain.issue import Issue
from urgentry.search.syntax import InvalidSearch
from urgentry.storage import events, issues, tags
from urgentry.storage.database import Transaction
from urgentry.storage.events import EventPlace, StoredEvent
from urgentry.storage.issues import IssueHash
from urgentry.storage.tags import USER_KEY, ValueSort
from urgentry.triage.merging import unmerge
from urgentry.triage.reading import read_surroundings
from urgentry.web.edge import page
from urgentry.web.flash import Flash
from urgentry.web.issue_actions import actor_of
from urgentry.web.issue_list import list_environments, search_problem
from urgentry.web.issue_lookup import enter_issue, select_events
from urgentry.web.picks import read_picks
from urgentry.web.view.issue import IssueView, issue_view
from urgentry.web.view.values import obj, text
from urgentry.web.visit import Place, Visit

_PER_PAGE = 50
_MAX_VALUES = 200
_HASH_BYTES = 16


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the list of events shows it."""

    event_id: str
    at: int
    title: str
    level: str
    environment: str
    release: str
    user: str
    place: str


class HashRow(msgspec.Struct, frozen=True, kw_only=True):
    """A hash with the newest event that it led here."""

    hash: IssueHash
    event_id: str
    title: str


async def list_events(visit: Visit) -> Response:
    """Every stored event, newest first."""
    query = visit.query.get("query", "").strip()
    async with visit.database.read() as tx:
        place, issue = await enter_issue(visit, tx, "event:read")
        picks = read_picks(visit, place)
        view = await read_issue_view(tx, place, issue)
        problem, listed = "", []
        try:
            selection = select_events(place, issue, picks, query, in_period=True)
            before = _read_place(visit.query.get("before", ""))
            listed = await events.list_newest(tx, selection, before=before, limit=_PER_PAGE + 1)
        except InvalidSearch as error:
            problem = search_problem(error)
        names = await list_environments(tx, place, picks)
        unstored = sum(each.unstored for each in await issues.list_hashes(tx, issue.id))
    rows = [_event_row(stored) for stored in listed[:_PER_PAGE]]
    return visit.page(
        "issue_events.html",
        status=400 if problem else 200,
        section="issues",
        issue=view,
        picks=picks,
        query=query,
        problem=problem,
        rows=rows,
        unstored=unstored,
        environments=names,
        older=rows[-1].place if len(listed) > _PER_PAGE else "",
    )


def _read_place(value: str) -> EventPlace | None:
    at, colon, row_id = value.partition("-")
    if not colon or not all(part.isascii() and part.isdigit() for part in (at, row_id)):
        return None
    return EventPlace(timestamp=min(int(at[:19]), _MOST), row_id=min(int(row_id[:19]), _MOST))


_MOST = (1 << 63) - 1


def _event_row(stored: StoredEvent) -> EventRow:
    event: dict[str, Any] = stored.payload()
    user = obj(event.get("user"))
    return EventRow(
        event_id=stored.event_id,
        at=stored.timestamp,
        title=text(event.get("title")) or "<no title>",
        level=stored.level.name.lower(),
        environment=text(event.get("environment")),
        release=text(event.get("release")),
        user=next(
            (text(user[n]) for n in ("email", "username", "id", "ip_address") if user.get(n)), ""
        ),
        place=f"{stored.timestamp}-{stored.id}",
    )


async def show_tag(visit: Visit) -> Response:
    """The values of one tag, the most frequent first."""
    key = visit.path("key")
    async with visit.database.read() as tx:
        place, issue = await enter_issue(visit, tx, "event:read")
        tag = await tags.get_tag(tx, issue.id, key, top=1)
        if tag is None:
            raise not_found()
        values = await tags.list_values(tx, issue.id, key, sort=ValueSort.COUNT, limit=_MAX_VALUES)
        view = await read_issue_view(tx, place, issue)
    return visit.page(
        "issue_tag.html",
        section="issues",
        issue=view,
        tag=tag,
        values=values,
        is_user=key == USER_KEY,
    )


async def show_hashes(visit: Visit) -> Response:
    """The hashes, each with its newest event; some can be split off."""
    async with visit.database.read() as tx:
        place, issue = await enter_issue(visit, tx, "event:read")
        owned = await issues.list_hashes(tx, issue.id)
        latest = await events.list_latest_of_hashes(tx, [each.id for each in owned])
        view = await read_issue_view(tx, place, issue)
    owned = sorted(owned, key=lambda each: not each.times_seen)
    rows = [_hash_row(each, latest.get(each.id)) for each in owned]
    return visit.page("issue_hashes.html", section="issues", issue=view, rows=rows)


def _hash_row(owned: IssueHash, stored: StoredEvent | None) -> HashRow:
    title = text(stored.payload().get("title")) if stored else ""
    gone = (
        "Its events are no longer kept" if owned.times_seen else "Another hash of its events counts"
    )
    return HashRow(hash=owned, event_id=stored.event_id if stored else "", title=title or gone)


async def split(visit: Visit) -> Response:
    """Moves the chosen hashes to an issue of their own."""
    form = await visit.form()
    chosen = {bytes.fromhex(each) for each in form.texts("hash") if _is_hash(each)}

    async def write(tx: Transaction) -> str:
        place, issue = await enter_issue(visit, tx, "event:write")
        made = await unmerge(tx, issue, chosen, by=actor_of(place), at=clock.now())
        return f"{place.base}/issues/{made}/"

    address = await visit.database.write(write)
    visit.deps.hub.wake()
    return visit.redirect(address, flash=Flash(code="unmerged"))


def _is_hash(value: str) -> bool:
    return len(value) == 2 * _HASH_BYTES and not value.strip("0123456789abcdef")


async def read_issue_view(tx: Transaction, place: Place, issue: Issue) -> IssueView:
    """The issue as the heads of its lesser pages show it."""
    around = await read_surroundings(
        tx,
        [issue],
        organization_id=place.organization.id,
        account_id=place.access.account_id,
    )
    return issue_view(issue, around, base=place.base)


PAGES = (
    page("/{organization}/issues/{issue}/events/", GET=list_events),
    page("/{organization}/issues/{issue}/tags/{key}/", GET=show_tag),
    page("/{organization}/issues/{issue}/hashes/", GET=show_hashes, POST=split),
)
