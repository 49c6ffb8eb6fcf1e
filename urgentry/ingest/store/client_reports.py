"""Writes the client reports of a batch: their counts join those of what the batch received."""

from collections import Counter
from collections.abc import Iterable, Sequence

from urgentry.domain.client_report import (
    KNOWN_REASONS,
    MAX_REASONS,
    OTHER_REASON,
    ClientReport,
)
from urgentry.ingest.store.context import BatchContext
from urgentry.storage import outcomes
from urgentry.storage.database import Transaction
from urgentry.storage.outcomes import ProjectHour
from urgentry.storage.rollups import OutcomeKey


async def write_client_reports(
    tx: Transaction,
    reports: Sequence[ClientReport],
    _bodies: Sequence[bytes],
    context: BatchContext,
) -> dict[int, str]:
    """Adds what the reports say; every one is kept."""
    quantities = _sum(reports)
    reasons = await _Reasons.read(tx, quantities)
    for key, quantity in sorted(quantities.items()):
        context.outcomes[reasons.bounded(key)] += quantity
    return {}


def _sum(reports: Iterable[ClientReport]) -> Counter[OutcomeKey]:
    quantities: Counter[OutcomeKey] = Counter()
    for report in reports:
        for discard in report.discards:
            key = OutcomeKey(
                project_id=report.project_id,
                key_id=report.key_id,
                hour=report.hour,
                category=discard.category,
                outcome=discard.outcome,
                reason=discard.reason,
            )
            quantities[key] += discard.quantity
    return quantities


class _Reasons:
    """The reasons that a project's hour has so far: clients may make up any, but not too many.

    Transactions at the same time do not see each other's, so each may take the last places; the
    number stays bounded all the same.
    """

    def __init__(self, taken: dict[ProjectHour, set[str]]) -> None:
        self._taken = taken

    @classmethod
    async def read(cls, tx: Transaction, keys: Iterable[OutcomeKey]) -> "_Reasons":
        """Asks for the hours of which a reason is not known beforehand, if there are any."""
        hours = {_hour(key) for key in keys if key.reason not in KNOWN_REASONS}
        return cls(await outcomes.list_reasons(tx, hours) if hours else {})

    def bounded(self, key: OutcomeKey) -> OutcomeKey:
        """The key under which it is counted."""
        if key.reason in KNOWN_REASONS:
            return key
        taken = self._taken.setdefault(_hour(key), set())
        if key.reason not in taken and len(taken) >= MAX_REASONS:
            return key._replace(reason=OTHER_REASON)
        taken.add(key.reason)
        return key


def _hour(key: OutcomeKey) -> ProjectHour:
    return ProjectHour(key.project_id, key.hour)
