"""Breadcrumbs as a timeline that ends at the event; pure."""

from typing import Any

import msgspec

from urgentry import clock
from urgentry.web.formats import of_seconds
from urgentry.web.view.values import Json, Pair, items, obj, pairs_of, text

_ICONS = {
    "navigation": "arrow-right",
    "http": "globe",
    "user": "user",
    "ui": "user",
    "query": "server",
    "error": "warning",
    "exception": "warning",
    "debug": "terminal",
    "console": "terminal",
    "info": "info",
    "transaction": "activity",
    "system": "server",
}
_LEVELS = {"log": "info", "critical": "fatal", "warn": "warning"}


class Crumb(msgspec.Struct, frozen=True, kw_only=True):
    """One step on the way to the event."""

    icon: str
    category: str
    level: str
    message: str
    pairs: list[Pair]
    at: int | None
    before: str
    """How long before the event."""
    repeats: int
    words: str
    """What searching looks into, in small letters."""


def crumbs(event: Json, at: int) -> list[Crumb]:
    """The newest first; the same step several times in a row is one that says how often."""
    found: list[Crumb] = []
    last: tuple[Any, ...] | None = None
    for value in items(event.get("breadcrumbs")):
        same = (value.get("category"), value.get("message"), value.get("data"), value.get("level"))
        if found and same == last:
            found[-1] = msgspec.structs.replace(found[-1], repeats=found[-1].repeats + 1)
        else:
            found.append(_crumb(value, at))
        last = same
    return found[::-1]


def _crumb(value: Json, event_at: int) -> Crumb:
    category, kind = text(value.get("category")), text(value.get("type"))
    level = text(value.get("level")) or "info"
    at = of_seconds(value.get("timestamp"))
    data = pairs_of(value.get("data"))
    message = text(value.get("message")) or _summary(obj(value.get("data")))
    words = " ".join(
        [category, kind, level, message, *(f"{each.name} {each.text}" for each in data)]
    )
    return Crumb(
        icon=_ICONS.get(kind) or _ICONS.get(category.partition(".")[0], "dots"),
        category=category or kind or "default",
        level=_LEVELS.get(level, level),
        message=message,
        pairs=data,
        at=at,
        before=_before(at, event_at),
        repeats=1,
        words=words.lower(),
    )


def _summary(data: Json) -> str:
    """What a step without words did: a request or a way."""
    if data.get("url"):
        parts = (data.get("method"), data.get("url"), data.get("status_code"))
        return " ".join(str(part) for part in parts if part)
    if data.get("to"):
        return f"{data.get('from') or ''} → {data['to']}".strip()
    return ""


def _before(at: int | None, event_at: int) -> str:
    if at is None:
        return ""
    seconds = (at - event_at) / clock.SECOND
    sign = "+" if seconds > 0 else "–"
    size = abs(seconds)
    if size < 60:  # noqa: PLR2004 - seconds of a minute
        return f"{sign}{size:.1f}s"
    if size < 3600:  # noqa: PLR2004 - seconds of an hour
        return f"{sign}{int(size // 60)}m {int(size % 60)}s"
    return f"{sign}{int(size // 3600)}h {int(size % 3600 // 60)}m"
