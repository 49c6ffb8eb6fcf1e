"""Every received item is entered once and settled once; nothing vanishes unaccounted.

What a write batch accepts is counted in that batch's own transaction (`store`); what is refused
before is summed here and written once a second, so a crash loses at most a second of refusals.
"""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Protocol

from urgentry import clock
from urgentry.beats import rest
from urgentry.domain.event import hour_of
from urgentry.errors import StorageError, UniqueViolation
from urgentry.metrics import Metrics
from urgentry.protocol.items import DataCategory, Quantities
from urgentry.protocol.outcome import Outcome
from urgentry.storage import recording, rollups
from urgentry.storage.database import Database, Transaction
from urgentry.storage.rollups import OutcomeKey

_FLUSH_SECONDS = 1.0

Counted = tuple[tuple[int, int], ...]


class Owner(Protocol):
    """Whom quantities are counted for."""

    @property
    def project_id(self) -> int: ...

    @property
    def key_id(self) -> int: ...


class Ledger:
    """Counts received and settled items; `run` writes what was refused to the stats."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics
        self._refused: dict[OutcomeKey, int] = {}
        self._unwritten: tuple[bytes, Mapping[OutcomeKey, int]] = (b"", {})
        self._flushing = asyncio.Lock()

    def receive(self, category: DataCategory, count: int = 1) -> None:
        """Enters items that arrived."""
        self._metrics.received_of(category.wire_name).inc(count)

    def settle(
        self, category: DataCategory, outcome: Outcome, reason: str = "", count: int = 1
    ) -> None:
        """Says how items ended."""
        self._metrics.outcomes_of(category.wire_name, outcome.wire_name, reason).inc(count)

    def count(
        self, owner: Owner, outcome: Outcome, reason: str, quantities: Quantities | Counted
    ) -> None:
        """Enters what was not stored into the stats of its project and key."""
        hour = hour_of(clock.now())
        for category, quantity in quantities:
            key = OutcomeKey(owner.project_id, owner.key_id, hour, category, outcome, reason)
            self._refused[key] = self._refused.get(key, 0) + quantity

    def fault(self, category: DataCategory, reason: str) -> None:
        """Counts an item that a fault of ours cost, or made the client send again."""
        self._metrics.errors.labels(category.wire_name, reason).inc()

    async def run(self) -> None:
        """Writes refusals until it is cancelled."""
        while True:
            await rest(_FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Writes the refusals so far, each once; keeps them when the database is away."""
        async with self._flushing:
            if not self._unwritten[1]:
                self._unwritten, self._refused = (secrets.token_bytes(16), self._refused), {}
            if self._unwritten[1]:
                await self._write(*self._unwritten)

    async def _write(self, batch_id: bytes, refused: Mapping[OutcomeKey, int]) -> None:
        """The same refusals go out under the same id until it is known that they were written."""

        async def body(tx: Transaction) -> None:
            recording.enter_batches(tx, [batch_id], at=clock.now())
            rollups.add_outcomes(tx, refused)

        try:
            await self._database.write(body)
        except UniqueViolation:  # an attempt went through whose answer was lost
            pass
        except StorageError:
            return
        self._unwritten = (b"", {})
