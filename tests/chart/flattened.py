"""Reads YAML whose indentation was lost, by the shape of an object that it should be like.

Each line finds its place as deep in the object as it fits; what fits nowhere, or has another value
there, is a difference. `differences` names those by their path.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from tests.chart.rendering import Json

_LINE = re.compile(r"(?P<item>- )?(?:(?P<key>[\w./-]+):(?: (?P<value>.*))?|(?P<scalar>\S+))")


@dataclass(frozen=True, slots=True)
class _Open:
    """A part of the object in which the next line may lie; `part` is None where nothing fits."""

    path: tuple[str, ...]
    part: Any


def is_yaml(line: str) -> bool:
    """Whether a line of a page looks like one of YAML."""
    return line.startswith("#") or bool(_LINE.fullmatch(line.partition(" #")[0].rstrip()))


def differences(lines: Iterable[str], like: Json) -> list[str]:
    """The paths at which the text says something that the object does not."""
    reader = _Reader(like)
    for line in lines:
        text = line if line.startswith("#") else line.partition(" #")[0].rstrip()
        matched = _LINE.fullmatch(text)
        if matched and not line.startswith("#"):
            reader.read(matched)
    return reader.differences


class _Reader:
    def __init__(self, like: Json) -> None:
        self.differences: list[str] = []
        self._stack = [_Open((), like)]
        self._seen: set[tuple[str, ...]] = set()

    def read(self, line: re.Match[str]) -> None:
        """Places one line."""
        if line["item"]:
            self._enter_item(line)
        if line["key"]:
            self._place(line["key"], line["value"])

    def _enter_item(self, line: re.Match[str]) -> None:
        """Opens the item of the nearest list that begins as the line does."""
        depth = self._depth(lambda part: isinstance(part, list))
        open_list = self._stack[depth]
        del self._stack[depth + 1 :]
        for number, item in enumerate(open_list.part):
            path = (*open_list.path, str(number))
            if path not in self._seen and _begins(item, line):
                self._seen.add(path)
                self._stack.append(_Open(path, item))
                return
        self._differ(open_list.path)
        self._stack.append(_Open((*open_list.path, "?"), None))

    def _place(self, key: str, value: str | None) -> None:
        depth = self._depth(lambda part: isinstance(part, dict) and key in part, key)
        found = self._stack[depth]
        path = (*found.path, key)
        if not isinstance(found.part, dict) or key not in found.part:
            if self._stack[-1].part is not None:
                self._differ((*self._stack[-1].path, key))
            return
        del self._stack[depth + 1 :]
        self._seen.add(path)
        there = found.part[key]
        if value is None:
            self._stack.append(_Open(path, there))
        elif yaml.safe_load(value) != there:
            self._differ(path)

    def _depth(self, fits: Any, key: str = "") -> int:
        """The deepest open part that fits and where the key was not read yet; else the top."""
        for depth in range(len(self._stack) - 1, 0, -1):
            found = self._stack[depth]
            if fits(found.part) and (*found.path, key) not in self._seen:
                return depth
        return 0

    def _differ(self, path: tuple[str, ...]) -> None:
        name = ".".join(path)
        if name not in self.differences:
            self.differences.append(name)


def _begins(item: Any, line: re.Match[str]) -> bool:
    if line["key"] is None:
        return bool(item == yaml.safe_load(line["scalar"]))
    if not isinstance(item, dict) or line["key"] not in item:
        return False
    return line["value"] is None or item[line["key"]] == yaml.safe_load(line["value"])
