"""A trace as a tree: spans with the errors and logs that happened in them, in the order in which a
page shows them; self time, the critical path, and what is odd about it; pure.

Ids and times come from clients: parents may be missing, name each other, or come from a machine
whose clock differs. Nothing is moved or left out for that; it is told.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from urgentry.domain.event import received_of
from urgentry.explore.listing import Found
from urgentry.explore.trace_errors import TraceError
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN

_MS = 1_000
_SKEW = 1 * _MS
_LATE = 60 * 1_000 * _MS

Interval = tuple[int, int]


class Item(msgspec.Struct, kw_only=True):
    """A line of a trace: a span, an error or a log; times in microseconds."""

    at: int
    end: int
    span: Found | None = None
    log: Found | None = None
    error: TraceError | None = None
    children: list["Item"] = []
    index: int = 0
    """Its number among all lines, from the top."""
    depth: int = 0
    parent: int = -1
    """The index of what stands above it, -1 at the top."""
    below: int = 0
    """How many lines stand below it, at any depth."""
    errors_below: int = 0
    self_time: int = 0
    """How long nothing below it was running."""
    critical: list[Interval] = []
    """When the end of the trace waited for this span itself."""
    is_orphan: bool = False
    """Its parent is not here."""
    is_ring: bool = False
    """It and those above it name each other as parents."""
    skew: int = 0
    """By how much it begins before its parent."""

    @property
    def late(self) -> int:
        """How long after its end it arrived."""
        found = self.span or self.log
        return max(0, received_of(found.signal.id) - self.end) if found else 0


class Oddities(msgspec.Struct, frozen=True, kw_only=True):
    """What does not fit together, as counts of spans and microseconds."""

    roots: int = 0
    orphans: int = 0
    looped: int = 0
    skewed: int = 0
    most_skew: int = 0
    late: int = 0
    most_late: int = 0


class TraceTree(msgspec.Struct, frozen=True, kw_only=True):
    """All lines from the top, and from when to when they last."""

    items: list[Item]
    start: int
    end: int
    oddities: Oddities

    @property
    def main(self) -> Item | None:
        """The span that stands for the whole: the longest of the topmost ones."""
        tops = [item for item in self.items if item.depth == 0 and item.span]
        return max(tops, key=_weight, default=None)


def build_tree(
    spans: Iterable[Found], errors: Iterable[TraceError], logs: Iterable[Found]
) -> TraceTree:
    """The tree of a trace; `spans` in the order of time."""
    nodes = [_span_item(found) for found in spans]
    by_id: dict[bytes, Item] = {}
    for node in nodes:
        by_id.setdefault(_span_id(node), node)
    tops = _join(nodes, by_id)
    tops += _hang([_error_item(error) for error in errors], by_id)
    tops += _hang([_log_item(log) for log in logs], by_id)
    items, looped = _in_order(tops, nodes)
    for item in items:
        _measure(item)
    tree = TraceTree(
        items=items,
        start=min((item.at for item in items), default=0),
        end=max((item.end for item in items), default=0),
        oddities=_oddities(items, looped),
    )
    if tree.main is not None:
        _mark_critical(tree.main)
    return tree


def duration_of(found: Found) -> int:
    """How long a span took, in microseconds."""
    took = found.signal.attributes.get(names.DURATION_MS)
    return round(took * _MS) if isinstance(took, int | float) else 0


def _span_item(found: Found) -> Item:
    at = found.signal.at
    return Item(at=at, end=at + duration_of(found), span=found, children=[], critical=[])


def _error_item(error: TraceError) -> Item:
    return Item(at=error.stored.timestamp, end=error.stored.timestamp, error=error)


def _log_item(log: Found) -> Item:
    return Item(at=log.signal.at, end=log.signal.at, log=log)


def _span_id(item: Item) -> bytes:
    return item.span.signal.span_id if item.span else NO_SPAN


def _join(nodes: Sequence[Item], by_id: dict[bytes, Item]) -> list[Item]:
    """Puts each span below its parent; those that have none here."""
    tops = []
    for node in nodes:
        parent_id = node.span.signal.parent_id if node.span else NO_SPAN
        above = by_id.get(parent_id) if parent_id != NO_SPAN else None
        if above is None:
            node.is_orphan = parent_id != NO_SPAN
            tops.append(node)
        else:
            node.skew = max(0, above.at - node.at)
            above.children.append(node)
    return tops


def _hang(leaves: Iterable[Item], by_id: dict[bytes, Item]) -> list[Item]:
    """Puts errors or logs below the span in which they happened; those of no span that is here."""
    alone: list[Item] = []
    for leaf in leaves:
        above = by_id.get(_holder(leaf))
        (above.children if above is not None else alone).append(leaf)
    return alone


def _holder(leaf: Item) -> bytes:
    if leaf.log is not None:
        return leaf.log.signal.span_id
    named: Any = leaf.error.span_id if leaf.error else None
    try:
        return bytes.fromhex(named or "")
    except ValueError:
        return NO_SPAN


def _in_order(tops: list[Item], nodes: Sequence[Item]) -> tuple[list[Item], int]:
    """Every line from the top, numbered. Spans that name each other as parents are reached from no
    top: the first of each such ring becomes one."""
    items: list[Item] = []
    seen: set[int] = set()
    for top in sorted(tops, key=_time):
        _walk(top, items, seen)
    reached = len(items)
    for node in nodes:
        if id(node) not in seen:
            node.skew, node.is_ring = 0, True
            _walk(node, items, seen)
    for item in reversed(items):
        if item.parent >= 0:
            above = items[item.parent]
            above.below += 1 + item.below
            above.errors_below += item.errors_below + (item.error is not None)
    return items, sum(item.span is not None for item in items[reached:])


def _walk(top: Item, items: list[Item], seen: set[int]) -> None:
    stack = [(top, -1)]
    while stack:
        item, parent = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        item.index, item.parent = len(items), parent
        item.depth = items[parent].depth + 1 if parent >= 0 else 0
        items.append(item)
        if item.children:
            below = sorted(item.children, key=_time, reverse=True)
            stack += [(child, item.index) for child in below]


def _weight(item: Item) -> tuple[bool, int]:
    return not (item.is_orphan or item.is_ring), item.end - item.at


def _time(item: Item) -> tuple[int, int]:
    return item.at, -item.end


def _measure(item: Item) -> None:
    """Its self time: how long none of the spans right below it was running."""
    if item.span is None:
        return
    covered, until = 0, item.at
    for child in sorted((each for each in item.children if each.span), key=_time):
        start, end = max(child.at, until), min(child.end, item.end)
        if end > start:
            covered += end - start
            until = end
    item.self_time = item.end - item.at - covered


def _mark_critical(top: Item) -> None:
    """From the end backwards: at each moment the span that ends last is what was waited for."""
    stack, seen = [(top, top.end)], set()
    while stack:
        item, moment = stack.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        children = (each for each in item.children if each.span and each.parent == item.index)
        for child in sorted(children, key=lambda each: each.end, reverse=True):
            end = min(child.end, moment)
            if child.at >= moment or end <= item.at:
                continue
            if end < moment:
                item.critical.append((end, moment))
            stack.append((child, end))
            moment = max(child.at, item.at)
        if moment > item.at or not item.critical:
            item.critical.append((item.at, moment))


def _oddities(items: Sequence[Item], looped: int) -> Oddities:
    spans = [item for item in items if item.span]
    skews = [item.skew for item in spans if item.skew > _SKEW]
    lates = [late for late in (item.late for item in spans) if late > _LATE]
    tops = [item for item in spans if item.depth == 0]
    return Oddities(
        roots=sum(not (item.is_orphan or item.is_ring) for item in tops),
        orphans=sum(item.is_orphan for item in tops),
        looped=looped,
        skewed=len(skews),
        most_skew=max(skews, default=0),
        late=len(lates),
        most_late=max(lates, default=0),
    )
