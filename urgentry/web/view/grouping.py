"""Why an event was grouped as it was: variants and the parts that decided; pure."""

from collections.abc import Collection, Iterator

import msgspec

from urgentry.grouping import Grouping, Variant, grouping_info
from urgentry.web.view.values import Json, text


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the event, or a value of it, as grouping saw it; `depth` is how far inside."""

    depth: int
    name: str
    text: str
    counts: bool
    hint: str


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way to group an event."""

    name: str
    description: str
    hash: str
    hint: str
    rule: str
    """The fingerprint rule that matched, if one did."""
    is_new: bool
    """Whether rules have changed since: the event was grouped by another hash."""
    parts: list[Part]


_MAX_PARTS = 2_000
_DEEPEST = 12


def ways(grouping: Grouping, stored: Collection[str]) -> list[Way]:
    """Every way: those that gave a hash in the order in which hashes decide, then the others.
    `stored` are the hashes of the event when it came."""
    told = grouping_info(grouping, stored)["variants"]
    found = [_way(variant, told[variant.name]) for variant in grouping.variants]
    order = [value.hex() for value in grouping.hashes]
    last = len(order)
    return sorted(found, key=lambda way: order.index(way.hash) if way.hash in order else last)


def _way(variant: Variant, told: Json) -> Way:
    component = told.get("component")
    parts = list(_parts(component, 0, counts=True)) if component else []
    parts += [
        Part(depth=0, name="fingerprint", text=str(value), counts=True, hint="")
        for value in told.get("values") or ()
    ]
    return Way(
        name=variant.name,
        description=text(told.get("description")),
        hash=text(told.get("hash")),
        hint=text(told.get("hint")),
        rule=text(told.get("matched_rule")),
        is_new=bool(told.get("hashMismatch")),
        parts=parts[:_MAX_PARTS],
    )


def _parts(component: Json, depth: int, *, counts: bool) -> Iterator[Part]:
    """A part has no say where the part around it has none; empty ones are left out."""
    values = component.get("values") or []
    words = [value for value in values if isinstance(value, str)]
    counts = counts and bool(component.get("contributes"))
    if not values:
        return
    yield Part(
        depth=min(depth, _DEEPEST),
        name=text(component.get("name")),
        text=" ".join(words),
        counts=counts,
        hint=text(component.get("hint")),
    )
    for value in values:
        if isinstance(value, dict):
            yield from _parts(value, depth + 1, counts=counts)
