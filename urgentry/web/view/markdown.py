"""An event as Markdown: what a person pastes into a ticket, or asks an assistant about; pure.

It says what the page says, in the order in which it is read, and no more of anything than helps.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from urgentry.web.formats import exact
from urgentry.web.view.crumbs import Crumb
from urgentry.web.view.event import EventView, Section
from urgentry.web.view.issue import IssueView
from urgentry.web.view.stack import Frame, Raised
from urgentry.web.view.values import Pair

_MOST_FRAMES = 8
_MOST_CRUMBS = 30
_MOST_PAIRS = 60
_LONGEST_VALUE = 500
_TICKS = re.compile(r"`+")


def event_markdown(issue: IssueView, event: EventView, address: str) -> str:
    """The whole text; `address` is the page of the event."""
    parts = chain(
        _head(issue, event, address),
        _message(event),
        *(_raised(raised, is_cause=index > 0) for index, raised in enumerate(event.raised)),
        _crumbs(event.crumbs),
        _request(event),
        _list("User", event.user.pairs if event.user else []),
        _list("Tags", [Pair(name=name, text=value) for name, value in event.tags]),
        *(_list(section.title, section.pairs) for section in event.contexts),
        _list("Extra", event.extra),
    )
    return "\n".join(parts) + "\n"


def _head(issue: IssueView, event: EventView, address: str) -> Iterator[str]:
    yield f"# {_line(issue.kind)}"
    if issue.text:
        yield f"\n{_line(issue.text)}"
    yield ""
    facts = {
        "Issue": issue.short_id,
        "Event": event.event_id,
        "Where": issue.culprit,
        "When": exact(event.at),
        "Level": issue.level,
        "Environment": event.environment,
        "Release": event.release,
        "Platform": event.platform,
        "Trace": event.trace,
    }
    for name, value in facts.items():
        if value:
            yield f"- {name}: {_code(value)}"
    yield f"- Page: <{address}>"


def _message(event: EventView) -> Iterator[str]:
    if event.message and not any(raised.text == event.message for raised in event.raised):
        yield "\n## Message\n"
        yield _block(event.message)


def _raised(raised: Raised, *, is_cause: bool) -> Iterator[str]:
    yield f"\n## {'Caused by ' if is_cause else ''}{_line(raised.kind)}\n"
    if raised.text:
        yield _block(raised.text)
    facts = [raised.mechanism] if raised.mechanism else []
    if raised.is_handled is not None:
        facts.append("handled" if raised.is_handled else "unhandled")
    if facts:
        yield f"\nHow it was caught: {', '.join(map(_code, facts))}"
    if raised.trace is None:
        return
    yield "\nStack trace:\n"
    yield _block(raised.raw)
    frames = [frame for run in raised.trace.runs for frame in run.frames]
    own = [frame for frame in frames if frame.is_app] or frames
    yield from chain(*map(_frame, own[:_MOST_FRAMES]))


def _frame(frame: Frame) -> Iterator[str]:
    """Where a call stands in the program, with the values that it had."""
    if not frame.has_more:
        return
    yield f"\n### {_line(frame.function)} — {_code(frame.path)}\n"
    if frame.lines:
        width = len(str(frame.lines[-1].number))
        yield _block(
            "\n".join(
                f"{'>' if line.is_current else ' '} {line.number:>{width}}  {line.text}"
                for line in frame.lines
            )
        )
    yield from _pairs(frame.variables)


def _crumbs(crumbs: Sequence[Crumb]) -> Iterator[str]:
    if not crumbs:
        return
    yield "\n## Breadcrumbs, the newest first\n"
    for crumb in crumbs[:_MOST_CRUMBS]:
        data = ", ".join(f"{each.name}={each.text}" for each in crumb.pairs)
        said = " ".join(filter(None, (crumb.message, data)))[:_LONGEST_VALUE]
        yield f"- {crumb.before} {crumb.level} {_code(crumb.category or 'default')} {_code(said)}"
    if len(crumbs) > _MOST_CRUMBS:
        yield f"- … and {len(crumbs) - _MOST_CRUMBS} older ones"


def _request(event: EventView) -> Iterator[str]:
    request = event.request
    if request is None:
        return
    yield "\n## Request\n"
    yield _code(" ".join(filter(None, (request.method, request.url))))
    sections: Iterable[Section] = request.sections
    for section in sections:
        yield f"\n### {section.title}\n"
        yield from _pairs(section.pairs)
    if request.body:
        yield "\n### Body\n"
        yield _block(request.body)


def _list(title: str, pairs: Sequence[Pair]) -> Iterator[str]:
    if pairs:
        yield f"\n## {_line(title)}\n"
        yield from _pairs(pairs)


def _pairs(pairs: Sequence[Pair]) -> Iterator[str]:
    for pair in pairs[:_MOST_PAIRS]:
        yield f"- {_code(pair.name)}: {_code(pair.text[:_LONGEST_VALUE])}"
    if len(pairs) > _MOST_PAIRS:
        yield f"- … and {len(pairs) - _MOST_PAIRS} more"


def _line(text: str) -> str:
    """Words of strangers as one line that means nothing in Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """A text as it is, on one line."""
    line = " ".join(text.split())
    if not line:
        return ""
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _block(text: str) -> str:
    """A text as it is, on lines of its own."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, _TICKS.findall(text)), default=0)
