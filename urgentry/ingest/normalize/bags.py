"""Databags: values of the user's own shape (`extra`, frame variables, request bodies …), small.

A bag has a depth below which containers become their JSON text, and a number of bytes that its
members may use up in order; what comes later is cut off. The rules are those of Sentry's trimming
(spec 7 and appendix A), so that the same event is stored whichever server takes it.
"""

from typing import Any

import orjson

from urgentry.ingest.normalize.fields import (
    ABSENT,
    Field,
    as_json,
    cut,
    fitted_by,
    reject,
)
from urgentry.ingest.normalize.report import Path, Report

_CONTAINERS = (dict, list)


def bag(
    depth: int, size: int, *, objects_only: bool = False, member_size: int | None = None
) -> Field:
    """A field for a databag; `member_size` limits each direct member as well."""
    surely = size if member_size is None else min(size, member_size)

    def fit(value: Any, path: Path, report: Report) -> Any:
        if objects_only and type(value) is not dict:
            return reject(value, path, report, "expected an object")
        if not value:
            return ABSENT if type(value) in _CONTAINERS else value
        if is_small(value, depth, surely):
            return value
        return _Trimming(size, member_size, report).trim(value, depth, path)

    return fitted_by(fit)


def fit_bag(value: Any, depth: int, size: int, path: Path, report: Report) -> Any:
    """`value` itself where it is provably within its limits, else a trimmed copy."""
    if is_small(value, depth, size):
        return value
    return _Trimming(size, None, report).trim(value, depth, path)


def is_small(value: Any, depth: int, size: int, *, among: int = 0) -> bool:
    """True proves that trimming would change nothing: no cost is above the JSON text's length.

    With `among`, that many containers stand side by side in `value`, and it is proved of each.
    """
    kind = type(value)
    if kind is str:
        return len(value) <= size
    if kind is not dict and kind is not list:
        return True
    try:
        text = orjson.dumps(value)
    except TypeError:  # deeper than the encoder goes
        return False
    if len(text) > size:
        return False
    if text.find(b"{", 1) < 0 and text.find(b"[", 1) < 0:  # most bags are flat
        return depth > 1
    # Nothing nests deeper than there are brackets; only where these do not prove it, look.
    return _has_fewer_brackets(text, depth + among) or _is_shallow(value, depth)


def _has_fewer_brackets(text: bytes, allowed: int) -> bool:
    """Searching is many times faster than counting, and there are few to find."""
    for bracket in (b"{", b"["):
        found = text.find(bracket)
        while found >= 0:
            allowed -= 1
            if allowed <= 0:
                return False
            found = text.find(bracket, found + 1)
    return True


def are_each_small(objects: list[Any], size: int) -> bool:
    """True proves that each is an object with members and short enough; `json_bag` proves depth."""
    if not all(objects):
        return False
    for start in range(0, len(objects), _AT_ONCE):
        some = objects[start : start + _AT_ONCE]
        if len(orjson.dumps(some)) > size and max(map(len, map(orjson.dumps, some))) > size:
            return False
    return True


# So many are mostly short enough together, which takes one call instead of one for each.
_AT_ONCE = 4


def _is_shallow(value: Any, depth: int) -> bool:
    if depth <= 1:
        return not value
    inner = value.values() if type(value) is dict else value
    return all(_is_shallow(item, depth - 1) for item in inner if type(item) in _CONTAINERS)


class _Trimming:
    """One walk over a bag: the bytes that are left for it, and for the direct member it is in."""

    def __init__(self, size: int, member_size: int | None, report: Report) -> None:
        self.left = size
        self.member_size = member_size
        self.report = report

    def trim(self, value: Any, depth: int, path: Path) -> Any:
        if type(value) in _CONTAINERS and value:
            if depth <= 1:
                value = as_json(value)
            else:
                kept: Any = (
                    self._object(value, depth, path)
                    if type(value) is dict
                    else (self._array(value, depth, path))
                )
                self._spend(2)
                return kept
        if type(value) is str:
            value = cut(value, self.left, path, self.report)
            self._spend(len(value) + 2)
        else:
            self._spend(len(str(value)))
        return value

    def _object(self, value: dict[str, Any], depth: int, path: Path) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key in sorted(value):
            if self.left <= 0:
                self.report.shortened(path, len(value))
                break
            kept[key] = self._member(value[key], depth - 1, (path, key))
        return kept

    def _array(self, value: list[Any], depth: int, path: Path) -> list[Any]:
        kept: list[Any] = []
        for index, item in enumerate(value):
            if self.left <= 0:
                self.report.shortened(path, len(value))
                break
            kept.append(self._member(item, depth - 1, (path, index)))
        return kept

    def _member(self, value: Any, depth: int, path: Path) -> Any:
        if self.member_size is None:
            return self.trim(value, depth, path)
        inner = _Trimming(min(self.left, self.member_size), None, self.report)
        before = inner.left
        kept = inner.trim(value, depth, path)
        self._spend(before - inner.left)
        return kept

    def _spend(self, cost: int) -> None:
        self.left = max(self.left - cost - 1, 0)
