"""Bytes in flight: how much request data the process holds at once, from reading to commit.

Taken before a body is read, so that overload is refused by its size and not by running out of
memory. `wire` grows a hold while it unpacks; whoever took the hold lets it go after the answer.
"""

from types import TracebackType
from typing import Self

from urgentry.protocol.limits import body_too_large
from urgentry.protocol.outcome import overloaded


class BytesInFlight:
    """The budget of one process. Not fair by itself: admission decides who may ask."""

    def __init__(self, capacity_bytes: int, *, retry_after_s: int = 10) -> None:
        self.capacity = capacity_bytes
        self.used = 0
        self._retry_after_s = retry_after_s

    def hold(self, expected_bytes: int) -> "Hold":
        """Takes room for a request. Rejected with 429 when there is none, with 413 when there
        never can be.
        """
        hold = Hold(self)
        hold.cover(expected_bytes)
        return hold

    def take(self, count: int) -> None:
        """Takes more, for a hold."""
        if self.used + count > self.capacity:
            raise overloaded(retry_after_s=self._retry_after_s)
        self.used += count

    def give_back(self, count: int) -> None:
        """Gives back what a hold took."""
        self.used -= count


class Hold:
    """One request's part of the budget; a context manager that gives it back, once."""

    def __init__(self, budget: BytesInFlight) -> None:
        self._budget = budget
        self.size = 0

    def cover(self, count: int) -> None:
        """Grows to at least this many bytes. Rejected with 429 when the budget has no room now,
        with 413 when it never can have."""
        if count > self._budget.capacity:
            raise body_too_large()
        if count > self.size:
            self._budget.take(count - self.size)
            self.size = count

    def settle(self, count: int) -> None:
        """Becomes exactly this many bytes, now that the size is known."""
        self.cover(count)
        self._budget.give_back(self.size - count)
        self.size = count

    def release(self) -> None:
        """Gives everything back; a second time does nothing."""
        self._budget.give_back(self.size)
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
