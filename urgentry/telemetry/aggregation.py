"""Counts and measures of signals: over everything, by attributes, by spans of time.

An `Aggregation` takes one opened block after the other and keeps a few numbers a group. A block of
which the directory alone tells that all signals count need not be opened: see `add_uncounted`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from urgentry.errors import UrgentryError
from urgentry.telemetry.block import Block
from urgentry.telemetry.columns import NUMBER
from urgentry.telemetry.conditions import Mask, as_flags, everything, keys_of, mask_of
from urgentry.telemetry.measures import (
    OF_NUMBERS,
    Function,
    Gauge,
    Measure,
    Source,
    new_gauge,
)
from urgentry.telemetry.names import AT

MOST_GROUPS = 100_000

GroupKey = tuple[Any, ...]


class TooManyGroups(UrgentryError):
    """The attributes that signals are grouped by have more values than can be kept."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """Spans of time of equal width, the first from `start` on; microseconds."""

    start: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """By what signals are grouped, and what is measured of each group. With buckets, the number of
    the bucket is the first part of each group's key."""

    keys: tuple[str, ...] = ()
    measures: tuple[Measure, ...]
    buckets: Buckets | None = None

    def needs(self) -> frozenset[str]:
        """The attributes that have to be read."""
        needed = set(self.keys) | {measure.key for measure in self.measures if measure.key}
        for measure in self.measures:
            needed |= keys_of(measure.condition)
        return frozenset(needed | {AT} if self.buckets else needed)

    @property
    def sources(self) -> tuple[Source, ...]:
        """What is read of each signal, each once."""
        return tuple(dict.fromkeys(measure.source for measure in self.measures))


class Aggregation:
    """The groups so far."""

    def __init__(self, grouping: Grouping, *, most_groups: int = MOST_GROUPS) -> None:
        self._grouping = grouping
        self._sources = grouping.sources
        self._most_groups = most_groups
        self._groups: dict[GroupKey, list[Gauge]] = {}
        self.needs = grouping.needs()
        """The attributes that have to be read."""
        if not grouping.keys and grouping.buckets is None:
            self._gauges(())

    @property
    def needs_no_values(self) -> bool:
        """Whether it is enough to know how many signals there are."""
        return not self.needs

    def add_uncounted(self, count: int) -> None:
        """Takes so many signals of an unopened block; for `needs_no_values`."""
        for gauge in self._gauges(()):
            gauge.add(range(count))

    def add(self, block: Block, mask: Mask) -> None:
        """Takes the signals of an opened block that a mask holds."""
        if not mask:
            return
        groups = self._groups_of(block)
        for number, source in enumerate(self._sources):
            held = mask & mask_of(source.condition, block)
            values = _values(block, source)
            if groups is None:
                chosen = values if held == everything(block.count) else _held(values, held)
                self._feed((), number, source, list(chosen))
                continue
            by_group: dict[GroupKey, list[Any]] = {}
            flags = as_flags(held, block.count)
            for group, value in zip(compress(groups, flags), compress(values, flags), strict=True):
                found = by_group.get(group)
                if found is None:
                    found = by_group[group] = []
                found.append(value)
            for group, found in by_group.items():
                self._feed(group, number, source, found)

    def results(self) -> Iterator[tuple[GroupKey, tuple[float | None, ...]]]:
        """Each group with its measures, in no order."""
        places = [self._sources.index(measure.source) for measure in self._grouping.measures]
        for group, gauges in self._groups.items():
            yield (
                group,
                tuple(
                    measure.read(gauges[place])
                    for measure, place in zip(self._grouping.measures, places, strict=True)
                ),
            )

    def _feed(self, group: GroupKey, number: int, source: Source, values: list[Any]) -> None:
        gauge = self._gauges(group)[number]
        if source.key is not None:
            values = [value for value in values if value is not None]
        gauge.add(values)

    def _gauges(self, group: GroupKey) -> list[Gauge]:
        gauges = self._groups.get(group)
        if gauges is None:
            if len(self._groups) >= self._most_groups:
                raise TooManyGroups(f"there are more than {self._most_groups} groups")
            gauges = self._groups[group] = [new_gauge(source) for source in self._sources]
        return gauges

    def _groups_of(self, block: Block) -> Sequence[GroupKey] | None:
        """The group of each signal; None where there is only one for all."""
        parts: list[Sequence[Any]] = []
        buckets = self._grouping.buckets
        if buckets is not None:
            start, width = buckets.start, buckets.width
            parts.append([(at - start) // width for at in block.times])
        parts += [values_of(block, key) for key in self._grouping.keys]
        return list(zip(*parts, strict=True)) if parts else None


def values_of(block: Block, key: str) -> Sequence[Any]:
    """The value of an attribute for each signal, whatever its type; None where there is none."""
    return _merged([view.expand() for view in block.view(key)], block.count)


def _values(block: Block, source: Source) -> Sequence[Any]:
    if source.key is None:
        return range(block.count)
    views = block.view(source.key)
    if source.kind in OF_NUMBERS:
        views = [view for view in views if view.type == NUMBER]
    return _merged([view.expand() for view in views], block.count)


def _merged(columns: list[Sequence[Any]], count: int) -> Sequence[Any]:
    if not columns:
        return [None] * count
    if len(columns) == 1:
        return columns[0]
    return [
        next((value for value in values if value is not None), None)
        for values in zip(*columns, strict=True)
    ]


def _held(values: Sequence[Any], mask: Mask) -> Iterator[Any]:
    return compress(values, as_flags(mask, len(values)))


__all__ = ["Aggregation", "Buckets", "Function", "Grouping", "Measure", "TooManyGroups"]
