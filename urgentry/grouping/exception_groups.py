"""Exception groups (RFC 0079): which exceptions of a tree of them stand for the event.

Used by the exception strategy. Malformed trees fall back to the whole list (spec §7.2, §7.3).
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from urgentry.grouping.component import Variants
from urgentry.grouping.run import Run
from urgentry.grouping.values import object_of, text_of

Chosen = tuple[dict[str, Any], Variants]
"""An exception and its trees."""


class _Node(msgspec.Struct):
    number: int
    chosen: Chosen
    parent: int | None
    is_group: bool
    children: "list[_Node]" = []


def select(run: Run, exceptions: list[Chosen]) -> list[Chosen]:
    """Those that stand for the event; names the main exception when a single one does."""
    nodes = _tree(exceptions) if len(exceptions) > 1 else None
    if nodes is None or 0 not in nodes:
        return exceptions
    if run.flags.sparse_groups_in_full and _is_python_sdk_3(run.event):
        return exceptions
    top = sorted(_top_level(nodes[0]), key=_type_of, reverse=True)
    distinct = _without_repetitions(top)
    if not distinct:
        return exceptions if run.flags.sparse_groups_in_full else [nodes[0].chosen]
    if len(distinct) == 1:
        run.main_exception = distinct[0].number
        return [item.chosen for item in _first_path(distinct[0])]
    return [item.chosen for item in (*distinct, nodes[0])]


def _tree(exceptions: list[Chosen]) -> dict[int, _Node] | None:
    """Nodes by id, linked to their parents; None when the ids do not make a tree."""
    nodes: dict[int, _Node] = {}
    for chosen in reversed(exceptions):
        mechanism = object_of(chosen[0], "mechanism")
        number, parent = mechanism.get("exception_id"), mechanism.get("parent_id")
        if not isinstance(number, int) or number in nodes or number == parent:
            return None
        is_group = bool(mechanism.get("is_exception_group"))
        nodes[number] = _Node(number, chosen, parent, is_group)
    for item in nodes.values():
        if item.parent in nodes:
            nodes[item.parent].children.append(item)
    return nodes


def _top_level(root: _Node) -> Iterator[_Node]:
    """What a person would call the errors: the groups around them taken away."""
    waiting, seen = [root], set()
    while waiting:
        item = waiting.pop()
        if item.number in seen:
            continue
        seen.add(item.number)
        if item.is_group:
            waiting.extend(reversed(item.children))
        else:
            yield item


def _first_path(start: _Node) -> Iterator[_Node]:
    seen: set[int] = set()
    item: _Node | None = start
    while item is not None and item.number not in seen:
        seen.add(item.number)
        yield item
        item = item.children[0] if item.children else None


def _without_repetitions(nodes: list[_Node]) -> list[_Node]:
    distinct: list[_Node] = []
    for item in nodes:
        if not distinct or distinct[-1].chosen[1] != item.chosen[1]:
            distinct.append(item)
    return distinct


def _type_of(item: _Node) -> str:
    return text_of(item.chosen[0], "type") or ""


def _is_python_sdk_3(event: dict[str, Any]) -> bool:
    sdk = object_of(event, "sdk")
    name, version = text_of(sdk, "name") or "", text_of(sdk, "version") or ""
    return name.startswith("sentry.python") and version.startswith("3")
