"""The list of traces and the explorer of spans: measures, a chart, groups, and samples that lead to
their traces."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry.errors import ApiError
from urgentry.explore.listing import Found, newest, ranked
from urgentry.explore.measuring import measure_each
from urgentry.explore.scanning import Work
from urgentry.search.signal_fields import Field, find_field
from urgentry.telemetry import names
from urgentry.telemetry.aggregation import Grouping, GroupKey
from urgentry.telemetry.conditions import Condition, Has, Not
from urgentry.telemetry.signal import Kind
from urgentry.web.edge import page
from urgentry.web.formats import tag_search
from urgentry.web.picks import Picks
from urgentry.web.signal_questions import SignalsAsked, ask_signals, open_signals, problem_of
from urgentry.web.view.measures import (
    APDEX,
    COUNT,
    FAILURES,
    MEASURES,
    P50,
    P95,
    P99,
    TOTAL,
    Cell,
    Measure,
    Results,
    asked_of,
    cells_of,
    chart_measures,
    chart_of,
)
from urgentry.web.view.samples import Sample, sample_of
from urgentry.web.view.stacked import Stacked
from urgentry.web.visit import Place, Visit

_SAMPLES = 25
_MOST_GROUPS = 50
_MOST_KEYS = 3
_LONGEST_KEY = 200
OF_GROUPS = (COUNT, P50, P95, P99, FAILURES, APDEX, TOTAL)
VIEWS = {"": "Traces", "spans": "Spans"}
ORDERS = {"": "Newest", "slow": "Slowest"}
KEYS = {
    "span.op": "Operation",
    "transaction": "Transaction",
    "span.description": "Description",
    "resource.service.name": "Service",
    "project": "Project",
    "span.status": "Status",
    "http.route": "HTTP route",
    "http.response.status_code": "HTTP status",
    "environment": "Environment",
    "release": "Release",
}
IS_ROOT: Condition = Not(Has(names.PARENT))


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the page was asked beside projects, environments and period."""

    view: str
    query: str
    measure: Measure
    keys: tuple[str, ...]
    sort: Measure
    order: str

    def pairs(self, **changes: str) -> list[tuple[str, str]]:
        """The parameters that say the same, but for changes; `without` leaves a key out."""
        without, added = changes.pop("without", ""), changes.pop("by", "")
        kept = [key for key in self.keys if key != without] + ([added] if added else [])
        own = {
            "view": self.view,
            "query": self.query,
            "measure": self.measure.name if self.measure is not COUNT else "",
            "sort": self.sort.name if self.sort is not COUNT else "",
            "order": self.order,
        }
        named = [(name, value) for name, value in (own | changes).items() if value]
        return [*named, *(("by", key) for key in kept)]

    def also(self, key: str, value: str) -> str:
        """The search with one condition more."""
        return f"{self.query} {tag_search(key, value)}".strip()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Spans that have something in common."""

    values: list[str]
    query: str
    """The search for them."""
    cells: list[Cell]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, ready to print."""

    totals: list[Cell]
    chart: Stacked
    groups: list[Group]
    all_groups: int
    samples: list[Sample]


async def show(visit: Visit) -> Response:
    """The page."""
    opened = await open_signals(visit)
    place, picks, asked = opened.place, opened.picks, _read(visit)
    shown, problem = None, ""
    try:
        shown = await _find(visit, place, picks, asked)
    except ApiError as error:
        problem = problem_of(error)
    return visit.page(
        "traces.html",
        status=400 if problem else 200,
        section="traces",
        picks=picks,
        environments=opened.environments,
        asked=asked,
        address=opened.address_of(asked),
        shown=shown,
        problem=problem,
        views=VIEWS,
        orders=ORDERS,
        keys=KEYS,
        columns=OF_GROUPS,
    )


def _read(visit: Visit) -> Asked:
    query = visit.query
    by_name = {measure.name: measure for measure in (*MEASURES, *OF_GROUPS)}
    keys = dict.fromkeys(key.strip()[:_LONGEST_KEY] for key in query.getlist("by"))
    view, order = query.get("view", ""), query.get("order", "")
    return Asked(
        view=view if view in VIEWS else "",
        query=query.get("query", "").replace("\x00", "").strip(),
        measure=by_name.get(query.get("measure", ""), COUNT),
        keys=tuple(key for key in keys if key)[:_MOST_KEYS],
        sort=by_name.get(query.get("sort", ""), COUNT),
        order=order if order in ORDERS else "",
    )


