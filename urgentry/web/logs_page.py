"""The explorer of logs: a list with a search, levels over time, what records have in common, one
record in full, and the live tail."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

import msgspec
import orjson
from starlette.responses import Response, StreamingResponse

from urgentry import clock
from urgentry.access.decision import found as found_or_404
from urgentry.errors import ApiError
from urgentry.explore.listing import Found, newest, oldest
from urgentry.explore.listing import Place as Spot
from urgentry.explore.measuring import measure_each
from urgentry.explore.question import Question, TooSlow
from urgentry.explore.tailing import Tail
from urgentry.live.hub import Ended, Hub
from urgentry.search.signal_fields import Field, find_field
from urgentry.telemetry import names
from urgentry.telemetry.aggregation import Grouping
from urgentry.telemetry.conditions import Between
from urgentry.telemetry.signal import Kind
from urgentry.web.edge import page
from urgentry.web.live import HEADERS
from urgentry.web.picks import read_picks
from urgentry.web.rendering import render
from urgentry.web.signal_questions import SignalsAsked, ask_signals, open_signals, problem_of
from urgentry.web.view.logs import (
    LAYERS,
    UNIT,
    Facet,
    LogRow,
    chart_of,
    details_of,
    facet_of,
    row_of,
)
from urgentry.web.view.measures import count_measure
from urgentry.web.view.stacked import Stacked
from urgentry.web.visit import Place, Visit

PER_PAGE = 100
_MOST_COLUMNS = 6
_LONGEST_KEY = 200
_KEY = re.compile(r"(\d{1,18})-([0-9a-f]{1,16})")
_FACETS = {
    "severity": "Level",
    "project": "Project",
    "resource.service.name": "Service",
    "environment": "Environment",
    "release": "Release",
    "logger.name": "Logger",
    "instrumentation.name": "Instrumentation",
    "server.address": "Server",
}
_POLL_S = 0.7
_AT_ONCE = 100
_HEARTBEATS = 20
_LIFETIME = 15 * clock.MINUTE


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the list was asked beside projects, environments and period."""

    query: str
    columns: tuple[str, ...]
    before: Spot | None = None
    after: Spot | None = None

    def pairs(self, **changes: str) -> list[tuple[str, str]]:
        """The parameters that say the same, but for changes; `without` leaves a column out."""
        without, added = changes.pop("without", ""), changes.pop("column", "")
        columns = [name for name in self.columns if name not in (without, added)]
        columns += [added] if added else []
        named = {"query": self.query} | changes
        kept = [(name, value) for name, value in named.items() if value]
        return [*kept, *(("column", name) for name in columns)]

    @property
    def fields(self) -> list[Field]:
        return [find_field(Kind.LOG, name) for name in self.columns]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A page of records; `older` and `newer` are where its neighbours begin."""

    rows: list[LogRow]
    older: str = ""
    newer: str = ""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """All records that were asked for, in numbers."""

    count: int
    chart: Stacked
    facets: list[Facet]


async def show(visit: Visit) -> Response:
    """The page; with `part=summary` the numbers alone, which take longer than a list."""
    opened = await open_signals(visit)
    place, picks, asked = opened.place, opened.picks, _read(visit)
    part = visit.query.get("part", "")
    shown, summary, problem = None, None, ""
    try:
        signals = ask_signals(place, picks, Kind.LOG, asked.query)
        if part == "summary" or "summary" in visit.query:
            summary = await _summarize(visit, place, signals, asked)
        if part != "summary":
            shown = await _list(visit, place, signals, asked)
    except ApiError as error:
        problem = problem_of(error)
    return visit.page(
        "logs_summary.html" if part == "summary" else "logs.html",
        status=400 if problem else 200,
        section="logs",
        picks=picks,
        environments=opened.environments,
        asked=asked,
        address=opened.address_of(asked),
        shown=shown,
        summary=summary,
        problem=problem,
        layers=LAYERS,
        unit=UNIT,
    )


def _read(visit: Visit) -> Asked:
    query = visit.query
    columns = dict.fromkeys(name.strip()[:_LONGEST_KEY] for name in query.getlist("column"))
    return Asked(
        query=query.get("query", "").replace("\x00", "").strip(),
        columns=tuple(name for name in columns if name)[:_MOST_COLUMNS],
        before=_spot(query.get("before", "")),
        after=_spot(query.get("after", "")),
    )


def _spot(text: str) -> Spot | None:
    """A time and an id, as a record's key says them."""
    match = _KEY.fullmatch(text)
    return (int(match[1]), int(match[2], 16)) if match else None


