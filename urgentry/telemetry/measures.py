"""What is computed of a group of signals, and the few numbers that are kept meanwhile.

Several measures of one attribute are read off one gauge: four quantiles, or sum and average.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from urgentry.domain import distinct
from urgentry.telemetry.conditions import ALWAYS, Condition
from urgentry.telemetry.quantiles import Quantiles

_DISTINCT_EXACTLY = 10_000
_DIGEST = (1 << 63) - 1


class Function(StrEnum):
    """What a measure computes."""

    COUNT = "count"
    DISTINCT = "count_unique"
    SUM = "sum"
    AVERAGE = "avg"
    LEAST = "min"
    MOST = "max"
    QUANTILE = "quantile"


@dataclass(frozen=True, slots=True)
class Source:
    """What a gauge is fed with: the values of an attribute (signals where there is none), of those
    signals that meet a condition."""

    kind: str
    key: str | None
    condition: Condition


@dataclass(frozen=True, slots=True)
class Measure:
    """A function over the signals of a group that meet a condition; without a key it counts
    signals. `share` (0 to 1) is for quantiles."""

    function: Function
    key: str | None = None
    share: float = 0.5
    condition: Condition = ALWAYS

    @property
    def source(self) -> Source:
        """The gauge that it is read off."""
        return Source(_GAUGE_OF[self.function], self.key, self.condition)

    def read(self, gauge: "Gauge") -> float | None:
        """What the gauge says; None where there was no value."""
        return gauge.read(self)


class Gauge(Protocol):
    """Takes the values of a group, a block at a time."""

    def add(self, values: Sequence[Any]) -> None: ...

    def read(self, measure: Measure) -> float | None: ...


class _Count:
    def __init__(self) -> None:
        self.count = 0

    def add(self, values: Sequence[Any]) -> None:
        self.count += len(values)

    def read(self, _: Measure) -> float | None:
        return self.count


class _Numbers:
    def __init__(self) -> None:
        self.count = 0
        self.total: float = 0
        self.least: float | None = None
        self.most: float | None = None

    def add(self, values: Sequence[Any]) -> None:
        if values:
            self.count += len(values)
            self.total += sum(values)
            least, most = min(values), max(values)
            self.least = least if self.least is None else min(self.least, least)
            self.most = most if self.most is None else max(self.most, most)

    def read(self, measure: Measure) -> float | None:
        match measure.function:
            case Function.LEAST:
                return self.least
            case Function.MOST:
                return self.most
            case Function.AVERAGE:
                return self.total / self.count if self.count else None
            case _:
                return self.total if self.count else None


class _Quantiles:
    def __init__(self) -> None:
        self.numbers = Quantiles()

    def add(self, values: Sequence[Any]) -> None:
        self.numbers.add(values)

    def read(self, measure: Measure) -> float | None:
        return self.numbers.at(measure.share)


class _Distinct:
    """Exact up to ten thousand values, an estimate within some per cent above."""

    def __init__(self) -> None:
        self.values: set[Any] = set()
        self.registers: bytearray | None = None

    def add(self, values: Sequence[Any]) -> None:
        if self.registers is None:
            self.values.update(values)
            if len(self.values) <= _DISTINCT_EXACTLY:
                return
            self.registers = bytearray(distinct.REGISTERS)
            values, self.values = list(self.values), set()
        for value in values:
            distinct.add(self.registers, hash(str(value)) & _DIGEST)

    def read(self, _: Measure) -> float | None:
        if self.registers is None:
            return len(self.values)
        return distinct.estimate(self.registers)


_GAUGE_OF = {
    Function.COUNT: "count",
    Function.DISTINCT: "distinct",
    Function.SUM: "numbers",
    Function.AVERAGE: "numbers",
    Function.LEAST: "numbers",
    Function.MOST: "numbers",
    Function.QUANTILE: "quantiles",
}
_GAUGES: dict[str, type[Gauge]] = {
    "count": _Count,
    "distinct": _Distinct,
    "numbers": _Numbers,
    "quantiles": _Quantiles,
}
OF_NUMBERS = frozenset({"numbers", "quantiles"})
"""Gauges that take numbers alone."""


def new_gauge(source: Source) -> Gauge:
    """A gauge that has seen nothing."""
    return _GAUGES[source.kind]()
