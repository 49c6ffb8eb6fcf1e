"""A span in full: what it is, its attributes in sections, its links and events, and the errors and
logs that happened in it; pure."""

from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from urgentry import clock
from urgentry.domain.event import received_of
from urgentry.domain.project import Project
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN, Value
from urgentry.web import formats
from urgentry.web.formats import duration
from urgentry.web.view.trace_tree import Item, TraceTree
from urgentry.web.view.values import Json, Pair, items, obj, pair, pairs_of, text
from urgentry.web.view.waterfall import Line, Names, is_failed, lines_of, op_of, service_of

EVENTS = "sentry.events"
_TOLD_ABOVE = frozenset(
    {
        *(names.OP, names.DESCRIPTION, names.DURATION_MS, names.STATUS, names.EXCLUSIVE_MS),
        *(names.LINKS, EVENTS, names.IS_SEGMENT),
    }
)
_SECTIONS = (
    ("resource.", "Resource"),
    ("instrumentation.", "Instrumentation"),
    ("measurements.", "Measurements"),
    ("sentry.", "Sentry"),
)
_MOST_INSIDE = 20
_NOTABLY_LATE = 10 * clock.SECOND


class SpanSection(msgspec.Struct, frozen=True):
    """Attributes under one title, whose names all begin with `prefix`."""

    title: str
    pairs: list[Pair]
    prefix: str = ""


class SpanLink(msgspec.Struct, frozen=True, kw_only=True):
    """Another span that it points at."""

    trace: str
    span: str
    href: str
    pairs: list[Pair]


class SpanEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened during it; `offset` tells when."""

    name: str
    offset: str
    pairs: list[Pair]


class SpanDetails(msgspec.Struct, frozen=True, kw_only=True):
    """One span, ready to print; times in microseconds."""

    key: str
    parent: str
    is_parent_here: bool
    op: str
    description: str
    status: str
    is_failed: bool
    service: str
    project: str
    at: int
    offset: str
    took: str
    self_time: str
    is_critical: bool
    late: str
    remarks: list[str]
    sections: list[SpanSection]
    links: list[SpanLink]
    events: list[SpanEvent]
    inside: list[Line]
    """Errors and logs that happened in it, the first ones."""
    more_inside: int
    like: str
    """The search for spans of its kind."""


def span_details(
    tree: TraceTree, key: str, about: Names, projects: Mapping[int, Project]
) -> SpanDetails | None:
    """The span with that id, None where it is not in the trace."""
    item = next((each for each in tree.items if each.span and _key(each) == key), None)
    if item is None or item.span is None:
        return None
    signal, said = item.span.signal, item.span.signal.attributes
    parent = signal.parent_id.hex() if signal.parent_id != NO_SPAN else ""
    inside = [each.index for each in item.children if not each.span]
    line = lines_of(tree, [item.index], about)[0]
    op, description = op_of(signal), text(said.get(names.DESCRIPTION))
    return SpanDetails(
        key=key,
        parent=parent,
        is_parent_here=item.parent >= 0,
        op=op,
        description=description or text(said.get(names.NAME)),
        status=text(said.get(names.STATUS)),
        is_failed=is_failed(signal),
        service=service_of(item.span, about.slugs),
        project=projects[item.span.project_id].slug,
        at=item.at,
        offset=duration(item.at - tree.start),
        took=line.took,
        self_time=line.self_time,
        is_critical=bool(item.critical),
        late=duration(item.late) if item.late > _NOTABLY_LATE else "",
        remarks=line.remarks,
        sections=_sections(said, received_of(signal.id)),
        links=_links(said.get(names.LINKS), about),
        events=_events(said.get(EVENTS), item.at),
        inside=lines_of(tree, inside[:_MOST_INSIDE], about),
        more_inside=max(0, len(inside) - _MOST_INSIDE),
        like=_like(op, description),
    )


def attribute_sections(said: Mapping[str, Value], hidden: frozenset[str]) -> list[SpanSection]:
    """Attributes by what they are about, those that people set themselves first."""
    left = {key: said[key] for key in sorted(said) if key not in hidden}
    sections = []
    for prefix, title in _SECTIONS:
        own = {key: left.pop(key) for key in list(left) if key.startswith(prefix)}
        if own:
            told = [pair(key.removeprefix(prefix), value) for key, value in own.items()]
            sections.append(SpanSection(title, told, prefix))
    if left:
        told = [pair(key, value) for key, value in left.items()]
        sections.insert(0, SpanSection("Attributes", told))
    return sections


def _sections(said: Mapping[str, Value], received: int) -> list[SpanSection]:
    sections = attribute_sections(said, _TOLD_ABOVE)
    arrival = SpanSection("Receipt", [pair("received", formats.iso(received))])
    return [*sections, arrival]


def _key(item: Item) -> str:
    return item.span.signal.span_id.hex() if item.span else ""


def _links(packed: Any, about: Names) -> list[SpanLink]:
    links = []
    for link in items(_unpacked(packed)):
        trace, span = text(link.get("trace_id")), text(link.get("span_id"))
        links.append(
            SpanLink(
                trace=trace,
                span=span,
                href=f"{about.base}/traces/{trace.replace('-', '')}/?span={span}",
                pairs=pairs_of(obj(link.get("attributes"))),
            )
        )
    return links


def _events(packed: Any, start: int) -> list[SpanEvent]:
    return [_event(event, start) for event in items(_unpacked(packed))]


def _event(event: Json, start: int) -> SpanEvent:
    at = formats.of_seconds(event.get("timestamp"))
    offset = "" if at is None else f"{'+' if at >= start else '-'}{duration(abs(at - start))}"
    return SpanEvent(
        name=text(event.get("name")), offset=offset, pairs=pairs_of(obj(event.get("attributes")))
    )


def _unpacked(packed: Any) -> Any:
    """Lists are kept as JSON; one that was cut off is none."""
    if not isinstance(packed, str):
        return []
    try:
        return orjson.loads(packed)
    except orjson.JSONDecodeError:
        return []


def _like(op: str, description: str) -> str:
    parts = [formats.tag_search("span.op", op)]
    if description:
        parts.append(formats.tag_search("span.description", description))
    return " ".join(parts)
