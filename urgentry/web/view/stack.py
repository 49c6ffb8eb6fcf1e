"""Stack traces as people read them: the newest call first, the app's own frames in front, runs of
library frames folded; pure."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import msgspec

from urgentry.web.view.source_link import source_link
from urgentry.web.view.values import Json, Pair, flat, items, many, number, obj, text

_FOLD_FROM = 2
_MAX_VALUE = 4_000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of source."""

    number: int
    text: str
    is_current: bool


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One call."""

    function: str
    place: str
    """The file, or the module where no file is known."""
    path: str
    """What is copied: the whole path, with the line."""
    line: int | None
    column: int | None
    is_app: bool
    is_open: bool
    lines: list[Line]
    variables: list[Pair]
    package: str
    source: str | None = None
    """An address at which the file can be read."""

    @property
    def has_more(self) -> bool:
        """Whether there is anything to unfold."""
        return bool(self.lines or self.variables)


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Frames that stand together; `is_folded` when they are hidden behind their number."""

    frames: list[Frame]
    is_folded: bool


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One stack trace, newest call first."""

    runs: list[Run]
    omitted: str = ""
    has_folded: bool = False


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """An exception of the chain, or a thread."""

    kind: str
    text: str
    module: str
    mechanism: str
    is_handled: bool | None
    facts: list[Pair]
    trace: Trace | None
    raw: str


def exceptions(event: Json) -> list[Raised]:
    """The chain, the outermost exception first, each followed by its cause."""
    values = items(event.get("exception"))
    platform = text(event.get("platform"))
    return [
        _exception(value, platform, is_first=not index) for index, value in enumerate(values[::-1])
    ]


def lone_trace(event: Json) -> Raised | None:
    """The stack trace of an event that has no exception."""
    stacktrace = event.get("stacktrace")
    if not isinstance(stacktrace, dict):
        return None
    return _plain(stacktrace, "Stack trace", text(event.get("platform")))


def threads(event: Json) -> list[Raised]:
    """The threads that have a stack trace, crashed and current ones first."""
    values = [value for value in items(event.get("threads")) if obj(value.get("stacktrace"))]
    values.sort(key=lambda value: (not value.get("crashed"), not value.get("current")))
    platform = text(event.get("platform"))
    return [_plain(value["stacktrace"], _thread_name(value), platform) for value in values]


def _thread_name(value: Json) -> str:
    name = text(value.get("name")) or f"Thread {flat(value.get('id'))}"
    states = [word for word in ("crashed", "current") if value.get(word)]
    return f"{name} ({', '.join(states)})" if states else name


def _plain(stacktrace: Any, title: str, platform: str) -> Raised:
    frames = _frames(stacktrace)
    return Raised(
        kind=title,
        text="",
        module="",
        mechanism="",
        is_handled=None,
        facts=[],
        trace=_trace(frames, stacktrace, may_open=True),
        raw=_raw(title, "", frames, platform),
    )


def _exception(value: Json, platform: str, *, is_first: bool) -> Raised:
    mechanism = obj(value.get("mechanism"))
    frames = _frames(value.get("stacktrace"))
    kind, said = text(value.get("type")), text(value.get("value"))
    handled = mechanism.get("handled")
    return Raised(
        kind=kind or "Error",
        text=said,
        module=text(value.get("module")),
        mechanism=text(mechanism.get("type")),
        is_handled=handled if isinstance(handled, bool) else None,
        facts=[
            Pair(name=name, text=flat(member))
            for name, member in (obj(mechanism.get("data")) | obj(mechanism.get("meta"))).items()
        ],
        trace=_trace(frames, obj(value.get("stacktrace")), may_open=is_first) if frames else None,
        raw=_raw(kind, said, frames, platform),
    )


def _frames(stacktrace: Any) -> list[Json]:
    """Oldest call first, as SDKs send them."""
    return items(obj(stacktrace).get("frames"))


def _trace(frames: list[Json], stacktrace: Json, *, may_open: bool) -> Trace:
    newest_first = frames[::-1]
    has_app = any(frame.get("in_app") for frame in frames)
    open_at = next((n for n, frame in enumerate(newest_first) if frame.get("in_app")), 0)
    shown = [
        _frame(frame, is_open=may_open and index == open_at)
        for index, frame in enumerate(newest_first)
    ]
    runs = list(_runs(shown)) if has_app else [Run(frames=shown, is_folded=False)]
    return Trace(
        runs=runs,
        omitted=_omitted(stacktrace.get("frames_omitted")),
        has_folded=any(run.is_folded for run in runs),
    )


def _runs(frames: list[Frame]) -> Iterator[Run]:
    """Library frames stand folded, but for the one that raised: it says what was called."""
    start = 0
    if frames and not frames[0].is_app:
        yield Run(frames=frames[:1], is_folded=False)
        start = 1
    for is_app, run in groupby(frames[start:], key=lambda frame: frame.is_app):
        listed = list(run)
        yield Run(frames=listed, is_folded=not is_app and len(listed) >= _FOLD_FROM)


def _frame(frame: Json, *, is_open: bool) -> Frame:
    line = number(frame.get("lineno"))
    place = text(frame.get("filename")) or text(frame.get("module")) or text(frame.get("package"))
    whole = text(frame.get("abs_path")) or place
    return Frame(
        function=text(frame.get("function")) or text(frame.get("instruction_addr")) or "<unknown>",
        place=place or "<unknown>",
        path=f"{whole}:{line}" if line is not None else whole,
        line=line,
        column=number(frame.get("colno")),
        is_app=bool(frame.get("in_app")),
        is_open=is_open,
        lines=_lines(frame, line),
        variables=_variables(frame.get("vars")),
        package=text(frame.get("package")),
        source=source_link(frame),
    )


def _lines(frame: Json, line: int | None) -> list[Line]:
    current = frame.get("context_line")
    if line is None or not isinstance(current, str):
        return []
    before, after = (
        [text(each) for each in many(frame.get(name))] for name in ("pre_context", "post_context")
    )
    first = line - len(before)
    return [
        Line(number=number, text=content, is_current=number == line)
        for number, content in enumerate([*before, current, *after], first)
        if number >= 0
    ]


def _variables(value: Any) -> list[Pair]:
    if isinstance(value, dict):
        return [Pair(name=name, text=flat(member)[:_MAX_VALUE]) for name, member in value.items()]
    if isinstance(value, list):
        return [Pair(name=str(at), text=flat(each)[:_MAX_VALUE]) for at, each in enumerate(value)]
    return []


def _omitted(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - from and to
        return f"Frames {value[0]} to {value[1]} were left out."
    return ""


def _raw(kind: str, said: str, frames: list[Json], platform: str) -> str:
    head = f"{kind}: {said}" if said else kind
    if platform == "python":
        calls = [_python_call(frame) for frame in frames]
        return "\n".join(["Traceback (most recent call last):", *calls, head])
    return "\n".join([head, *(_call(frame) for frame in frames[::-1])])


def _python_call(frame: Json) -> str:
    name = text(frame.get("abs_path")) or text(frame.get("filename"))
    called = f'  File "{name}", line {frame.get("lineno")}, in {text(frame.get("function"))}'
    source = text(frame.get("context_line")).strip()
    return f"{called}\n    {source}" if source else called


def _call(frame: Json) -> str:
    place = text(frame.get("filename")) or text(frame.get("module")) or text(frame.get("package"))
    numbers = [str(frame[name]) for name in ("lineno", "colno") if frame.get(name) is not None]
    return f"    at {text(frame.get('function')) or '<unknown>'} ({':'.join([place, *numbers])})"
