"""The view hierarchy of an event, as mobile SDKs attach it, ready to print; pure."""

from typing import Any

import msgspec
import orjson

from urgentry.web.view.values import Json, items, obj, shown, text

MAX_BYTES = 1 << 20
_MAX_NODES = 2_000
_MAX_DEPTH = 60
_NAMED = frozenset({"type", "identifier", "children", "x", "y", "z", "width", "height", "visible"})


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A view: what it is called, where it is, what else is known, and the views in it."""

    type: str
    identifier: str
    place: str
    facts: str
    is_hidden: bool
    children: list["Node"]


class Hierarchy(msgspec.Struct, frozen=True, kw_only=True):
    """The windows of an app when the event happened."""

    system: str
    windows: list[Node]
    is_cut: bool
    """Whether there were more views than are shown."""


def parse_hierarchy(content: bytes) -> Hierarchy | None:
    """The hierarchy of an attachment's content; None when it is none."""
    try:
        whole = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    reader = _Reader()
    windows = reader.nodes(obj(whole).get("windows"), 0)
    if not windows:
        return None
    return Hierarchy(
        system=text(whole.get("rendering_system")), windows=windows, is_cut=reader.is_cut
    )


class _Reader:
    """Counts views, so that none prints without end."""

    def __init__(self) -> None:
        self.is_cut = False
        self._left = _MAX_NODES

    def nodes(self, values: Any, depth: int) -> list[Node]:
        """Those of a list, with what is in them."""
        if depth > _MAX_DEPTH:
            self.is_cut = self.is_cut or bool(items(values))
            return []
        found = []
        for value in items(values):
            if not self._left:
                self.is_cut = True
                break
            self._left -= 1
            found.append(self._node(value, depth))
        return found

    def _node(self, value: Json, depth: int) -> Node:
        facts = (
            f"{name}: {shown(fact)}"
            for name, fact in value.items()
            if name not in _NAMED and fact not in (None, "", [], {})
        )
        return Node(
            type=text(value.get("type")) or "View",
            identifier=text(value.get("identifier")),
            place=_place(value),
            facts=", ".join(facts)[:300],
            is_hidden=value.get("visible") is False,
            children=self.nodes(value.get("children"), depth + 1),
        )


def _place(value: Json) -> str:
    numbers = [value.get(name) for name in ("width", "height", "x", "y")]
    if not all(isinstance(each, int | float) for each in numbers):
        return ""
    width, height, left, top = numbers
    return f"{width:g} × {height:g} at {left:g}, {top:g}"
