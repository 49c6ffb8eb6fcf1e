"""Whether the database has room for what is sent: a floor of free bytes on SQLite's disk, and the
most bytes that a database may take. Below or above them everyone is asked to come back later, while
there still is room for people, for what is waiting and for the removal of what has expired.
"""

import asyncio
import math
import shutil
from pathlib import Path

import structlog

from urgentry import clock
from urgentry.beats import rest
from urgentry.errors import StorageError
from urgentry.protocol.outcome import Outcome, Reason, Rejected
from urgentry.protocol.ratelimits import RateLimit
from urgentry.storage import sizes
from urgentry.storage.database import Database

_ROUND_SECONDS = 1.0
_DATABASE_EVERY = 30 * clock.SECOND
_RETRY_S = 60

log = structlog.get_logger(__name__)


class Space:
    """What is free and what is taken, as of a moment ago."""

    def __init__(
        self,
        database: Database,
        directory: Path | None,
        *,
        min_free_bytes: int,
        max_database_bytes: int,
    ) -> None:
        """`directory` is that of SQLite's file. `max_database_bytes` of 0 is no limit."""
        self._database = database
        self._disk = directory
        self._min_free_bytes = min_free_bytes
        self._max_database_bytes = max_database_bytes
        self._measured_at = 0
        self.free_bytes = math.nan
        """On the disk of SQLite's file; not a number on PostgreSQL, whose disk is elsewhere."""
        self.database_bytes = math.nan
        self.problem: str | None = None

    def check(self) -> None:
        """Raises `Rejected` when nothing may be taken."""
        if self.problem is not None:
            raise Rejected(
                Outcome.RATE_LIMITED,
                Reason.DISK_FULL,
                status=429,
                detail=self.problem,
                limits=[RateLimit(retry_after_s=_RETRY_S, reason_code=Reason.DISK_FULL)],
            )

    async def run(self) -> None:
        """Looks again and again until it is cancelled."""
        while True:
            await self.measure()
            await rest(_ROUND_SECONDS)

    async def measure(self) -> None:
        """Looks once; at the database, which takes longer, only now and then."""
        if self._disk is not None:
            self.free_bytes = await asyncio.to_thread(_free_bytes, self._disk)
        if clock.now() - self._measured_at >= _DATABASE_EVERY:
            try:
                async with self._database.read() as tx:
                    self.database_bytes = await sizes.database_bytes(tx)
                self._measured_at = clock.now()
            except StorageError as error:
                log.debug("size_unknown", error=str(error))
        self._judge()

    def _judge(self) -> None:
        """What is not a number is below nothing and above nothing."""
        problem = None
        if self.free_bytes < self._min_free_bytes:
            problem = "the disk of the server is nearly full; try again later"
        elif self._max_database_bytes and self.database_bytes > self._max_database_bytes:
            problem = "the database has its full size; try again later"
        if problem != self.problem:
            log.warning(
                "no_room" if problem else "room_again",
                problem=problem,
                free_bytes=self.free_bytes,
                database_bytes=self.database_bytes,
            )
        self.problem = problem


def _free_bytes(directory: Path) -> float:
    try:
        return shutil.disk_usage(directory).free
    except OSError:
        return math.nan