async def _find(visit: Visit, place: Place, picks: Picks, asked: Asked) -> Shown:
    roots = () if asked.view == "spans" else (IS_ROOT,)
    signals = ask_signals(place, picks, Kind.SPAN, asked.query, conditions=roots)
    fields = [find_field(Kind.SPAN, key) for key in asked.keys]
    async with visit.deps.desk.work() as work:
        totals, over_time, grouped = await measure_each(
            work, signals.question, _groupings(asked, signals, fields)
        )
        found = await _samples(work, signals, asked)
    slugs = {project.id: project.slug for project in place.projects}
    groups = _groups(asked, signals, fields, grouped, slugs) if fields else []
    return Shown(
        totals=cells_of(MEASURES, totals.get(()), signals.seconds),
        chart=chart_of(
            asked.measure,
            over_time,
            start=signals.buckets.start,
            width=signals.buckets.width,
            bars=signals.bars,
        ),
        groups=groups[:_MOST_GROUPS],
        all_groups=len(groups),
        samples=[sample_of(each, slugs, base=place.base) for each in found],
    )


def _groupings(asked: Asked, signals: SignalsAsked, fields: Sequence[Field]) -> list[Grouping]:
    over_time = asked_of(chart_measures(asked.measure))
    bounds = tuple(each for bound in signals.bounds for each in bound.computed.measures)
    of_groups = Grouping(
        keys=tuple(field.key for field in fields), measures=(*asked_of(OF_GROUPS), *bounds)
    )
    return [
        Grouping(measures=asked_of(MEASURES)),
        Grouping(measures=over_time, buckets=signals.buckets),
        of_groups if fields else Grouping(measures=asked_of([COUNT])),
    ]


async def _samples(work: Work, signals: SignalsAsked, asked: Asked) -> list[Found]:
    if asked.order == "slow":
        return await ranked(
            work,
            signals.question,
            key=names.DURATION_MS,
            descending=True,
            offset=0,
            limit=_SAMPLES,
        )
    return await newest(work, signals.question, limit=_SAMPLES)


def _groups(
    asked: Asked,
    signals: SignalsAsked,
    fields: Sequence[Field],
    results: Results,
    slugs: dict[int, str],
) -> list[Group]:
    """The groups that meet the conditions on them, the largest first."""
    ranked_groups: list[tuple[float, Group]] = []
    own = len(asked_of(OF_GROUPS))
    for key, values in results.items():
        if not _holds(signals, values[own:]):
            continue
        cells = cells_of(OF_GROUPS, values[:own], signals.seconds)
        rank = next((cell.value for cell in cells if cell.measure.name == asked.sort.name), 0)
        ranked_groups.append((rank or 0, _group(asked, fields, key, cells, slugs)))
    ranked_groups.sort(key=lambda entry: (-entry[0], entry[1].values))
    return [group for _, group in ranked_groups]


def _holds(signals: SignalsAsked, values: Sequence[float | None]) -> bool:
    start = 0
    for bound in signals.bounds:
        width = len(bound.computed.measures)
        value = bound.computed.finish(values[start : start + width], signals.seconds)
        if not bound.holds(value):
            return False
        start += width
    return True


def _group(
    asked: Asked,
    fields: Sequence[Field],
    key: GroupKey,
    cells: list[Cell],
    slugs: dict[int, str],
) -> Group:
    shown = [_spelled(field, value, slugs) for field, value in zip(fields, key, strict=True)]
    terms = [
        tag_search(field.name, text) if text else f"!has:{field.name}"
        for field, text in zip(fields, shown, strict=True)
    ]
    return Group(values=shown, query=" ".join([asked.query, *terms]).strip(), cells=cells)


def _spelled(field: Field, value: Any, slugs: dict[int, str]) -> str:
    if value is None:
        return ""
    if field.key == names.PROJECT:
        return slugs.get(value, "")
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


PAGES = (page("/{organization}/traces/", GET=show),)
