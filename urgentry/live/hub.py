"""Follows the change log and hands each entry to everyone whom it concerns."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from urgentry.beats import beat, rest
from urgentry.domain.feed import FeedEntry
from urgentry.errors import StorageError
from urgentry.metrics import Metrics
from urgentry.storage import feed
from urgentry.storage.database import Database

_POLL_SECONDS = 0.25
_REST_SECONDS = 0.05
_CHUNK = 1_000
_BACKLOG = 1_000

log = structlog.get_logger(__name__)

Accepts = Callable[[FeedEntry], bool]


class Ended(Exception):
    """No more entries come: the server stops, or the reader fell too far behind."""


class Subscription:
    """What one reader has not read yet."""

    def __init__(self, accepts: Accepts) -> None:
        self._accepts = accepts
        self._unread: deque[FeedEntry] = deque()
        self._changed = asyncio.Event()
        self._is_ended = False
        self._last = 0

    def offer(self, entry: FeedEntry) -> None:
        """Queues an entry that concerns the reader and that it has not seen."""
        if entry.seq <= self._last or not self._accepts(entry):
            return
        if len(self._unread) >= _BACKLOG:
            self.end()
        elif not self._is_ended:
            self._last = entry.seq
            self._unread.append(entry)
            self._changed.set()

    def end(self) -> None:
        """Nothing more comes after what is unread."""
        self._is_ended = True
        self._changed.set()

    async def next(self) -> FeedEntry:
        """The next entry, in order; `Ended` after the last. A reader that was too slow comes back
        with the number of its last entry, or loads its page anew."""
        while not self._unread:
            if self._is_ended:
                raise Ended
            self._changed.clear()
            await self._changed.wait()
        return self._unread.popleft()


class Hub:
    """One poller for a process; any number of subscriptions and listeners."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics
        self._listeners: list[Callable[[FeedEntry], None]] = []
        self._subscriptions: set[Subscription] = set()
        self._woken = asyncio.Event()
        self._head: int | None = None
        self._is_closed = False

    def listen(self, listener: Callable[[FeedEntry], None]) -> None:
        """Calls `listener` with every entry, for as long as the process lives."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """This process committed something: look now."""
        self._woken.set()

    def close(self) -> None:
        """The server stops: every stream ends, and one that begins now ends at once."""
        self._is_closed = True
        for subscription in self._subscriptions:
            subscription.end()

    @asynccontextmanager
    async def subscribe(
        self, accepts: Accepts, *, after: int | None = None
    ) -> AsyncIterator[Subscription]:
        """Entries that `accepts` takes; those after the number `after` too, if they are kept."""
        subscription = Subscription(accepts)
        if self._head is None:
            await self._find_head()
        if after is not None:
            await self._catch_up(subscription, after)
        if self._is_closed:
            subscription.end()
        self._subscriptions.add(subscription)
        self._metrics.live_streams.set(len(self._subscriptions))
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            self._metrics.live_streams.set(len(self._subscriptions))

    async def run(self) -> None:
        """Follows the log until it is cancelled; outlives an absent database."""
        while True:
            try:
                await self._follow()
            except StorageError as error:
                log.warning("feed_unreachable", error=str(error))
            await rest(_REST_SECONDS)
            await self._wait_for_news()

    async def _follow(self) -> None:
        head = self._head if self._head is not None else await self._find_head()
        async with self._database.read() as tx:
            entries = await feed.list_after(tx, head, limit=_CHUNK)
        for entry in entries:
            self._head = entry.seq
            for listener in self._listeners:
                listener(entry)
            for subscription in self._subscriptions:
                subscription.offer(entry)
        if len(entries) == _CHUNK:
            self._woken.set()

    async def _find_head(self) -> int:
        """Where to begin: the first who asks decides, so that nobody's entries are skipped."""
        async with self._database.read() as tx:
            head = await feed.get_head(tx)
        if self._head is None:
            self._head = head
        return self._head

    async def _wait_for_news(self) -> None:
        beat(_POLL_SECONDS)
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    async def _catch_up(self, subscription: Subscription, after: int) -> None:
        """Reads until the poller has not moved meanwhile: then no entry falls between the two."""
        while True:
            head = self._head
            async with self._database.read() as tx:
                entries = await feed.list_after(tx, after, limit=_CHUNK)
            for entry in entries:
                subscription.offer(entry)
                after = entry.seq
            if len(entries) < _CHUNK and head == self._head:
                return
