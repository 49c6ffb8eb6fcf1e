"""What became of a project's items, as it is read from the roll-up of hours."""

from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.storage import outcomes, rollups
from urgentry.storage.database import Database, Transaction
from urgentry.storage.rollups import OutcomeKey

ERROR, SECURITY = DataCategory.ERROR, DataCategory.SECURITY


async def test_reasons_are_summed_over_keys_hours_and_categories(database: Database) -> None:
    filtered, limited = Outcome.FILTERED, Outcome.RATE_LIMITED
    written = {
        OutcomeKey(1, 1, 100, ERROR, filtered, "localhost"): 3,
        OutcomeKey(1, 2, 101, SECURITY, filtered, "localhost"): 4,
        OutcomeKey(1, 1, 100, ERROR, filtered, "web-crawlers"): 5,
        OutcomeKey(1, 1, 99, ERROR, filtered, "web-crawlers"): 7,
        OutcomeKey(1, 1, 100, ERROR, limited, "key_quota"): 11,
        OutcomeKey(1, 1, 100, DataCategory.ATTACHMENT, filtered, "localhost"): 1 << 40,
        OutcomeKey(2, 1, 100, ERROR, filtered, "localhost"): 13,
    }

    async def write(tx: Transaction) -> None:
        rollups.add_outcomes(tx, written)

    await database.write(write)
    async with database.read() as tx:
        reasons = await outcomes.sum_reasons(
            tx, 1, from_hour=100, outcome=filtered, categories=[ERROR, SECURITY]
        )
    assert reasons == {"localhost": 7, "web-crawlers": 5}
