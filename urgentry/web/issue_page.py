"""The page of an issue: its head, its chart, one event, and what stands beside it."""

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import found, not_found
from urgentry.domain.attachment import Attachment
from urgentry.domain.event import day_of
from urgentry.domain.issue import Issue
from urgentry.search.syntax import InvalidSearch
from urgentry.storage import accounts, activity, feedback, issues, releases, stats, tags, teams
from urgentry.storage.database import Transaction
from urgentry.storage.events import StoredEvent
from urgentry.storage.tags import TagSummary
from urgentry.triage.reading import read_surroundings
from urgentry.web.assignees import Choice, list_choices
from urgentry.web.charts import Bar, bars
from urgentry.web.edge import page
from urgentry.web.event_files import list_files, view_files
from urgentry.web.issue_list import list_environments, search_problem
from urgentry.web.issue_lookup import (
    Neighbours,
    enter_issue,
    find_event,
    find_neighbours,
    select_events,
)
from urgentry.web.picks import Buckets, Picks, read_picks
from urgentry.web.view.activity import Entry, Names, entry, mentioned
from urgentry.web.view.event import EventView, event_view
from urgentry.web.view.feedback import Said, said_about
from urgentry.web.view.files import FilesView
from urgentry.web.view.issue import IssueView, issue_view
from urgentry.web.view.markdown import event_markdown
from urgentry.web.visit import Place, Visit

_TOP_VALUES = 4
_LOG_ENTRIES = 30
_MARKED_RELEASES = 5
_RELEASES_TO_CHOOSE = 8
_SHOWN_FEEDBACK = 20


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """When a release of the issue was first seen, as a place in the chart of 1000."""

    x: int
    version: str


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """Events over the period."""

    bars: list[Bar]
    most: int
    total: int
    begins: int
    ends: int
    markers: list[Marker]


