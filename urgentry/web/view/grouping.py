"""Why an event was grouped as it was: variants and the parts that decided; pure."""

from collections.abc import Collection, Iterator
from typing import Final, Literal

import msgspec

from urgentry.grouping import Grouping, Variant, grouping_info
from urgentry.web.view.values import Json, text

Standing = Literal["decided", "also", "unused"]

_MAX_PARTS: Final = 2_000
_DEEPEST: Final = 12
_TITLES: Final = {
    "checksum": "Checksum",
    "hashed_checksum": "Checksum",
    "custom_client_fingerprint": "Fingerprint that the client sent",
    "custom_server_fingerprint": "Fingerprint by a rule of the project",
    "built_in_fingerprint": "Fingerprint by a rule of urgentry",
    "fallback": "Nothing to go by",
}
_WITH_STACK: Final = {"app": "Stack trace of the app", "system": "Whole stack trace"}


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
    title: str
    hash: str
    hint: str
    rule: str
    """The fingerprint rule that matched, if one did."""
    standing: Standing
    is_new: bool
    """Whether rules have changed since: the event was grouped by another hash."""
    parts: list[Part]
    left_out: int
    """Parts without a say that are not listed."""


def ways(
    grouping: Grouping, stored: Collection[str], *, deciding: str, lists_all: bool
) -> list[Way]:
    """Every way: those that gave a hash in the order in which hashes decide, then the others.
    `stored` are the hashes of the event when it came, `deciding` the one that led it here."""
    told = grouping_info(grouping, stored)["variants"]
    found = [_way(v, told[v.name], deciding, lists_all=lists_all) for v in grouping.variants]
    order = [value.hex() for value in grouping.hashes]
    last = len(order)
    return sorted(found, key=lambda way: order.index(way.hash) if way.hash in order else last)


def _way(variant: Variant, told: Json, deciding: str, *, lists_all: bool) -> Way:
    own = text(told.get("hash"))
    parts = list(_all_parts(told))
    listed = [part for part in parts if part.counts or lists_all or not own]
    return Way(
        name=variant.name,
        title=_title(variant),
        hash=own,
        hint=text(told.get("hint")),
        rule=text(told.get("matched_rule")),
        standing=("decided" if own == deciding else "also") if own else "unused",
        is_new=bool(told.get("hashMismatch")),
        parts=listed[:_MAX_PARTS],
        left_out=len(parts) - len(listed),
    )


def _title(variant: Variant) -> str:
    if variant.name in _TITLES:
        return _TITLES[variant.name]
    component = variant.component
    is_stack = component is not None and component.has_stacktrace
    title = _WITH_STACK.get(variant.name, "") if is_stack else ""
    title = title or variant.description.removeprefix("in-app ").removeprefix("modified ")
    added = " and fingerprint" if variant.type == "salted_component" else ""
    return title[:1].upper() + title[1:] + added


def _all_parts(told: Json) -> Iterator[Part]:
    """Below the variant itself, whose name is the title."""
    component = told.get("component") or {}
    for value in component.get("values") or ():
        if isinstance(value, dict):
            yield from _parts(value, 0, counts=bool(component.get("contributes")))
    for value in told.get("values") or ():
        yield Part(depth=0, name="fingerprint", text=str(value), counts=True, hint="")


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
