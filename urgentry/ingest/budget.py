"""Bytes in flight: how much request data the process holds at once, from reading to commit.

Taken before a body is read, so that overload is refused by its size and not by running out of
memory, and shared fairly between projects. `wire` grows a hold while it unpacks; whoever took the
hold lets it go after the answer.
"""

from types import TracebackType
from typing import Self

from urgentry.ingest.share import FairShare
from urgentry.protocol.limits import body_too_large
from urgentry.protocol.outcome import overloaded

NOBODY = 0
"""Whose a request is whose project stands in its body."""


class BytesInFlight:
    """The budget of one process."""

    def __init__(self, capacity_bytes: int, *, retry_after_s: int = 10) -> None:
        self.capacity = capacity_bytes
        self._share = FairShare(capacity_bytes)
        self._retry_after_s = retry_after_s

    @property
    def used(self) -> int:
        """Bytes that are held now."""
        return self._share.used

    def hold(self, expected_bytes: int, owner: int = NOBODY) -> "Hold":
        """Takes room for a request of a project. Rejected with 429 when there is none for it, with
        413 when there never can be.
        """
        hold = Hold(self, owner)
        hold.cover(expected_bytes)
        return hold

    def take(self, owner: int, count: int, *, own: int) -> None:
        """Takes more, for a hold that has `own` bytes."""
        if not self._share.has_room(owner, count, own=own):
            raise overloaded(retry_after_s=self._retry_after_s)
        self._share.take(owner, count)

    def move(self, count: int, former: int, owner: int) -> None:
        """Says whose bytes are that were taken for another."""
        self._share.give_back(former, count)
        self._share.take(owner, count)

    def give_back(self, owner: int, count: int) -> None:
        """Gives back what a hold took."""
        self._share.give_back(owner, count)


class Hold:
    """One request's part of the budget; a context manager that gives it back, once."""

    def __init__(self, budget: BytesInFlight, owner: int) -> None:
        self._budget = budget
        self._owner = owner
        self.size = 0

    def cover(self, count: int) -> None:
        """Grows to at least this many bytes. Rejected with 429 when the budget has no room now,
        with 413 when it never can have."""
        if count > self._budget.capacity:
            raise body_too_large()
        if count > self.size:
            self._budget.take(self._owner, count - self.size, own=self.size)
            self.size = count

    def settle(self, count: int) -> None:
        """Becomes exactly this many bytes, now that the size is known."""
        self.cover(count)
        self._budget.give_back(self._owner, self.size - count)
        self.size = count

    def assign(self, owner: int) -> None:
        """Is this project's, now that it is known."""
        self._budget.move(self.size, self._owner, owner)
        self._owner = owner

    def release(self) -> None:
        """Gives everything back; a second time does nothing."""
        self._budget.give_back(self._owner, self.size)
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
