"""A bounded memory of pure results, used by the grouping engine for frames and whole stacks.

Two generations stand in for least-recently-used order: a hit in the old one moves to the young
one, and when the young one is full it becomes the old. Both steps cost one dictionary operation.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """Remembers up to `2 * capacity` units of weight; an entry weighs 1 unless told."""

    __slots__ = ("_capacity", "_old", "_weight", "_young")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weight = 0
        self._young: dict[K, tuple[V, int]] = {}
        self._old: dict[K, tuple[V, int]] = {}

    def get(self, key: K) -> V | None:
        """The remembered value, or None; raises TypeError for an unhashable key."""
        entry = self._young.get(key)
        if entry is not None:
            return entry[0]
        entry = self._old.pop(key, None)
        if entry is None:
            return None
        self.put(key, entry[0], weight=entry[1])
        return entry[0]

    def put(self, key: K, value: V, *, weight: int = 1) -> None:
        self._young[key] = (value, weight)
        self._weight += weight
        if self._weight > self._capacity:
            self._old, self._young, self._weight = self._young, {}, 0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)
