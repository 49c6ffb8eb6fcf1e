"""The page of a trace: its spans, errors and logs as a waterfall, and one span in full."""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import not_found
from urgentry.explore.listing import Found
from urgentry.explore.trace_errors import TraceError, errors_of_trace
from urgentry.explore.traces import MOST_SIGNALS, TraceScope, count_of_trace, signals_of_trace
from urgentry.ingest.signals.ids import read_trace_id
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_TRACE, Kind
from urgentry.web.edge import page
from urgentry.web.view.logs import LogRow, nearest, row_of
from urgentry.web.view.span_details import SpanDetails, span_details
from urgentry.web.view.trace_tree import Item, TraceTree, build_tree
from urgentry.web.view.waterfall import (
    FIRST_LINES,
    MORE_LINES,
    Gap,
    Line,
    Names,
    Share,
    around,
    failures,
    lines_of,
    on_critical_path,
    part_from,
    part_of,
    search,
    service_of,
    shares_of,
    with_above,
    with_gaps,
)
from urgentry.web.visit import Place, Visit

_MOST_LOGS = 1_000
_COLOURS = ("op", "service")
_VIEWS = {"": "All", "critical": "Critical path", "failed": "Errors"}
_LONGEST_SEARCH = 200
_TICKS = 4
_LINES_AROUND = 12
_LOGS_AROUND = 20


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a trace is looked at, and how."""

    find: str = ""
    view: str = ""
    colour: str = "op"
    logs: bool = True
    span: str = ""
    start: int | None = None
    end: int | None = None

    def query(self, **changes: str) -> str:
        """The same as the query of an address, but for changes."""
        pairs = {
            "find": self.find,
            "view": self.view,
            "colour": self.colour if self.colour != "op" else "",
            "logs": "" if self.logs else "off",
            "span": self.span,
        }
        return _query(pairs | changes)


class ReadTrace(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of a trace."""

    tree: TraceTree
    names: Names
    spans: int
    """How many there are; fewer are shown where there are very many."""
    shown_spans: int
    errors: int
    logs: int
    shown_logs: int
    services: list[str]
    log_records: Sequence[Found] = ()
    """Those that are shown, in the order of time."""

    @property
    def title(self) -> str:
        """What its main span is called."""
        main = self.tree.main
        said = main.span.signal.attributes if main and main.span else {}
        named = said.get(names.NAME) or said.get(names.DESCRIPTION) or said.get(names.OP)
        return str(named or "Trace")


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The lines that belong on the page, by number."""

    wanted: Sequence[int]
    found: set[int] | None = None
    """Those among them that were searched for; None where nothing was."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The waterfall, ready to print."""

    lines: list[Line | Gap]
    found: int | None
    """How many lines were searched for and found."""
    shares: list[Share]
    ticks: list[int]


