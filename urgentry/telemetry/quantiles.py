"""Quantiles of many numbers: exact for a few thousand, within one per cent above that."""

import math
from array import array
from collections import Counter
from collections.abc import Sequence

_EXACT_UP_TO = 4_096
_ERROR = 0.01
_BASE = math.log((1 + _ERROR) / (1 - _ERROR))
_SMALLEST = 1e-9


class Quantiles:
    """Takes numbers, answers quantiles. Above a few thousand numbers it keeps how many lie in each
    step of a geometric scale, and no longer the numbers themselves."""

    def __init__(self) -> None:
        self._exact = array("d")
        self._steps: Counter[int] = Counter()
        """By step: above 0 positive numbers, below 0 negative ones; at 0 what is nearly nothing."""
        self._low, self._high = math.inf, -math.inf

    def add(self, numbers: Sequence[float]) -> None:
        """Takes numbers, none of which is infinite."""
        if not numbers:
            return
        low, high = min(numbers), max(numbers)
        self._low, self._high = min(self._low, low), max(self._high, high)
        if self._steps:
            self._steps.update(map(_step, numbers))
            return
        self._exact.extend(numbers)
        if len(self._exact) > _EXACT_UP_TO:
            self._steps.update(map(_step, self._exact))
            self._exact = array("d")

    def at(self, share: float) -> float | None:
        """The number below which a share (0 to 1) of all lie; None when there is none."""
        if self._exact:
            return _between(sorted(self._exact), share)
        if not self._steps:
            return None
        if share <= 0 or share >= 1:
            return self._low if share <= 0 else self._high
        return min(max(self._at_step(share), self._low), self._high)

    def _at_step(self, share: float) -> float:
        rank = share * (self._steps.total() - 1)
        passed = 0
        for step, count in sorted(self._steps.items()):
            passed += count
            if passed > rank:
                return _middle(step)
        return self._high


def _between(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted numbers, between the two nearest."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


_OFFSET = int(math.log(_SMALLEST) / _BASE) - 1


def _step(number: float) -> int:
    if number >= _SMALLEST:
        return math.ceil(math.log(number) / _BASE) - _OFFSET
    if number <= -_SMALLEST:
        return _OFFSET - math.ceil(math.log(-number) / _BASE)
    return 0


def _middle(step: int) -> float:
    if step == 0:
        return 0.0
    size = math.exp((abs(step) + _OFFSET) * _BASE) * (1 - _ERROR)
    return size if step > 0 else -size
