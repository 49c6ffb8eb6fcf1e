"""Releases: how each fares, and one of them in full."""

from collections.abc import Mapping, Sequence

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import found
from urgentry.domain.condition import AllOf
from urgentry.domain.health import Measured
from urgentry.domain.release import Release, parse_version
from urgentry.domain.session import UserKind
from urgentry.errors import ApiError
from urgentry.search.sessions import in_environments, of_release
from urgentry.storage import health, releases
from urgentry.storage.database import Transaction
from urgentry.storage.health import Dimension, HealthSelection, TooMuch
from urgentry.triage.release_health import Fared, read_by_project, read_releases
from urgentry.web.edge import page
from urgentry.web.issue_list import list_environments
from urgentry.web.picks import Buckets, Picks, picked_projects, read_picks
from urgentry.web.view.releases import (
    LAYERS,
    ORDERS,
    Order,
    Row,
    Unit,
    chart_of,
    counts_by_release,
    grade,
    order_named,
    row_of,
    sorted_by,
)
from urgentry.web.view.stacked import Stacked
from urgentry.web.visit import Place, Visit

PER_PAGE = 50
MAX_LISTED = 1000
"""Releases that are ranked; older ones are found by searching for them."""
_MOST_BARS = 48
_SCOPES = ("project:read", "project:releases")
_TOO_MUCH = "This is too much to be put together: pick a shorter period."


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a list was asked for."""

    query: str
    order: Order
    number: int
    """Of the page, from 1."""

    def pairs(self, **changes: str) -> dict[str, str]:
        """The parameters that say the same, but for changes."""
        sort = self.order.name if self.order.rank else ""
        return {"query": self.query, "sort": sort} | changes


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The list and what stands above it."""

    rows: list[Row]
    has_more: bool
    whole: Measured
    chart: Stacked


class _ShownOne(msgspec.Struct, frozen=True, kw_only=True):
    """How one release fares, as a whole and by project and version."""

    fared: Mapping[tuple[int, str], Fared] = {}
    whole: Measured = Measured()
    chart: Stacked | None = None


async def show_list(visit: Visit) -> Response:
    """Releases with their adoption and stability in a period."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *_SCOPES)
        picks = read_picks(visit, place)
        asked = _read(visit)
        names = await list_environments(tx, place, picks)
        try:
            shown, problem = await _find(tx, place, picks, asked), ""
        except TooMuch:
            shown, problem = None, _TOO_MUCH
    return visit.page(
        "releases.html",
        status=400 if problem else 200,
        section="releases",
        picks=picks,
        asked=asked,
        orders=ORDERS,
        layers=LAYERS,
        unit=Unit,
        grade=grade,
        shown=shown,
        problem=problem,
        environments=names,
        has_several=len(picked_projects(picks, place.projects)) > 1,
    )


def _read(visit: Visit) -> _Asked:
    order = order_named(visit.query.get("sort") or "date")
    number = visit.query.get("page") or "1"
    if order is None or not (number.isascii() and number.isdigit() and int(number[:4]) > 0):
        raise ApiError(404, "The requested resource does not exist")
    query = visit.query.get("query", "").replace("\x00", "").strip()
    return _Asked(query=query[:200], order=order, number=int(number[:4]))


async def _find(tx: Transaction, place: Place, picks: Picks, asked: _Asked) -> _Shown:
    buckets = picks.buckets(clock.now(), most=_MOST_BARS)
    selection = _selection(place, picks, buckets)
    faring = await read_releases(tx, selection)
    fared = faring.releases
    listed = await _list(tx, place, selection.project_ids, picks, asked, fared)
    start = (asked.number - 1) * PER_PAGE
    part = listed[start : start + PER_PAGE]
    counts = await health.list_counts(
        tx, selection, width=buckets.hours, by=[Dimension.RELEASE], limit=health.MAX_ROWS
    )
    series = counts_by_release(counts, buckets)
    seen = await releases.list_projects(tx, [release.id for release in part])
    visible = set(selection.project_ids)
    return _Shown(
        rows=[
            row_of(
                release,
                [one for one in seen.get(release.id, []) if one.project_id in visible],
                fared.get(release.version),
                series.get(release.version, ()),
            )
            for release in part
        ],
        has_more=len(listed) > start + PER_PAGE,
        whole=faring.whole,
        chart=chart_of(counts, buckets),
    )


async def _list(
    tx: Transaction,
    place: Place,
    project_ids: Sequence[int],
    picks: Picks,
    asked: _Asked,
    fared: Mapping[str, Fared],
) -> list[Release]:
    """The releases in their order; in picked environments those that had sessions there."""
    listed = await releases.list_releases(
        tx, place.organization.id, project_ids, contains=asked.query, limit=MAX_LISTED
    )
    if picks.environments:
        listed = [release for release in listed if release.version in fared]
    return sorted_by(asked.order, listed, fared)


def _selection(place: Place, picks: Picks, buckets: Buckets) -> HealthSelection:
    return HealthSelection(
        organization_id=place.organization.id,
        project_ids=tuple(project.id for project in picked_projects(picks, place.projects)),
        from_hour=buckets.first * buckets.hours,
        until_hour=(buckets.first + buckets.count) * buckets.hours,
        condition=in_environments(picks.environments),
    )


async def show_one(visit: Visit) -> Response:
    """One release: its sessions over time and how it fares in each project."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, *_SCOPES)
        picks = read_picks(visit, place)
        version = visit.path("version").replace("\x00", "")
        release = found(await releases.find_release(tx, place.organization.id, version))
        seen = (await releases.list_projects(tx, [release.id])).get(release.id, [])
        visible = {project.id for project in picked_projects(picks, place.projects)}
        own = [project for project in seen if project.project_id in visible]
        if not any(project.id in {one.project_id for one in seen} for project in place.projects):
            found(None)
        names = await list_environments(tx, place, picks)
        try:
            shown, problem = await _find_one(tx, place, picks, release), ""
        except TooMuch:
            shown, problem = _ShownOne(), _TOO_MUCH
    return visit.page(
        "release.html",
        status=400 if problem else 200,
        section="releases",
        picks=picks,
        release=release,
        parsed=parse_version(release.version),
        projects=[(one, shown.fared.get((one.project_id, release.version))) for one in own],
        whole=shown.whole,
        chart=shown.chart,
        problem=problem,
        layers=LAYERS,
        unit=Unit,
        grade=grade,
        environments=names,
    )


async def _find_one(tx: Transaction, place: Place, picks: Picks, release: Release) -> _ShownOne:
    buckets = picks.buckets(clock.now(), most=_MOST_BARS)
    selection = _selection(place, picks, buckets)
    narrowed = msgspec.structs.replace(
        selection, condition=AllOf((selection.condition, of_release(release.id)))
    )
    kinds = (UserKind.ALL, UserKind.ERRORED, UserKind.CRASHED)
    measured = await health.measure(tx, narrowed, width=narrowed.whole, kinds=kinds)
    counts = await health.list_counts(tx, narrowed, width=buckets.hours, limit=health.MAX_ROWS)
    return _ShownOne(
        fared=await read_by_project(tx, selection),
        whole=next(iter(measured.values()), Measured()),
        chart=chart_of(counts, buckets),
    )


PAGES = (
    page("/{organization}/releases/", GET=show_list),
    page("/{organization}/releases/{version}/", GET=show_one),
)