class IssuePage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page shows beside the event."""

    issue: IssueView
    chart: Chart
    tags: list[TagSummary]
    log: list[Entry]
    hashes: int
    unstored: int
    """Events of the issue that were counted only."""
    choices: list[Choice]
    versions: list[str]
    environments: list[str]


async def show(visit: Visit) -> Response:
    """The issue with its newest event, or with the one that the path names."""
    name = visit.request.path_params.get("event", "latest")
    query = visit.query.get("query", "").strip()
    async with visit.database.read() as tx:
        place, issue = await enter_issue(visit, tx, "event:read")
        picks = read_picks(visit, place)
        shown = await _read(tx, place, issue, picks)
        canonical = shown.issue.address
        problem, stored, neighbours = "", None, Neighbours()
        attached: list[Attachment] = []
        said: list[Said] = []
        try:
            selection = select_events(place, issue, picks, query)
            stored = await find_event(tx, issue, selection, name)
            if stored is not None:
                neighbours = await find_neighbours(tx, selection, stored)
                attached = await list_files(tx, stored.project_id, stored.event_id)
                said = await _said(tx, stored)
        except InvalidSearch as error:
            problem = search_problem(error)
    if stored is None and "event" in visit.request.path_params and not query and not problem:
        raise not_found()
    if visit.path("issue") != shown.issue.short_id:
        return visit.redirect(visit.address.replace(_named(visit), canonical, 1))
    await _note_view(visit, issue, is_known=shown.issue.is_viewed)
    return visit.page(
        "issue.html",
        section="issues",
        picks=picks,
        shown=shown,
        issue=shown.issue,
        event=_event(stored) if stored else None,
        feedback=said,
        files=await _files(visit, place, stored, attached) if stored else None,
        neighbours=neighbours,
        query=query,
        problem=problem,
    )


async def show_markdown(visit: Visit) -> Response:
    """One event as Markdown, to be pasted elsewhere."""
    async with visit.database.read() as tx:
        place, issue = await enter_issue(visit, tx, "event:read")
        around = await read_surroundings(
            tx,
            [issue],
            organization_id=place.organization.id,
            account_id=place.access.account_id,
            environments=(),
        )
        selection = select_events(place, issue, Picks(), "")
        stored = found(await find_event(tx, issue, selection, visit.path("event")))
    view = issue_view(issue, around, base=place.base)
    address = f"{visit.deps.base_url}{view.address}events/{stored.event_id}/"
    text = event_markdown(view, _event(stored), address)
    return Response(text, media_type="text/markdown; charset=utf-8")


def _named(visit: Visit) -> str:
    return f"/{visit.path('organization')}/issues/{visit.path('issue')}/"


def _event(stored: StoredEvent) -> EventView:
    packed = stored.payload_json()
    return event_view(
        stored.payload(),
        event_id=stored.event_id,
        at=stored.timestamp,
        received=stored.received,
        size=len(packed),
    )


async def _said(tx: Transaction, stored: StoredEvent) -> list[Said]:
    found = await feedback.list_of_event(
        tx,
        stored.project_id,
        stored.event_id,
        today=day_of(clock.now()),
        limit=_SHOWN_FEEDBACK,
    )
    return said_about(found)


async def _files(
    visit: Visit, place: Place, stored: StoredEvent, attached: list[Attachment]
) -> FilesView | None:
    project = place.project_of(stored.project_id).slug
    base = f"{place.base}/projects/{project}/events/{stored.event_id}/"
    return await view_files(visit.deps.blobs, attached, base=base)


async def _read(tx: Transaction, place: Place, issue: Issue, picks: Picks) -> IssuePage:
    around = await read_surroundings(
        tx,
        [issue],
        organization_id=place.organization.id,
        account_id=place.access.account_id,
        environments=picks.environments,
    )
    known = await releases.list_releases(
        tx, place.organization.id, [issue.project_id], limit=_RELEASES_TO_CHOOSE
    )
    owned = await issues.list_hashes(tx, issue.id)
    return IssuePage(
        issue=issue_view(issue, around, base=place.base),
        chart=await _chart(tx, issue, picks),
        tags=await tags.list_tags(tx, issue.id, top=_TOP_VALUES),
        log=await _log(tx, place, issue),
        hashes=len(owned),
        unstored=sum(each.unstored for each in owned),
        choices=await list_choices(tx, place),
        versions=[release.version for release in known],
        environments=await list_environments(tx, place, picks),
    )


async def _chart(tx: Transaction, issue: Issue, picks: Picks) -> Chart:
    buckets = picks.buckets(clock.now(), most=60)
    counted = await stats.list_counts(
        tx,
        [issue.id],
        first_bucket=buckets.first,
        buckets=buckets.count,
        width=buckets.hours,
        environments=picks.environments,
    )
    counts = counted.get(issue.id, [0] * buckets.count)
    return Chart(
        bars=bars(counts, begins=buckets.begins, width=buckets.width),
        most=max(counts),
        total=sum(counts),
        begins=buckets.begins,
        ends=buckets.begins + buckets.count * buckets.width - 1,
        markers=await _markers(tx, issue, buckets),
    )


async def _markers(tx: Transaction, issue: Issue, buckets: Buckets) -> list[Marker]:
    seen = await stats.list_releases(tx, issue.id, limit=_MARKED_RELEASES)
    versions = await issues.list_release_versions(tx, seen) if seen else {}
    span = buckets.count * buckets.width
    return [
        Marker(x=(each.first_seen - buckets.begins) * 1000 // span, version=versions[release_id])
        for release_id, each in seen.items()
        if release_id in versions and 0 <= each.first_seen - buckets.begins < span
    ]


async def _log(tx: Transaction, place: Place, issue: Issue) -> list[Entry]:
    entries = await activity.list_entries(tx, issue.id, limit=_LOG_ENTRIES)
    people = mentioned(entries)
    names = Names(
        accounts=await accounts.list_accounts(tx, people) if people else {},
        teams={team.id: team for team in await teams.list_teams(tx, place.organization.id)},
    )
    return [entry(each, names, reader=place.access.account_id) for each in entries]


async def _note_view(visit: Visit, issue: Issue, *, is_known: bool) -> None:
    """Remembers that the visitor has seen the issue; the list shows what is unseen."""
    account_id, now = visit.account.id, clock.now()
    if is_known or visit.request.headers.get("sec-purpose"):
        return

    async def write(tx: Transaction) -> None:
        await issues.set_viewed(tx, issue.id, account_id, viewed=True, at=now)

    await visit.database.write(write)


PAGES = (
    page("/{organization}/issues/{issue}/", GET=show),
    page("/{organization}/issues/{issue}/events/{event}/", GET=show),
    page("/{organization}/issues/{issue}/events/{event}/markdown/", GET=show_markdown),
)
