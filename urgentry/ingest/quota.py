"""The limits of keys: so many events in so many seconds, counted over all replicas.

Each process counts what it admits, and reads once a second what the others wrote. So the limit may
be overshot by what the other replicas admit within one second, and by nothing on a single one.
"""

import asyncio
from collections.abc import Iterable

import msgspec

from urgentry import clock
from urgentry.domain.scope import Scope
from urgentry.errors import StorageError
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import LIMIT_REACHED, Outcome, Rejected
from urgentry.protocol.ratelimits import RateLimit, rate_limit_headers
from urgentry.storage import usage
from urgentry.storage.database import Database

REASON = "key_quota"

_SYNC_SECONDS = 1.0
_LIMITED = (DataCategory.DEFAULT, DataCategory.ERROR, DataCategory.SECURITY)


class _Taken(msgspec.Struct):
    """What this process admitted and wrote in a window, and what the others wrote."""

    ends: int
    admitted: int = 0
    written: int = 0
    others: int = 0


class Quotas:
    """Admits records under the limits of their keys."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taken: dict[usage.UsageKey, _Taken] = {}

    def admit(self, scope: Scope, counted: Iterable[tuple[int, int]], at: int) -> int:
        """Takes one of the key's limit for a record that counts as these categories: the second in
        which the window began, or 0 where no limit is asked. `Rejected` with 429 when the limit is
        reached."""
        if scope.rate_limit is None or not any(each in _LIMITED for each, _ in counted):
            return 0
        count, window = scope.rate_limit
        start = _window_start(scope.key_id, window, at)
        taken = self._taken.setdefault((scope.key_id, start), _Taken(start + window))
        if taken.admitted + taken.others >= count:
            raise _limited(start + window - at // clock.SECOND)
        taken.admitted += 1
        return start

    def settle(self, key_id: int, window_start: int, *, is_written: bool) -> None:
        """Says whether an admitted record was written; one that was not is given back."""
        taken = self._taken.get((key_id, window_start))
        if taken is not None:
            taken.written += is_written
            taken.admitted -= not is_written

    async def run(self) -> None:
        """Reads what other replicas took, until it is cancelled."""
        while True:
            await asyncio.sleep(_SYNC_SECONDS)
            if self._taken:
                await self._sync()

    async def _sync(self) -> None:
        second = clock.now() // clock.SECOND
        self._taken = {key: taken for key, taken in self._taken.items() if taken.ends > second}
        since = min((start for _, start in self._taken), default=second)
        before = {key: taken.written for key, taken in self._taken.items()}
        try:
            async with self._database.read() as tx:
                total = await usage.list_usage(tx, since=since)
        except StorageError:
            return
        for key, written in before.items():
            self._taken[key].others = max(0, total.get(key, 0) - written)


def _window_start(key_id: int, window: int, at: int) -> int:
    """Windows of different keys begin at different seconds, so that not all open at once."""
    second, offset = at // clock.SECOND, key_id * 7919 % window
    return (second - offset) // window * window + offset


def _limited(retry_after_s: int) -> Rejected:
    limit = RateLimit(
        retry_after_s=retry_after_s, categories=_LIMITED, scope="key", reason_code=REASON
    )
    return Rejected(
        Outcome.RATE_LIMITED,
        REASON,
        status=429,
        detail=LIMIT_REACHED,
        headers=rate_limit_headers([limit]),
    )
