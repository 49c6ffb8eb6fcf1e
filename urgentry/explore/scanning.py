"""Goes through the blocks that a question may concern, a chunk at a time.

The database answers on the event loop, everything that works on blocks runs on a thread. A chunk is
a few milliseconds of such work, during which the interpreter lock changes hands many times.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import ParamSpec, TypeVar

import msgspec

from urgentry import clock
from urgentry.explore.question import Question, TooSlow
from urgentry.storage.database import Database, Transaction
from urgentry.storage.telemetry_reading import (
    ListedBlock,
    list_newest_blocks,
    list_oldest_blocks,
    read_bodies,
)
from urgentry.telemetry.block import Block, open_blocks
from urgentry.telemetry.conditions import Mask, between_times, everything, keys_of, mask_of
from urgentry.telemetry.names import AT
from urgentry.telemetry.verdicts import Verdict, may_hold, verdict

P = ParamSpec("P")
T = TypeVar("T")

_LARGEST_CHUNK = 64


class Candidate(msgspec.Struct, kw_only=True):
    """A block that may hold signals that are asked for."""

    listed: ListedBlock
    verdict: Verdict
    is_within: bool
    """Whether all its signals are of the time that is asked for."""

    @property
    def block(self) -> Block:
        return self.listed.block

    @property
    def is_whole(self) -> bool:
        """Whether all its signals are asked for."""
        return self.is_within and self.verdict is Verdict.ALL


class Desk:
    """Where questions are worked on: a few at a time, each with a budget of time."""

    def __init__(self, database: Database, *, seconds: float, at_once: int) -> None:
        self._database = database
        self._seconds = seconds
        self._permits = asyncio.Semaphore(at_once)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="explore")

    @asynccontextmanager
    async def work(self) -> AsyncIterator["Work"]:
        """A piece of work. TooSlow when its time is up, be it before its turn came."""
        deadline = clock.now() + round(self._seconds * clock.SECOND)
        try:
            await asyncio.wait_for(self._permits.acquire(), self._seconds)
        except TimeoutError:
            raise TooSlow from None
        try:
            async with self._database.snapshot() as tx:
                yield Work(tx, self._threads, deadline)
        finally:
            self._permits.release()

    def close(self) -> None:
        """Ends the threads when they have done what they are at."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Work:
    """One question being worked on."""

    def __init__(self, tx: Transaction, threads: ThreadPoolExecutor, deadline: int) -> None:
        self.tx = tx
        self._threads = threads
        self._deadline = deadline

    async def beside(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a job on a thread. TooSlow when the time is up."""
        if clock.now() > self._deadline:
            raise TooSlow
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(job, *args, **kwargs))

    async def chunks(
        self, question: Question, *, oldest_first: bool = False, first: int = _LARGEST_CHUNK
    ) -> AsyncIterator[list[ListedBlock]]:
        """The blocks of the question's projects and time, in order; the first chunk may be small,
        for questions that are likely to be answered by few blocks."""
        size, place = min(first, _LARGEST_CHUNK), None
        while True:
            if oldest_first:
                listed = await list_oldest_blocks(self.tx, question.scope, after=place, limit=size)
            else:
                listed = await list_newest_blocks(self.tx, question.scope, before=place, limit=size)
            if listed:
                yield listed
            if len(listed) < size:
                return
            place = listed[-1].oldest if oldest_first else listed[-1].newest
            size = min(2 * size, _LARGEST_CHUNK)

    async def asked(self, question: Question, chunk: Sequence[ListedBlock]) -> list[Candidate]:
        """The blocks of a chunk that cannot be passed over."""
        return await self.beside(candidates, question, chunk)

    async def bodies(self, asked: Iterable[Candidate]) -> dict[int, bytes]:
        """The bodies of blocks by id."""
        return await read_bodies(self.tx, [candidate.listed for candidate in asked])


def candidates(question: Question, chunk: Iterable[ListedBlock]) -> list[Candidate]:
    """The blocks of a chunk that cannot be passed over."""
    found = []
    for listed in chunk:
        if not may_hold(question.condition, listed.bloom):
            continue
        known = verdict(question.condition, listed.block)
        if known is not Verdict.NONE:
            is_within = question.start <= listed.min_at and listed.max_at < question.end
            found.append(Candidate(listed=listed, verdict=known, is_within=is_within))
    return found


def matches(
    question: Question,
    chunk: Sequence[Candidate],
    bodies: dict[int, bytes],
    keys: frozenset[str] | None,
) -> Iterator[tuple[Candidate, Mask]]:
    """Opens blocks as far as `keys` (None for everything) and the condition need it; which signals
    of each are asked for. A block whose body has gone has expired meanwhile."""
    present = [candidate for candidate in chunk if candidate.block.id in bodies]
    masks = _tested(question, present, bodies)
    hits = [candidate for candidate in present if masks[candidate.block.id]]
    open_blocks(
        (hit.block, bodies[hit.block.id], _needed(keys, is_within=hit.is_within)) for hit in hits
    )
    for hit in hits:
        block, mask = hit.block, masks[hit.block.id]
        if not hit.is_within:
            mask &= between_times(block, question.start, question.end)
        if mask:
            yield hit, mask
        block.shut()


def _tested(
    question: Question, chunk: Sequence[Candidate], bodies: dict[int, bytes]
) -> dict[int, Mask]:
    """Which signals of each block meet the condition. Only what it looks at is unpacked so far."""
    masks = {found.block.id: everything(found.listed.signals) for found in chunk}
    unknown = [found.block for found in chunk if found.verdict is not Verdict.ALL]
    tested = keys_of(question.condition)
    for block in open_blocks((block, bodies[block.id], tested) for block in unknown):
        masks[block.id] = mask_of(question.condition, block)
        if not masks[block.id]:
            block.shut()
    return masks


def _needed(keys: frozenset[str] | None, *, is_within: bool) -> frozenset[str] | None:
    return keys if keys is None or is_within else keys | {AT}
