"""Follows what newly arrives for a question: the live tail of logs, on whatever server it arrived.

It looks again and again at the blocks of the last minutes that it has not seen; there is no message
for each log record, which would cost ingest as much as the records. Blocks are joined meanwhile, so
what was told is known by its id. Called by web.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from urgentry import clock
from urgentry.domain.event import received_of
from urgentry.errors import ApiError
from urgentry.explore.listing import Found
from urgentry.explore.question import Question
from urgentry.explore.scanning import Candidate, Desk, Work, matches
from urgentry.storage.telemetry_reading import ListedBlock
from urgentry.telemetry.conditions import positions

WINDOW = 10 * clock.MINUTE
"""What happened longer ago is not told, however new it is."""
_GRACE = 5 * clock.SECOND
"""For how long a commit may be slower than one of a later receipt."""
_AHEAD = clock.MINUTE
_MOST_BLOCKS = 64
_MOST_TOLD = 100_000


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What is new, oldest first; `missed` is how many more there were."""

    found: list[Found]
    missed: int


class Tails:
    """The tails of a process: no more than so many, and one of them looks at a time."""

    def __init__(self, desk: Desk, *, most: int) -> None:
        self._desk = desk
        self._most = most
        self._open = 0

    def refuse_too_many(self) -> None:
        """ApiError 429 when there is no room for another."""
        if self._open >= self._most:
            raise ApiError(429, "Too many people follow logs at once: try again later.")

    @asynccontextmanager
    async def follow(self, question: Question) -> AsyncIterator["Tail"]:
        """A tail from now on. ApiError 429 when there are too many."""
        self.refuse_too_many()
        self._open += 1
        try:
            yield Tail(self._desk, question)
        finally:
            self._open -= 1


class Tail:
    """What one reader has been told."""

    def __init__(self, desk: Desk, question: Question) -> None:
        self._desk = desk
        self._question = question
        self._since = clock.now()
        self._blocks: set[int] = set()
        self._told: set[int] = set()

    async def news(self, *, limit: int) -> Heard:
        """What has arrived since it was asked last; the newest where there is more than `limit`.
        TooSlow when the server has no time for it now."""
        now = clock.now()
        question = msgspec.structs.replace(
            self._question, start=now - WINDOW, end=now + _AHEAD, now=now
        )
        async with self._desk.work() as work:
            fresh = await self._fresh(work, question)
            asked = await work.asked(question, fresh[:_MOST_BLOCKS])
            found = await work.beside(self._read, question, asked, await work.bodies(asked))
        found.sort(key=lambda each: each.signal.order)
        skipped = sum(listed.signals for listed in fresh[_MOST_BLOCKS:])
        return Heard(
            found=found[max(0, len(found) - limit) :],
            missed=max(0, len(found) - limit) + skipped,
        )

    async def _fresh(self, work: Work, question: Question) -> list[ListedBlock]:
        """Blocks that were not there before, the newest first."""
        listed = [each async for chunk in work.chunks(question) for each in chunk]
        fresh = [each for each in listed if each.block.id not in self._blocks]
        self._blocks = {each.block.id for each in listed}
        return fresh

    def _read(
        self, question: Question, asked: Sequence[Candidate], bodies: dict[int, bytes]
    ) -> list[Found]:
        found: list[Found] = []
        for candidate, mask in matches(question, asked, bodies, None):
            block = candidate.block
            signals = block.signals(positions(mask, block.count))
            found += [
                Found(project_id=block.project_id, signal=signal)
                for signal in signals
                if received_of(signal.id) >= self._since and signal.id not in self._told
            ]
        self._remember([each.signal.id for each in found])
        return found

    def _remember(self, rows: Sequence[int]) -> None:
        if not rows:
            return
        self._told.update(rows)
        newest = received_of(max(rows))
        grace = _GRACE if len(self._told) < _MOST_TOLD else 0
        self._since = max(self._since, newest - grace)
        self._told = {row for row in self._told if received_of(row) >= self._since}
