"""The page of statistics: what was sent to an organization and what became of it."""

from starlette.responses import Response

from urgentry import clock
from urgentry.errors import ApiError
from urgentry.protocol.stats import categories_named
from urgentry.storage import outcomes
from urgentry.storage.database import Transaction
from urgentry.storage.outcomes import Dimension, OutcomeSelection, OutcomeSum
from urgentry.web.edge import page
from urgentry.web.picks import Buckets, Picks, picked_projects, read_picks
from urgentry.web.view.stats import (
    Kind,
    StatsView,
    chart_of,
    kind_named,
    projects_of,
    reasons_of,
    tabs_of,
    totals_of,
)
from urgentry.web.visit import Place, Visit

_MOST_BARS = 48


async def show(visit: Visit) -> Response:
    """One category in a period: its totals, its bars, reasons and projects."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "org:read", "org:write", "org:admin")
        picks = read_picks(visit, place)
        kind = kind_named(visit.query.get("category") or "error")
        if kind is None:
            raise ApiError(404, "The requested resource does not exist")
        shown = await _read(tx, place, picks, kind)
    return visit.page(
        "stats.html",
        section="stats",
        picks=picks,
        shown=shown,
        has_several=len(picked_projects(picks, place.projects)) > 1,
    )


async def _read(tx: Transaction, place: Place, picks: Picks, kind: Kind) -> StatsView:
    buckets = picks.buckets(clock.now(), most=_MOST_BARS)
    projects = picked_projects(picks, place.projects)
    everything = OutcomeSelection(
        project_ids=tuple(project.id for project in projects),
        from_hour=buckets.first * buckets.hours,
        until_hour=(buckets.first + buckets.count) * buckets.hours,
    )
    selection = _narrowed(everything, kind)
    by_category = await _sums(tx, everything, None, Dimension.CATEGORY)
    by_time = await _sums(tx, selection, buckets)
    by_reason = await _sums(tx, selection, None, Dimension.REASON)
    by_project = await _sums(tx, selection, None, Dimension.PROJECT)
    return StatsView(
        tabs=tabs_of(by_category, kind),
        kind=kind,
        totals=totals_of(by_time),
        chart=chart_of(by_time, buckets, kind),
        reasons=reasons_of(by_reason),
        projects=projects_of(by_project, projects),
    )


def _narrowed(selection: OutcomeSelection, kind: Kind) -> OutcomeSelection:
    return OutcomeSelection(
        project_ids=selection.project_ids,
        from_hour=selection.from_hour,
        until_hour=selection.until_hour,
        categories=categories_named(kind.name),
    )


async def _sums(
    tx: Transaction, selection: OutcomeSelection, buckets: Buckets | None, *by: Dimension
) -> list[OutcomeSum]:
    """Quantities by outcome and more; without buckets the whole period is one."""
    width = buckets.hours if buckets else selection.until_hour + 1
    told_apart = (Dimension.OUTCOME, *by)
    sums = await outcomes.list_sums(
        tx, selection, width=width, by=told_apart, limit=outcomes.MAX_SUMS + 1
    )
    if len(sums) > outcomes.MAX_SUMS:
        raise ApiError(400, "This is too much to be put together: pick fewer projects.")
    return sums


PAGES = (page("/{organization}/stats/", GET=show),)
