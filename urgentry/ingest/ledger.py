"""Every received item is entered once and settled once; nothing vanishes unaccounted.

What a write batch accepts is counted in that batch's own transaction (`store`); what is refused
before is summed here and written once a second, so a crash loses at most a second of refusals.
"""

import asyncio

from urgentry import clock
from urgentry.domain.event import hour_of
from urgentry.domain.scope import Scope
from urgentry.errors import StorageError
from urgentry.metrics import Metrics
from urgentry.protocol.items import DataCategory, Quantities
from urgentry.protocol.outcome import Outcome
from urgentry.storage import rollups
from urgentry.storage.database import Database, Transaction
from urgentry.storage.rollups import OutcomeKey

_FLUSH_SECONDS = 1.0


class Ledger:
    """Counts received and settled items; `run` writes what was refused to the stats."""

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics
        self._refused: dict[OutcomeKey, int] = {}

    def receive(self, category: DataCategory, count: int = 1) -> None:
        """Enters items that arrived."""
        self._metrics.received.labels(category.wire_name).inc(count)

    def settle(
        self, category: DataCategory, outcome: Outcome, reason: str = "", count: int = 1
    ) -> None:
        """Says how items ended."""
        self._metrics.outcomes.labels(category.wire_name, outcome.wire_name, reason).inc(count)

    def refuse(
        self,
        category: DataCategory,
        outcome: Outcome,
        reason: str,
        *,
        scope: Scope | None,
        quantities: Quantities,
    ) -> None:
        """Settles an item that was not stored, and counts it for its project if that is known."""
        self.settle(category, outcome, reason)
        if scope is None:
            return
        hour = hour_of(clock.now())
        for counted, quantity in quantities:
            key = OutcomeKey(scope.project_id, scope.key_id, hour, counted, outcome, reason)
            self._refused[key] = self._refused.get(key, 0) + quantity

    def fault(self, category: DataCategory, reason: str) -> None:
        """Counts an item that a fault of ours cost, or made the client send again."""
        self._metrics.errors.labels(category.wire_name, reason).inc()

    async def run(self) -> None:
        """Writes refusals until it is cancelled."""
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Writes the refusals so far; keeps them when the database is away."""
        refused, self._refused = self._refused, {}
        if not refused:
            return

        async def body(tx: Transaction) -> None:
            rollups.add_outcomes(tx, refused)

        try:
            await self._database.write(body)
        except StorageError:
            for key, quantity in refused.items():
                self._refused[key] = self._refused.get(key, 0) + quantity