async def show(visit: Visit) -> Response:
    """The page; with `part`, only some lines or only one span of it, for scripts."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read")
    asked = _read(visit)
    if visit.query.get("part") == "around":
        return await _around(visit, place)
    trace = await read_trace(visit, place, visit.path("trace"), with_logs=asked.logs)
    if trace is None:
        raise not_found()
    if visit.query.get("part") == "lines":
        chosen = _choose(trace, asked)
        lines = _lines(trace, asked, chosen, _part(trace, asked, chosen))
        return visit.page("trace_lines.html", lines=lines, asked=asked)
    projects = {project.id: project for project in place.projects}
    span = span_details(trace.tree, asked.span, trace.names, projects) if asked.span else None
    if visit.query.get("part") == "span":
        if span is None:
            raise not_found()
        return visit.page("trace_span.html", span=span, trace=trace, asked=asked)
    return visit.page(
        "trace_page.html",
        section="traces",
        trace=trace,
        asked=asked,
        views=_VIEWS,
        span=span,
        shown=_show(trace, asked, span),
    )


async def _around(visit: Visit, place: Place) -> Response:
    """What stands around an event in its trace, and the logs that were written nearest to it;
    nothing where there is nothing else."""
    event = visit.query.get("event", "")
    trace = await read_trace(visit, place, visit.path("trace"), with_logs=False)
    items = trace.tree.items if trace else []
    own = next((item for item in items if _is_event(item, event)), None)
    lines: list[Line] = []
    rows: list[LogRow] = []
    if trace is not None and own is not None:
        numbers = around(trace.tree, own.index, most=_LINES_AROUND)
        lines = lines_of(trace.tree, numbers, trace.names, picked=event)
        near = nearest(trace.log_records, own.at, most=_LOGS_AROUND)
        rows = [row_of(found, (), trace.names.slugs, base=trace.names.base) for found in near]
    return visit.page("event_trace.html", trace=trace, asked=Asked(), lines=lines, rows=rows)


def _is_event(item: Item, event: str) -> bool:
    return item.error is not None and item.error.stored.event_id == event


async def read_trace(
    visit: Visit, place: Place, name: str, *, with_logs: bool = True
) -> ReadTrace | None:
    """All of a trace that the visitor may see; None where there is nothing."""
    trace_id = read_trace_id(name)
    if trace_id is None or trace_id == NO_TRACE:
        return None
    scope = TraceScope(
        organization_id=place.organization.id,
        project_ids=[project.id for project in place.projects],
        trace_id=trace_id,
        now=clock.now(),
    )
    async with visit.deps.desk.work() as work:
        spans = await signals_of_trace(work, scope, Kind.SPAN)
        logs = await signals_of_trace(work, scope, Kind.LOG, limit=_MOST_LOGS)
        errors: Sequence[TraceError] = await errors_of_trace(work.tx, scope)
        counts = [len(spans), len(logs)]
        if len(spans) == MOST_SIGNALS:
            counts[0] = await count_of_trace(work, scope, Kind.SPAN)
        if len(logs) == _MOST_LOGS:
            counts[1] = await count_of_trace(work, scope, Kind.LOG)
        tree = await work.beside(build_tree, spans, errors, logs if with_logs else ())
    if not (spans or logs or errors):
        return None
    slugs = {project.id: project.slug for project in place.projects}
    return ReadTrace(
        tree=tree,
        names=Names(base=place.base, trace=trace_id.hex(), slugs=slugs),
        spans=counts[0],
        shown_spans=len(spans),
        errors=len(errors),
        logs=counts[1],
        shown_logs=len(logs),
        services=sorted({service_of(found, slugs) for found in spans}),
        log_records=logs,
    )


def _read(visit: Visit) -> Asked:
    query = visit.query
    colour, view = query.get("colour", ""), query.get("view", "")
    return Asked(
        find=query.get("find", "").replace("\x00", "").strip()[:_LONGEST_SEARCH],
        view=view if view in _VIEWS else "",
        colour=colour if colour in _COLOURS else "op",
        logs=query.get("logs") != "off",
        span=query.get("span", "")[:16].lower(),
        start=_number(query.get("from")),
        end=_number(query.get("until")),
    )


def _show(trace: ReadTrace, asked: Asked, span: SpanDetails | None) -> Shown:
    chosen, tree = _choose(trace, asked), trace.tree
    if chosen.found is not None:
        parts = _part(trace, asked, chosen)
    else:
        begin = asked.start or 0
        if asked.start is None and span is not None:
            begin = max(0, _index_of(tree, span) - FIRST_LINES // 2)
        parts = with_gaps(part_from(tree, begin, most=FIRST_LINES), 0, len(tree.items))
    return Shown(
        lines=_lines(trace, asked, chosen, parts),
        found=None if chosen.found is None else len(chosen.found),
        shares=shares_of(tree, trace.names.slugs, colour=asked.colour),
        ticks=[(tree.end - tree.start) * tick // _TICKS for tick in range(_TICKS)],
    )


def _choose(trace: ReadTrace, asked: Asked) -> Chosen:
    tree, found = trace.tree, None
    if asked.view == "critical":
        found = set(on_critical_path(tree))
    elif asked.view == "failed":
        found = set(failures(tree))
    if asked.find:
        hits = set(search(tree, asked.find, trace.names.slugs))
        found = hits if found is None else found & hits
    if found is None:
        return Chosen(wanted=range(len(tree.items)))
    return Chosen(wanted=with_above(tree, found), found=found)


def _part(trace: ReadTrace, asked: Asked, chosen: Chosen) -> list[int | Gap]:
    end = len(trace.tree.items) if asked.end is None else asked.end
    return part_of(chosen.wanted, asked.start or 0, end, most=MORE_LINES)


def _lines(
    trace: ReadTrace, asked: Asked, chosen: Chosen, parts: Sequence[int | Gap]
) -> list[Line | Gap]:
    made = iter(
        lines_of(
            trace.tree,
            [part for part in parts if isinstance(part, int)],
            trace.names,
            found=chosen.found,
            picked=asked.span,
            colour=asked.colour,
        )
    )
    return [part if isinstance(part, Gap) else next(made) for part in parts]


def _index_of(tree: TraceTree, span: SpanDetails) -> int:
    return next(
        item.index
        for item in tree.items
        if item.span and item.span.signal.span_id.hex() == span.key
    )


def _query(pairs: dict[str, str]) -> str:
    kept = {name: value for name, value in pairs.items() if value}
    return f"?{urlencode(kept)}" if kept else "?"


def _number(given: str | None) -> int | None:
    is_number = given is not None and given.isascii() and given.isdecimal() and len(given) < 9  # noqa: PLR2004
    return int(given) if is_number and given else None


PAGES = (page("/{organization}/traces/{trace}/", GET=show),)
