"""The quotas of organizations, projects and keys, counted over all replicas.

Two questions are asked here. `check` asks, before anything is parsed, whether something of these
categories could be taken at all; it takes nothing. `admit` takes what a record costs, after the
filters, of every quota or of none.

Each process counts what it admits, reads once a second what the others wrote, and carries that on
at the rate at which it grew. So a quota may be overshot by what the other replicas admit within a
second, and by nothing on a single one. While the database is away, what was last read holds.
"""

import secrets
from collections.abc import Iterable, Sequence

import msgspec

from urgentry import clock
from urgentry.beats import rest
from urgentry.domain.quotas import Quota, Use, Window
from urgentry.domain.scope import Scope
from urgentry.errors import StorageError
from urgentry.ingest.spikes import Spikes
from urgentry.protocol.limited import binding_categories, told_categories
from urgentry.protocol.outcome import LIMIT_REACHED, Outcome, Rejected
from urgentry.protocol.ratelimits import RateLimit
from urgentry.storage import usage
from urgentry.storage.database import Database

_SYNC_SECONDS = 1.0
_CARRIED_ON_S = 2.0
"""Beyond that the others may as well have stopped."""

Counted = Iterable[tuple[int, int]]


class _Taken(msgspec.Struct):
    """What this process admitted in a window, and what the others wrote."""

    admitted: int = 0
    others: int = 0
    others_rate: float = 0.0
    """How much more the others wrote in a second."""
    read_at: int = 0

    def total(self, at: int) -> int:
        """About how much all replicas took by a time."""
        since = min((at - self.read_at) / clock.SECOND, _CARRIED_ON_S)
        return self.admitted + self.others + int(self.others_rate * max(since, 0.0))


class Quotas:
    """Admits records under the quotas that hold for them."""

    def __init__(self, database: Database, spikes: Spikes) -> None:
        self._database = database
        self._spikes = spikes
        self._server = secrets.token_hex(8)
        self._taken: dict[Window, _Taken] = {}

    def check(self, scope: Scope, counted: Counted, at: int) -> None:
        """Raises `Rejected` when nothing that counts as these categories can be taken now."""
        quotas = self._of(scope)
        if not quotas:
            return
        categories = binding_categories(counted)
        if not categories:
            return
        for quota in quotas:
            if quota.concerns(categories) and self._is_exhausted(quota, at):
                raise _limited(quota, at)

    def refuses_all(self, scope: Scope, kinds: Iterable[Counted], at: int) -> Rejected | None:
        """The refusal of a request of which each item would count as one of these, where none of
        them can be taken now."""
        refusal: Rejected | None = None
        for counted in kinds:
            try:
                self.check(scope, counted, at)
            except Rejected as rejected:
                refusal = refusal or rejected
            else:
                return None
        return refusal

    def admit(self, scope: Scope, counted: Counted, at: int) -> tuple[Use, ...]:
        """Takes what something costs that counts as these categories. `Rejected` with 429 when a
        quota has not so much left; then nothing is taken."""
        quotas = self._of(scope)
        if not quotas:
            return ()
        counted = tuple(counted)
        uses = [
            (quota, Use(quota.window_at(at), self._server, quantity))
            for quota in quotas
            if (quantity := _quantity(quota, counted))
        ]
        binding = binding_categories(counted)
        for quota, use in uses:
            total = self._total(use.window, at) + use.quantity
            if total > quota.quantity and quota.concerns(binding):
                raise _limited(quota, at)
        for _, use in uses:
            self._window(use.window).admitted += use.quantity
        return tuple(use for _, use in uses)

    def give_back(self, uses: Iterable[Use]) -> None:
        """What was admitted was not written after all."""
        for use in uses:
            taken = self._taken.get(use.window)
            if taken is not None:
                taken.admitted -= use.quantity

    def active(self, scope: Scope, at: int) -> list[RateLimit]:
        """The limits of which nothing is left now: clients are told them with every answer."""
        return [
            _rate_limit(quota, at) for quota in self._of(scope) if self._is_exhausted(quota, at)
        ]

    async def run(self) -> None:
        """Reads what all replicas took, until it is cancelled."""
        while True:
            await self.sync(clock.now())
            await rest(_SYNC_SECONDS)

    async def sync(self, at: int) -> None:
        """Reads it once. Forgets the windows that are over."""
        second = at // clock.SECOND
        self._taken = {key: each for key, each in self._taken.items() if key.ends > second}
        try:
            async with self._database.read() as tx:
                others = await usage.list_others(tx, at=second, server=self._server)
            await self._spikes.refresh(at)
        except StorageError:
            return
        for window, quantity in others.items():
            _learn(self._window(window), quantity, at)

    def _of(self, scope: Scope) -> Sequence[Quota]:
        if not scope.has_spike_protection:
            return scope.quotas
        return (*scope.quotas, *self._spikes.quotas_of(scope.project_id))

    def _is_exhausted(self, quota: Quota, at: int) -> bool:
        return self._total(quota.window_at(at), at) >= quota.quantity

    def _total(self, window: Window, at: int) -> int:
        taken = self._taken.get(window)
        return taken.total(at) if taken is not None else 0

    def _window(self, window: Window) -> _Taken:
        taken = self._taken.get(window)
        if taken is None:
            taken = self._taken[window] = _Taken()
        return taken


def _quantity(quota: Quota, counted: Iterable[tuple[int, int]]) -> int:
    return sum(quantity for category, quantity in counted if category in quota.categories)


def _learn(taken: _Taken, others: int, at: int) -> None:
    """What the others wrote by now, and how fast that grew since it was read last."""
    elapsed = (at - taken.read_at) / clock.SECOND
    if taken.read_at and elapsed > 0:
        taken.others_rate = max(others - taken.others, 0) / elapsed
    taken.others, taken.read_at = others, at


def _rate_limit(quota: Quota, at: int) -> RateLimit:
    return RateLimit(
        retry_after_s=max(1, quota.window_at(at).ends - at // clock.SECOND),
        categories=told_categories(quota.categories),
        scope=quota.scope,
        reason_code=quota.reason,
    )


def _limited(quota: Quota, at: int) -> Rejected:
    return Rejected(
        Outcome.RATE_LIMITED,
        quota.reason,
        status=429,
        detail=LIMIT_REACHED,
        limits=[_rate_limit(quota, at)],
    )
