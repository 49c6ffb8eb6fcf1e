"""The queue before the writer: projects take turns, and each has its share of the bytes."""

from collections import deque
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from urgentry.ingest.share import FairShare


class Queued(Protocol):
    """What waits: whose it is, how large, and since when (microseconds)."""

    owner: int
    size: int
    since: int


T = TypeVar("T", bound=Queued)


class FairQueue(Generic[T]):
    """First come, first served within a project; between projects each in turn. What was taken out
    still holds its bytes until `release`."""

    def __init__(self, capacity_bytes: int) -> None:
        self._share = FairShare(capacity_bytes)
        self._turns: dict[int, deque[T]] = {}

    def __bool__(self) -> bool:
        return bool(self._turns)

    def __iter__(self) -> Iterator[T]:
        for waiting in self._turns.values():
            yield from waiting

    @property
    def bytes(self) -> int:
        """Bytes of what waits, and of what was taken out and not released."""
        return self._share.used

    @property
    def oldest(self) -> int | None:
        """Since when the first of those that wait has waited."""
        return min((waiting[0].since for waiting in self._turns.values()), default=None)

    def offer(self, item: T) -> bool:
        """Lets an item wait, where there is room for it."""
        if not self._share.has_room(item.owner, item.size):
            return False
        self._share.take(item.owner, item.size)
        self._turns.setdefault(item.owner, deque()).append(item)
        return True

    def take(self) -> T:
        """The next item. Its project is the last to have another turn."""
        owner, waiting = next(iter(self._turns.items()))
        del self._turns[owner]
        item = waiting.popleft()
        if waiting:
            self._turns[owner] = waiting
        return item

    def release(self, item: T) -> None:
        """The item is written, or nobody waits for it any more."""
        self._share.give_back(item.owner, item.size)

    def clear(self) -> list[T]:
        """Takes everything out and releases it."""
        left = list(self)
        self._turns.clear()
        for item in left:
            self.release(item)
        return left
