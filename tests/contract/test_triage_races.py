"""Events that arrive while issues are merged or deleted are neither lost nor counted twice."""

import asyncio
import contextlib

from tests.stored_issues import NOW, Tenant, event, make_tenant, person, store
from urgentry import clock
from urgentry.errors import ApiError
from urgentry.storage import issues
from urgentry.storage.database import Database, Transaction
from urgentry.storage.issues import IssueSelection
from urgentry.storage.queries import script
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor
from urgentry.triage.merging import merge

ORPHANS = script(
    "orphans",
    """SELECT COUNT(*) FROM hash
    WHERE issue_id IS NULL OR issue_id NOT IN (SELECT id FROM issue)""",
)
HASHED = script("hashed", "SELECT CAST(COALESCE(SUM(times_seen), 0) AS bigint) FROM hash")
COUNTED = script("counted", "SELECT CAST(COALESCE(SUM(times_seen), 0) AS bigint) FROM issue")
ROUNDS = 12
WRITERS = 3


async def send(database: Database, tenant: Tenant, writer: int) -> None:
    """Events with two hashes each: one that others send too, and one that is often new."""
    for number in range(ROUNDS):
        keys = (f"k{number % 3}", f"w{writer}-{number}")
        user = person(str(number % 4))
        await store(database, event(tenant, keys=keys, at=NOW + number, user=user))
        await asyncio.sleep(0)


async def pick(tx: Transaction, tenant: Tenant) -> list[int]:
    selection = IssueSelection(
        organization_id=tenant.organization_id, project_ids=(tenant.project_id,)
    )
    return await issues.list_matching_ids(tx, selection, limit=2)


async def totals(database: Database) -> tuple[int, int, int]:
    async with database.read() as tx:
        return await tx.value(ORPHANS), await tx.value(HASHED), await tx.value(COUNTED)


async def test_merging_under_load(database: Database) -> None:
    tenant = await make_tenant(database)
    by = Actor(organization_id=tenant.organization_id, account_id=None)

    async def join(tx: Transaction) -> None:
        found = await issues.list_issues(tx, await pick(tx, tenant))
        await merge(tx, found, by=by, at=NOW)

    async def keep_joining() -> None:
        """Too few issues to merge, or another merge took one: then the next round."""
        for _ in range(ROUNDS):
            with contextlib.suppress(ApiError):
                await database.write(join)
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        for writer in range(WRITERS):
            group.create_task(send(database, tenant, writer))
        group.create_task(keep_joining())
        group.create_task(keep_joining())
    assert await totals(database) == (0, ROUNDS * WRITERS, ROUNDS * WRITERS)


async def test_deleting_under_load(database: Database) -> None:
    tenant = await make_tenant(database)
    by = Actor(organization_id=tenant.organization_id, account_id=None)

    async def remove(tx: Transaction) -> None:
        found = await issues.list_issues(tx, await pick(tx, tenant))
        if found:
            await delete(tx, found, by=by, at=NOW + clock.MINUTE)

    async def keep_removing() -> None:
        for _ in range(ROUNDS):
            await database.write(remove)
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        for writer in range(WRITERS):
            group.create_task(send(database, tenant, writer))
        group.create_task(keep_removing())
    orphans, hashed, counted = await totals(database)
    assert orphans == 0
    assert hashed == counted
