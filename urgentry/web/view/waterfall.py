"""The lines of a trace as a page draws them, and which of them: a part from some line on, those
that a search finds, or those around one span; pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from zlib import crc32

import msgspec

from urgentry.domain.short_id import format_short_id
from urgentry.explore.listing import Found
from urgentry.explore.trace_errors import TraceError
from urgentry.telemetry import names
from urgentry.telemetry.signal import Signal
from urgentry.web.formats import duration
from urgentry.web.view.trace_tree import Item, TraceTree
from urgentry.web.view.values import text

FIRST_LINES = 150
MORE_LINES = 300
DEEPEST_INDENT = 16
_LONGEST_TEXT = 240
_LONGEST_LOG = 400
_HUES = 8
_HUE_OF = {
    "http": 5,
    "db": 3,
    "cache": 2,
    "queue": 6,
    "messaging": 6,
    "rpc": 4,
    "ui": 7,
    "browser": 7,
    "resource": 1,
    "template": 1,
    "view": 1,
    "gen_ai": 0,
    "ai": 0,
}
_FINE = frozenset({"", "ok", "cancelled", "unknown", "unset"})
_MOST_SHARES = 7
_NO_OP = "default"
_SHOWN_ABOVE = 30


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Where pages are, and what projects are called."""

    base: str
    trace: str
    slugs: Mapping[int, str]


