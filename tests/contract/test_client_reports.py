"""What clients say that they dropped stands in the stats, on every database."""

from collections.abc import Sequence

from tests.batches import write_records
from tests.queries import rows, value
from urgentry import clock
from urgentry.domain.client_report import MAX_REASONS, ClientReport, Discard
from urgentry.domain.event import hour_of
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.storage.database import Database

NOW = clock.now()
HOUR = hour_of(NOW)


def report(*discards: Discard, hour: int = HOUR, project_id: int = 1) -> ClientReport:
    return ClientReport(
        organization_id=1,
        project_id=project_id,
        key_id=1,
        received=NOW,
        retention_days=90,
        counted=(),
        hour=hour,
        discards=discards,
    )


def discard(reason: str = "queue_overflow", quantity: int = 1) -> Discard:
    return Discard(DataCategory.ERROR, Outcome.CLIENT_DISCARD, reason, quantity)


async def write(database: Database, reports: Sequence[ClientReport]) -> None:
    assert all((await write_records(database, reports)).accepted)


async def test_reports_add_up(database: Database) -> None:
    limited = Discard(DataCategory.SESSION, Outcome.RATE_LIMITED, "", 7)
    await write(database, [report(discard(quantity=2), limited), report(discard(quantity=3))])
    await write(database, [report(discard(), hour=HOUR - 1)])
    found = await rows(
        database,
        """SELECT hour, category, outcome, reason, quantity FROM outcome_hour
        ORDER BY hour, category""",
    )
    assert [tuple(row.values()) for row in found] == [
        (HOUR - 1, DataCategory.ERROR, Outcome.CLIENT_DISCARD, "queue_overflow", 1),
        (HOUR, DataCategory.ERROR, Outcome.CLIENT_DISCARD, "queue_overflow", 5),
        (HOUR, DataCategory.SESSION, Outcome.RATE_LIMITED, "", 7),
    ]


async def test_reasons_of_a_project_and_hour_are_not_too_many(database: Database) -> None:
    names = [f"mine {n}" for n in range(MAX_REASONS + 20)]
    await write(database, [report(*(discard(name) for name in names[:90]))])
    await write(database, [report(*(discard(name) for name in (*names, "before_send")))])
    count = "SELECT count(DISTINCT reason) FROM outcome_hour WHERE project_id = 1"
    assert await value(database, f"{count} AND reason LIKE 'mine%'") == MAX_REASONS
    assert await value(database, "SELECT sum(quantity) FROM outcome_hour") == 90 + len(names) + 1
    others = "SELECT sum(quantity) FROM outcome_hour WHERE reason = 'other'"
    assert await value(database, others) == 20
    known = "SELECT sum(quantity) FROM outcome_hour WHERE reason = 'before_send'"
    assert await value(database, known) == 1


async def test_other_projects_and_hours_have_room_of_their_own(database: Database) -> None:
    await write(database, [report(*(discard(f"mine {n}") for n in range(MAX_REASONS)))])
    await write(database, [report(discard("one more"), project_id=2)])
    await write(database, [report(discard("one more"), hour=HOUR - 1)])
    kept = "SELECT count(*) FROM outcome_hour WHERE reason = 'one more'"
    assert await value(database, kept) == 2
