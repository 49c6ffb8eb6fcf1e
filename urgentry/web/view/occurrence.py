"""What the server found out, ready to print; pure."""

import msgspec

from urgentry.domain.issue_kind import kind_of
from urgentry.web.view.values import Json, Pair, items, many, obj, pair, text

_MOST_SPANS = 100


class FoundOut(msgspec.Struct, frozen=True, kw_only=True):
    """One time that something was found, and what tells of it."""

    title: str
    evidence: list[Pair]
    spans: list[str]
    """Ids of the spans that it was found in, which are in the event's trace."""


def found_in(event: Json) -> FoundOut | None:
    """What an event that the server made tells of; None for one that a client sent."""
    kind = kind_of(text(event.get("type")))
    if not kind.is_found:
        return None
    occurrence = obj(event.get("occurrence"))
    spans = many(obj(occurrence.get("data")).get("offenderSpanIds"))[:_MOST_SPANS]
    return FoundOut(
        title=kind.title,
        evidence=[
            pair(text(each.get("name")), each.get("value"))
            for each in items(occurrence.get("evidence"))
        ],
        spans=[each for each in spans if isinstance(each, str)],
    )