class Bar(msgspec.Struct, frozen=True):
    """A box in the column of time, in per cent of the whole."""

    x: str
    width: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line, ready to print."""

    kind: str
    key: str
    index: int
    depth: int
    below: int
    label: str
    text: str
    service: str
    hue: int
    href: str
    took: str
    self_time: str
    bar: Bar
    critical: list[Bar]
    is_failed: bool
    status: str
    level: str
    errors_below: int
    remarks: list[str]
    is_found: bool = True
    is_picked: bool = False

    @property
    def indent(self) -> int:
        return min(self.depth, DEEPEST_INDENT)


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that are not shown: from one and before another, and how many these are."""

    start: int
    end: int
    count: int


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the time spans of one operation were running themselves."""

    label: str
    hue: int
    spans: int
    time: int
    bar: Bar


def op_of(signal: Signal) -> str:
    """The operation of a span."""
    return text(signal.attributes.get(names.OP)) or _NO_OP


def service_of(found: Found, slugs: Mapping[int, str]) -> str:
    """Which program a span or a log comes from; its project where it does not say."""
    said = found.signal.attributes
    named = said.get("resource.service.name") or said.get("service.name")
    return text(named) or slugs.get(found.project_id, "")


def hue_of(op: str) -> int:
    """The colour of an operation: that of its kind, always the same."""
    kind = op.partition(".")[0]
    known = _HUE_OF.get(kind)
    return known if known is not None else crc32(kind.encode()) % _HUES


def is_failed(signal: Signal) -> bool:
    """Whether a span says that it went wrong."""
    return text(signal.attributes.get(names.STATUS)).lower() not in _FINE


def lines_of(
    tree: TraceTree,
    wanted: Sequence[int],
    about: Names,
    *,
    found: Collection[int] | None = None,
    picked: str = "",
    colour: str = "op",
    window: tuple[int, int] | None = None,
) -> list[Line]:
    """Some lines, by their numbers; those that are not among `found` stand there only to show
    where others are."""
    start, end = window or (tree.start, tree.end)
    scale = _Scale(start, max(end - start, 1))
    return [
        _line(tree.items[index], scale, about, colour=colour, found=found, picked=picked)
        for index in wanted
    ]


def with_gaps(wanted: Sequence[int], start: int, end: int) -> list[int | Gap]:
    """Numbers in order, and between them what is left out of those from one and before another."""
    parts: list[int | Gap] = []
    following = start
    for index in wanted:
        if index > following:
            parts.append(Gap(start=following, end=index, count=index - following))
        parts.append(index)
        following = index + 1
    if following < end:
        parts.append(Gap(start=following, end=end, count=end - following))
    return parts


def part_of(wanted: Sequence[int], start: int, end: int, *, most: int) -> list[int | Gap]:
    """Of some numbers those from one and before another, as many as may be; then what is left."""
    there = [index for index in wanted if start <= index < end]
    parts: list[int | Gap] = list(there[:most])
    if len(there) > most:
        parts.append(Gap(start=there[most], end=end, count=len(there) - most))
    return parts


def part_from(tree: TraceTree, start: int, *, most: int) -> list[int]:
    """The numbers of some lines from one on, and of the nearest above the first of them."""
    if not tree.items:
        return []
    start = min(max(start, 0), len(tree.items) - 1)
    above = sorted(_above(tree, [start]))[-_SHOWN_ABOVE:]
    return [*above, *range(start, min(start + most, len(tree.items)))]


def around(tree: TraceTree, index: int, *, most: int) -> list[int]:
    """The numbers of the lines nearest to one: those above it, then its own, then its
    neighbours."""
    above = sorted(_above(tree, [index]), reverse=True)
    wanted = {index, *above[: most // 2]}
    near = range(max(0, index - most), min(len(tree.items), index + most))
    for each in sorted(near, key=lambda number: abs(number - index)):
        if len(wanted) >= most:
            break
        wanted.add(each)
    return sorted(wanted)


def with_above(tree: TraceTree, found: Iterable[int]) -> list[int]:
    """The lines and all those above them."""
    numbers = set(found)
    return sorted(numbers | _above(tree, numbers))


def search(tree: TraceTree, wanted: str, slugs: Mapping[int, str]) -> list[int]:
    """The lines that say a text, whatever the case of its letters; with `attribute:text`, spans and
    logs of which an attribute does."""
    key, colon, value = wanted.strip().partition(":")
    if colon and key and " " not in key:
        return [each.index for each in tree.items if _says(each, key.lower(), value.lower())]
    part = wanted.strip().lower()
    return [each.index for each in tree.items if part in _words(each, slugs)]


def on_critical_path(tree: TraceTree) -> list[int]:
    """The spans that the end of the trace waited for."""
    return [item.index for item in tree.items if item.critical]


def failures(tree: TraceTree) -> list[int]:
    """Errors, and spans that say that they failed."""
    return [
        item.index
        for item in tree.items
        if item.error or (item.span and is_failed(item.span.signal))
    ]


def shares_of(tree: TraceTree, slugs: Mapping[int, str], *, colour: str) -> list[Share]:
    """Whose the time is, the largest part first."""
    times: dict[str, list[int]] = {}
    hues: dict[str, int] = {}
    for item in tree.items:
        if item.span is not None:
            label = service_of(item.span, slugs) if colour == "service" else op_of(item.span.signal)
            hues[label] = _hue(item.span, slugs, colour)
            times.setdefault(label, []).append(item.self_time)
    ranked = sorted(times, key=lambda label: (-sum(times[label]), label))
    whole, used = max(sum(map(sum, times.values())), 1), 0.0
    shares = []
    for label in ranked[:_MOST_SHARES]:
        time = sum(times[label])
        width = 100 * time / whole
        bar = Bar(_per_cent(used), _per_cent(width))
        shares.append(
            Share(label=label, hue=hues[label], spans=len(times[label]), time=time, bar=bar)
        )
        used += width
    return shares


class _Scale(msgspec.Struct, frozen=True):
    start: int
    length: int

    def bar(self, start: int, end: int) -> Bar:
        x = min(max((start - self.start) / self.length * 100, 0), 100)
        width = min(max((end - start) / self.length * 100, 0), 100 - x)
        return Bar(_per_cent(x), _per_cent(width))


def _line(
    item: Item,
    scale: _Scale,
    about: Names,
    *,
    colour: str,
    found: Collection[int] | None,
    picked: str,
) -> Line:
    if item.span is not None:
        told = _span(item, item.span, about, colour)
    elif item.error is not None:
        told = _error(item.error, about)
    else:
        told = _log(item, about)
    return Line(
        index=item.index,
        depth=item.depth,
        below=item.below,
        bar=scale.bar(item.at, item.end),
        critical=[scale.bar(start, end) for start, end in item.critical],
        errors_below=item.errors_below,
        is_found=found is None or item.index in found,
        is_picked=bool(picked) and told.key == picked,
        **msgspec.structs.asdict(told),
    )


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a line says by its kind."""

    kind: str
    key: str
    label: str
    text: str
    href: str
    service: str = ""
    hue: int = 0
    took: str = ""
    self_time: str = ""
    is_failed: bool = False
    status: str = ""
    level: str = ""
    remarks: list[str] = []