async def _list(visit: Visit, place: Place, signals: SignalsAsked, asked: Asked) -> Shown:
    async with visit.deps.desk.work() as work:
        if asked.after is not None:
            found = await oldest(work, signals.question, after=asked.after, limit=PER_PAGE + 1)
        else:
            found = await newest(work, signals.question, before=asked.before, limit=PER_PAGE + 1)
    has_more, found = len(found) > PER_PAGE, found[:PER_PAGE]
    if asked.after is not None:
        found.reverse()
    rows = _rows(found, asked.fields, place)
    has_older = has_more if asked.after is None else True
    has_newer = has_more if asked.after is not None else asked.before is not None
    return Shown(
        rows=rows,
        older=rows[-1].key if rows and has_older else "",
        newer=rows[0].key if rows and has_newer else "",
    )


def _rows(found: Sequence[Found], fields: Sequence[Field], place: Place) -> list[LogRow]:
    slugs = {project.id: project.slug for project in place.projects}
    return [row_of(each, fields, slugs, base=place.base) for each in found]


async def _summarize(visit: Visit, place: Place, signals: SignalsAsked, asked: Asked) -> Summary:
    counted = (count_measure(),)
    facets = [(find_field(Kind.LOG, name), label) for name, label in _FACETS.items()]
    groupings = [Grouping(keys=(field.key,), measures=counted) for field, _ in facets]
    over_time = Grouping(keys=(names.SEVERITY,), measures=counted, buckets=signals.buckets)
    async with visit.deps.desk.work() as work:
        bars, *by_value = await measure_each(work, signals.question, [over_time, *groupings])
    slugs = {project.id: project.slug for project in place.projects}
    shown = [
        facet_of(field, label, results, slugs, asked.query)
        for (field, label), results in zip(facets, by_value, strict=True)
    ]
    chart = chart_of(
        bars, start=signals.buckets.start, width=signals.buckets.width, bars=signals.bars
    )
    return Summary(
        count=sum(column.total for column in chart.columns),
        chart=chart,
        facets=[facet for facet in shown if facet.values],
    )


async def show_one(visit: Visit) -> Response:
    """One record; with `part=record`, without the page around it."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read")
    spot = found_or_404(_spot(visit.path("log")))
    question = Question(
        organization_id=place.organization.id,
        project_ids=[project.id for project in place.projects],
        kind=Kind.LOG,
        start=spot[0],
        end=spot[0] + 1,
        now=clock.now(),
        condition=Between(names.ROW, spot[1], spot[1], with_high=True),
    )
    async with visit.deps.desk.work() as work:
        listed = await newest(work, question, limit=1)
    slugs = {project.id: project.slug for project in place.projects}
    log = details_of(found_or_404(listed[0] if listed else None), slugs, base=place.base)
    template = "log_record.html" if visit.query.get("part") == "record" else "log.html"
    return visit.page(template, section="logs", log=log)


async def follow(visit: Visit) -> Response:
    """The live tail: server-sent events, each with rows as they stand in the list."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read")
        picks = read_picks(visit, place)
    asked = _read(visit)
    question = ask_signals(place, picks, Kind.LOG, asked.query).question
    tails = visit.deps.tails
    tails.refuse_too_many()

    async def messages() -> AsyncIterator[bytes]:
        async with tails.follow(question) as tail:
            yield b"retry: 2000\nevent: hello\ndata: {}\n\n"
            async for message in _messages(visit.deps.hub, tail, asked, place):
                yield message

    return StreamingResponse(messages(), headers=HEADERS)


async def _messages(hub: Hub, tail: Tail, asked: Asked, place: Place) -> AsyncIterator[bytes]:
    ends, quiet = clock.now() + _LIFETIME, 0
    # Nothing of the feed concerns a tail, but that the server stops.
    async with hub.subscribe(lambda _: False) as subscription:
        while clock.now() < ends:
            try:
                async with asyncio.timeout(_POLL_S):
                    await subscription.next()
            except TimeoutError:
                message = await _news(tail, asked, place)
            except Ended:
                return
            quiet = 0 if message else quiet + 1
            if message or quiet % _HEARTBEATS == 0:
                yield message or b": still here\n\n"


async def _news(tail: Tail, asked: Asked, place: Place) -> bytes:
    try:
        heard = await tail.news(limit=_AT_ONCE)
    except TooSlow:
        return b""
    if not heard.found:
        return b""
    rows = _rows(heard.found, asked.fields, place)
    html = render("log_rows.html", {"rows": rows[::-1], "asked": asked})
    told = {"html": html, "count": len(rows), "missed": heard.missed}
    return b"event: logs\ndata: " + orjson.dumps(told) + b"\n\n"


PAGES = (
    page("/live/{organization}/logs/", GET=follow),
    page("/{organization}/logs/", GET=show),
    page("/{organization}/logs/{log}/", GET=show_one),
)
