"""Databags: values of the user's own shape (`extra`, frame variables, request bodies …), small.

A bag has a depth below which containers become their JSON text, and a number of bytes that its
members may use up in order; what comes later is cut off. The rules are those of Sentry's trimming
(spec 7 and appendix A), so that the same event is stored whichever server takes it.
"""

from typing import Any

import orjson

from urgentry.ingest.normalize.fields import ABSENT, Field, as_json, cut, reject
from urgentry.ingest.normalize.report import Path, Report

_CONTAINERS = (dict, list)


def bag(
    depth: int, size: int, *, objects_only: bool = False, member_size: int | None = None
) -> Field:
    """A field for a databag; `member_size` limits each direct member as well."""

    def fit(value: Any, path: Path, report: Report) -> Any:
        if objects_only and type(value) is not dict:
            return reject(value, path, report, "expected an object")
        return fit_bag(value, depth, size, path, report, member_size) if value else _scalar(value)

    return Field(None, None, fit)


def _scalar(value: Any) -> Any:
    return ABSENT if type(value) in _CONTAINERS else value


def fit_bag(
    value: Any, depth: int, size: int, path: Path, report: Report, member_size: int | None = None
) -> Any:
    """`value` itself where it is provably within its limits, else a trimmed copy."""
    if is_small(value, depth, size if member_size is None else min(size, member_size)):
        return value
    return _Trimming(size, member_size, report).trim(value, depth, path)


def is_small(value: Any, depth: int, size: int) -> bool:
    """True proves that trimming would change nothing: no cost is above the JSON text's length."""
    kind = type(value)
    if kind is str:
        return len(value) <= size
    if kind not in _CONTAINERS:
        return True
    if not _is_shallow(value, depth):
        return False
    return len(orjson.dumps(value)) <= size


def _is_shallow(value: Any, depth: int) -> bool:
    # Written out for both containers: this runs once for every member of every bag.
    if depth <= 1:
        return not value
    inner = value.values() if type(value) is dict else value
    for item in inner:
        kind = type(item)
        if (kind is dict or kind is list) and not _is_shallow(item, depth - 1):
            return False
    return True


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
            kept[key] = self._member(value[key], depth - 1, (*path, key))
        return kept

    def _array(self, value: list[Any], depth: int, path: Path) -> list[Any]:
        kept: list[Any] = []
        for index, item in enumerate(value):
            if self.left <= 0:
                self.report.shortened(path, len(value))
                break
            kept.append(self._member(item, depth - 1, (*path, index)))
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
