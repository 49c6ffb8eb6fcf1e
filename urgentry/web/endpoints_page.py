"""Endpoints: what programs are asked for, ranked by the time that those who ask spend with it."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from urgentry.errors import ApiError
from urgentry.explore.measuring import measure_each
from urgentry.telemetry import names
from urgentry.telemetry.aggregation import Grouping, GroupKey
from urgentry.telemetry.conditions import Condition, Either, Equals
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
    P75,
    P95,
    P99,
    Cell,
    Measure,
    asked_of,
    cells_of,
    chart_measures,
    chart_of,
    count_measure,
    spark_of,
)
from urgentry.web.view.stacked import Stacked
from urgentry.web.visit import Place, Visit

MOST_SHOWN = 100
VIEWS = {"": "Requests", "pages": "Pages", "all": "Everything"}
SORTS = {
    "": "Time spent",
    "p95": "p95",
    "count": "Count",
    "failures": "Failure rate",
    "apdex": "Apdex",
}
COLUMNS = (COUNT, P50, P75, P95, P99, FAILURES, APDEX)
_KEYS = (names.PROJECT, names.SEGMENT_NAME, names.OP)
_BARS = 24
_IS_SEGMENT = Equals(names.IS_SEGMENT, frozenset({"true"}))
_OF_VIEW: Mapping[str, Sequence[Condition]] = {
    "": (
        Either(
            (
                Equals(names.OP, frozenset({"http.server"})),
                Equals(names.SPAN_KIND, frozenset({"server"})),
            )
        ),
    ),
    "pages": (Equals(names.OP, frozenset({"pageload", "navigation"})),),
    "all": (),
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the page was asked beside projects, environments and period."""

    view: str
    query: str
    sort: str
    measure: Measure

    def pairs(self, **changes: str) -> list[tuple[str, str]]:
        """The parameters that say the same, but for changes."""
        own = {
            "view": self.view,
            "query": self.query,
            "sort": self.sort,
            "measure": self.measure.name if self.measure is not COUNT else "",
        }
        return [(name, value) for name, value in (own | changes).items() if value]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for again and again, and how it goes."""

    project: str
    name: str
    op: str
    cells: list[Cell]
    share: float
    """Of the time that was spent with all that the page ranks, from 0 to 1."""
    spark: str
    samples: str
    """The query of the address at which its traces are."""
    spans: str
    """The same of what is done in it."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, ready to print."""

    totals: list[Cell]
    chart: Stacked
    endpoints: list[Endpoint]
    all_endpoints: int


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
        "endpoints.html",
        status=400 if problem else 200,
        section="endpoints",
        picks=picks,
        environments=opened.environments,
        asked=asked,
        address=opened.address_of(asked),
        shown=shown,
        problem=problem,
        views=VIEWS,
        sorts=SORTS,
        columns=COLUMNS,
    )


def _read(visit: Visit) -> Asked:
    view, sort = visit.query.get("view", ""), visit.query.get("sort", "")
    by_name = {measure.name: measure for measure in MEASURES}
    return Asked(
        view=view if view in VIEWS else "",
        query=visit.query.get("query", "").replace("\x00", "").strip(),
        sort=sort if sort in SORTS else "",
        measure=by_name.get(visit.query.get("measure", ""), COUNT),
    )


async def _find(visit: Visit, place: Place, picks: Picks, asked: Asked) -> Shown:
    conditions = (_IS_SEGMENT, *_OF_VIEW[asked.view])
    signals = ask_signals(place, picks, Kind.SPAN, asked.query, conditions=conditions, bars=_BARS)
    async with visit.deps.desk.work() as work:
        totals, over_time, by_endpoint, sparks = await measure_each(
            work,
            signals.question,
            [
                Grouping(measures=asked_of(MEASURES)),
                Grouping(measures=asked_of(chart_measures(asked.measure)), buckets=signals.buckets),
                Grouping(keys=_KEYS, measures=asked_of(COLUMNS)),
                Grouping(keys=_KEYS, measures=(count_measure(),), buckets=signals.buckets),
            ],
        )
    listed = _ranked(by_endpoint, signals, asked)
    counts: dict[GroupKey, dict[int, float]] = {}
    for (bar, *key), (count,) in sparks.items():
        counts.setdefault(tuple(key), {})[bar] = count or 0
    slugs = {project.id: project.slug for project in place.projects}
    whole = sum(_weight(cells) for _, cells in listed) or 1
    return Shown(
        totals=cells_of(MEASURES, totals.get(()), signals.seconds),
        chart=chart_of(
            asked.measure,
            over_time,
            start=signals.buckets.start,
            width=signals.buckets.width,
            bars=signals.bars,
        ),
        endpoints=[
            _endpoint(key, cells, slugs, whole, spark_of(counts.get(key, {}), signals.bars))
            for key, cells in listed[:MOST_SHOWN]
        ],
        all_endpoints=len(listed),
    )


def _ranked(
    results: Mapping[GroupKey, tuple[float | None, ...]], signals: SignalsAsked, asked: Asked
) -> list[tuple[GroupKey, list[Cell]]]:
    """The endpoints with what was measured, those first that deserve a look first."""
    measured = [
        (key, cells_of(COLUMNS, values, signals.seconds)) for key, values in results.items()
    ]

    def rank(entry: tuple[GroupKey, list[Cell]]) -> tuple[float, str]:
        key, cells = entry
        value = next((cell.value for cell in cells if cell.measure.name == asked.sort), None)
        if asked.sort == "apdex":
            return (1.0 if value is None else value), str(key)
        return -(_weight(cells) if not asked.sort else value or 0), str(key)

    return sorted(measured, key=rank)


def _weight(cells: Sequence[Cell]) -> float:
    """p95 times how often."""
    values = {cell.measure.name: cell.value or 0 for cell in cells}
    return values["p95"] * values["count"]


def _endpoint(
    key: GroupKey, cells: list[Cell], slugs: Mapping[int, str], whole: float, spark: str
) -> Endpoint:
    project_id, name, op = key
    project = slugs.get(project_id, "")
    term = tag_search("transaction", str(name)) if name else "!has:transaction"
    return Endpoint(
        project=project,
        name=str(name or "(no name)"),
        op=str(op or ""),
        cells=cells,
        share=_weight(cells) / whole,
        spark=spark,
        samples=urlencode({"query": f"{term} is_transaction:true", "project": project}),
        spans=urlencode(
            [("view", "spans"), ("query", term), ("project", project), ("by", "span.op")]
        ),
    )


PAGES = (page("/{organization}/performance/", GET=show),)