def _span(item: Item, found: Found, about: Names, colour: str) -> _Told:
    signal, said = found.signal, found.signal.attributes
    key = signal.span_id.hex()
    op = op_of(signal)
    described = text(said.get(names.DESCRIPTION)) or text(said.get(names.NAME))
    return _Told(
        kind="span",
        key=key,
        label="" if op == _NO_OP and described else op,
        text=_cut(described, _LONGEST_TEXT) if described != op else "",
        href=f"{about.base}/traces/{about.trace}/?span={key}",
        service=service_of(found, about.slugs),
        hue=_hue(found, about.slugs, colour),
        took=duration(item.end - item.at),
        self_time=duration(item.self_time),
        is_failed=is_failed(signal),
        status=text(said.get(names.STATUS)),
        remarks=list(_remarks(item)),
    )


def _remarks(item: Item) -> Iterable[str]:
    if item.is_orphan:
        yield "parent missing"
    if item.is_ring:
        yield "parents in a ring"
    if item.skew:
        yield f"begins {duration(item.skew)} before its parent"


def _error(error: TraceError, about: Names) -> _Told:
    slug = about.slugs.get(error.stored.project_id, "")
    event = error.event
    short_id = format_short_id(slug, error.number) if error.number is not None else ""
    href = f"{about.base}/issues/{short_id}/events/{error.stored.event_id}/" if short_id else ""
    return _Told(
        kind="error",
        key=error.stored.event_id,
        label=short_id,
        text=_cut(text(event.get("title")), _LONGEST_TEXT),
        href=href,
        service=slug,
        level=error.stored.level.name.lower(),
        is_failed=True,
    )


def _log(item: Item, about: Names) -> _Told:
    assert item.log is not None  # noqa: S101 - what is neither a span nor an error is a log
    signal = item.log.signal
    return _Told(
        kind="log",
        key=log_key(signal),
        label=text(signal.attributes.get(names.SEVERITY)) or "log",
        text=_cut(text(signal.attributes.get(names.BODY)), _LONGEST_LOG),
        href=f"{about.base}/logs/{log_key(signal)}/",
        service=service_of(item.log, about.slugs),
        level=level_of(text(signal.attributes.get(names.SEVERITY))),
    )


def log_key(signal: Signal) -> str:
    """By what a log is found: its time and its id."""
    return f"{signal.at}-{signal.id:x}"


def level_of(severity: str) -> str:
    """The level whose mark a severity gets."""
    return {"warn": "warning", "trace": "debug"}.get(severity, severity or "info")


def _hue(found: Found, slugs: Mapping[int, str], colour: str) -> int:
    if colour == "service":
        return crc32(service_of(found, slugs).encode()) % _HUES
    return hue_of(op_of(found.signal))


def _words(item: Item, slugs: Mapping[int, str]) -> str:
    if item.error is not None:
        event = item.error.event
        return f"{event.get('title')} {event.get('culprit')} error".lower()
    found = item.span or item.log
    if found is None:
        return ""
    said = found.signal.attributes
    parts = [
        *(said.get(key) for key in (names.OP, names.DESCRIPTION, names.NAME, names.BODY)),
        *(said.get(key) for key in (names.STATUS, names.SEVERITY)),
        service_of(found, slugs),
        found.signal.span_id.hex(),
    ]
    return " ".join(part for part in parts if isinstance(part, str)).lower()


_SHORT = {
    "op": names.OP,
    "span.op": names.OP,
    "description": names.DESCRIPTION,
    "span.description": names.DESCRIPTION,
    "status": names.STATUS,
    "span.status": names.STATUS,
    "service": "resource.service.name",
    "severity": names.SEVERITY,
    "message": names.BODY,
    "release": names.RELEASE,
    "environment": names.ENVIRONMENT,
}


def _says(item: Item, key: str, part: str) -> bool:
    found = item.span or item.log
    if found is None:
        return False
    value = found.signal.attributes.get(_SHORT.get(key, key))
    return value is not None and part in str(value).lower()


def _above(tree: TraceTree, numbers: Iterable[int]) -> set[int]:
    above: set[int] = set()
    for number in numbers:
        parent = tree.items[number].parent
        while parent >= 0 and parent not in above:
            above.add(parent)
            parent = tree.items[parent].parent
    return above


def _per_cent(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _cut(shown: str, longest: int) -> str:
    line = " ".join(shown[: 2 * longest].split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
