"""The list of issues, of an organization or of one project."""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.api.endpoint import Call, json_response
from urgentry.api.issue_question import Question, read_query, read_question
from urgentry.api.pagination import Cursor, link_headers, read_cursor, read_per_page
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.issues import IssueView, buckets_shape, list_shape
from urgentry.domain.event import hour_of
from urgentry.domain.issue import Issue
from urgentry.domain.short_id import parse_short_id
from urgentry.errors import ApiError
from urgentry.storage import events, issues, stats
from urgentry.storage.database import Transaction
from urgentry.storage.issues import IssuePage, IssueSelection, Place, Sort
from urgentry.triage.reading import read_surroundings

MAX_HITS = 1000
_DEFAULT_PER_PAGE = 25
_EVENT_ID_DIGITS = 32
_SORTS = {sort.value: sort for sort in Sort} | {
    "recommended": Sort.PRIORITY,
    "trends": Sort.TRENDS,
    "betterPriority": Sort.PRIORITY,
}


class StatsPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """The spans in which a list counts events."""

    name: str
    width: int
    """Hours."""
    buckets: int


_PERIODS = {
    "24h": StatsPeriod(name="24h", width=1, buckets=24),
    "14d": StatsPeriod(name="14d", width=24, buckets=14),
}
_AUTO_HOURLY_SPAN = 3 * clock.DAY


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A page with where it was cut and how much there is."""

    page: IssuePage
    cursor: Cursor | None
    hits: int


async def list_issues(call: Call) -> Response:
    """A page of issues that a search finds."""
    refuse_views(call)
    async with call.database.read() as tx:
        question = await read_question(call, tx, await call.enter(tx, "event:read"))
        direct = await _direct_hit(call, tx, question)
        if direct is not None:
            content = await shape_issues(call, tx, question, [direct])
            return json_response(content, headers={"X-Sentry-Direct-Hit": "1"})
        listing = await _read_listing(call, tx, question.select(read_query(call)))
        content = await shape_issues(call, tx, question, listing.page.issues)
    return json_response(content, headers=_headers(call, listing))


def refuse_views(call: Call) -> None:
    """ApiError 400 where something is asked to stand for the search that is not kept here."""
    refuse_options(call, "viewId", "savedSearch", "searchId", "hashes")


def read_sort(call: Call) -> Sort:
    """The order of a list, the latest first by default. ApiError 400 for an unknown one."""
    name = call.query.get("sort") or Sort.DATE.value
    if name not in _SORTS:
        raise ApiError(400, f'Invalid sort: "{name}"')
    return _SORTS[name]


async def shape_issues(
    call: Call, tx: Transaction, question: Question, found: Sequence[Issue]
) -> list[dict[str, object]]:
    """Issues as a list shows them, with counts by hour or day."""
    access = question.access
    around = await read_surroundings(
        tx,
        found,
        organization_id=access.organization.id,
        account_id=access.account_id,
        environments=question.environments,
    )
    view = IssueView(
        organization=access.organization, base_url=call.deps.base_url, surroundings=around
    )
    collapse = frozenset(call.query.getlist("collapse"))
    counts = {} if "stats" in collapse else await _stats(call, tx, question, found)
    return [
        list_shape(issue, view, stats=counts.get(issue.id, {}), collapse=collapse)
        for issue in found
    ]


async def _read_listing(call: Call, tx: Transaction, selection: IssueSelection) -> Listing:
    cursor = read_cursor(call)
    page = await issues.list_page(
        tx,
        selection,
        sort=read_sort(call),
        place=_place(cursor),
        limit=read_per_page(call, default=_DEFAULT_PER_PAGE),
    )
    is_whole = cursor is None and not page.has_more
    counted = None if is_whole else await issues.count_matching(tx, selection, limit=MAX_HITS)
    hits = len(page.issues) if counted is None else counted
    return Listing(page=page, cursor=cursor, hits=hits)


def _place(cursor: Cursor | None) -> Place | None:
    if cursor is None or (cursor.value, cursor.offset) == (0, 0):
        return None
    return Place(position=cursor.value, issue_id=cursor.offset, before=cursor.is_previous)


def _headers(call: Call, listing: Listing) -> dict[str, str]:
    page, cursor = listing.page, listing.cursor
    backwards = cursor is not None and cursor.is_previous
    ends = list(zip(page.positions, (issue.id for issue in page.issues), strict=True))
    first = ends[0] if ends else (0, 0)
    last = ends[-1] if ends else (0, 0)
    links = link_headers(
        call,
        previous=Cursor(*first, is_previous=True),
        has_previous=page.has_more if backwards else _place(cursor) is not None,
        following=Cursor(*last),
        has_following=True if backwards else page.has_more,
    )
    return links | {"X-Hits": str(listing.hits), "X-Max-Hits": str(MAX_HITS)}


async def _direct_hit(call: Call, tx: Transaction, question: Question) -> Issue | None:
    """The one issue that the search names by its short id or by the id of an event."""
    text = (call.query.get("query") or "").strip()
    issue_id = None
    short_id = parse_short_id(text) if call.query.get("shortIdLookup") == "1" else None
    if short_id is not None:
        organization_id = question.access.organization.id
        issue_id = await issues.find_by_short_id(tx, organization_id, *short_id)
    elif len(text) == _EVENT_ID_DIGITS and set(text.lower()) <= set("0123456789abcdef"):
        stored = await events.get_event(tx, question.project_ids, text.lower(), now=question.now)
        issue_id = stored.issue_id if stored else None
    found = await issues.get_issue(tx, issue_id) if issue_id is not None else None
    return found if found and found.project_id in question.project_ids else None


async def _stats(
    call: Call, tx: Transaction, question: Question, found: Sequence[Issue]
) -> Mapping[int, dict[str, list[int]]]:
    """Counts of each issue under the period's name."""
    period = _read_period(call, question)
    first = hour_of(question.now) // period.width - period.buckets + 1
    counts = await stats.list_counts(
        tx,
        [issue.id for issue in found],
        first_bucket=first,
        buckets=period.buckets,
        width=period.width,
        environments=question.environments,
    )
    return {
        issue.id: {
            period.name: buckets_shape(
                counts.get(issue.id),
                first_bucket=first,
                width=period.width,
                buckets=period.buckets,
            )
        }
        for issue in found
    }


def _read_period(call: Call, question: Question) -> StatsPeriod:
    name = call.query.get("groupStatsPeriod") or "24h"
    if name in _PERIODS:
        return _PERIODS[name]
    if name != "auto":
        raise ApiError(400, 'Invalid groupStatsPeriod: use "", "24h", "14d" or "auto"')
    start = question.span.start
    span = question.now - start if start is not None else 14 * clock.DAY
    hourly = span <= _AUTO_HOURLY_SPAN
    unit = clock.HOUR if hourly else clock.DAY
    buckets = min(max(1, -(-span // unit)), 100)
    return StatsPeriod(name="auto", width=1 if hourly else 24, buckets=buckets)
