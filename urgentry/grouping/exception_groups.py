"""Exception groups (RFC 0079): which exceptions of a tree of them stand for the event.

Used by the exception strategy. Malformed trees fall back to the whole list (spec §7.2, §7.3).
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from urgentry.grouping.component import Variants
from urgentry.grouping.run import Run
from urgentry.grouping.values import object_of, text_of


class _Node(msgspec.Struct):
    number: int
    exception: dict[str, Any]
    variants: Variants
    parent: int | None
    is_group: bool
    children: "list[_Node]" = []


def select(run: Run, exceptions: list[dict[str, Any]], trees: list[Variants]) -> list[Variants]:
    """The trees that stand for the event; names the main exception when a single one does."""
    nodes = _tree(exceptions, trees) if len(exceptions) > 1 else None
    if nodes is None or 0 not in nodes:
        return trees
    if run.flags.sparse_groups_in_full and _is_python_sdk_3(run.event):
        return trees
    top = sorted(_top_level(nodes[0]), key=_type_of, reverse=True)
    distinct = _without_repetitions(top)
    if not distinct:
        return trees if run.flags.sparse_groups_in_full else [nodes[0].variants]
    if len(distinct) == 1:
        run.main_exception = distinct[0].number
        return [item.variants for item in _first_path(distinct[0])]
    return [item.variants for item in distinct] + [nodes[0].variants]


def _tree(exceptions: list[dict[str, Any]], trees: list[Variants]) -> dict[int, _Node] | None:
    """Nodes by id, linked to their parents; None when the ids do not make a tree."""
    nodes: dict[int, _Node] = {}
    for exception, variants in zip(reversed(exceptions), reversed(trees), strict=True):
        mechanism = object_of(exception, "mechanism")
        number, parent = mechanism.get("exception_id"), mechanism.get("parent_id")
        if not isinstance(number, int) or number in nodes or number == parent:
            return None
        is_group = bool(mechanism.get("is_exception_group"))
        nodes[number] = _Node(number, exception, variants, parent, is_group)
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
        if not distinct or distinct[-1].variants != item.variants:
            distinct.append(item)
    return distinct


def _type_of(item: _Node) -> str:
    return text_of(item.exception, "type") or ""


def _is_python_sdk_3(event: dict[str, Any]) -> bool:
    sdk = object_of(event, "sdk")
    name, version = text_of(sdk, "name") or "", text_of(sdk, "version") or ""
    return name.startswith("sentry.python") and version.startswith("3")
