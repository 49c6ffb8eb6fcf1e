"""What is new does not stay new: after a week an open issue is ongoing, as in Sentry."""

from urgentry import clock
from urgentry.beats import rest
from urgentry.domain.activity import ActivityKind
from urgentry.errors import StorageError
from urgentry.storage import issues
from urgentry.storage.database import Database, Transaction
from urgentry.triage.journal import Actor, Journal

AGE = 7 * clock.DAY
_ROUND_SECONDS = 3600.0
_PAUSE_SECONDS = 0.05
_CHUNK = 200


async def keep_aging(database: Database) -> None:
    """Looks once an hour until it is cancelled; waits out an absent database."""
    while True:
        await rest(_ROUND_SECONDS)
        try:
            await age_issues(database, now=clock.now())
        except StorageError:
            continue


async def age_issues(database: Database, *, now: int) -> None:
    """Makes ongoing what has been new, regressed or escalating for a week."""
    before = now - AGE
    waiting = True
    while waiting:
        async with database.read() as tx:
            found = await issues.list_waiting(tx, before=before, limit=_CHUNK)
        for organization_id, issue_ids in found.items():
            await _age(database, organization_id, issue_ids, before=before, now=now)
        waiting = sum(map(len, found.values())) == _CHUNK
        await rest(_PAUSE_SECONDS)


async def _age(
    database: Database, organization_id: int, issue_ids: list[int], *, before: int, now: int
) -> None:
    async def body(tx: Transaction) -> None:
        journal = Journal(Actor(organization_id=organization_id, account_id=None), now)
        for issue in await issues.set_ongoing(tx, issue_ids, before=before):
            journal.log(issue, ActivityKind.AUTO_SET_ONGOING, after_days=AGE // clock.DAY)
        await journal.write(tx)

    await database.write(body)
