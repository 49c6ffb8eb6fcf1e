"""What deleted issues leave is removed, and nothing else."""

from tests.stored_issues import NOW, event, make_tenant, person, store
from urgentry.jobs.deletion import remove_leftovers
from urgentry.storage import issues
from urgentry.storage.database import Database
from urgentry.storage.queries import script
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor

TABLES = (
    *("event", "event_body", "event_id", "deleted_hash", "hash", "hash_hour", "hash_tag"),
    *("hash_tag_key", "hash_user", "hash_environment", "hash_release", "hash_user_sketch"),
)


async def count_rows(database: Database) -> dict[str, int]:
    async with database.read() as tx:
        return {
            table: await tx.value(script("count", f"SELECT COUNT(*) FROM {table}"))
            for table in TABLES
        }


async def test_all_of_a_deleted_issue_goes(database: Database) -> None:
    tenant = await make_tenant(database)
    await store(database, event(tenant, key="kept", release="web@1", user=person("1")))
    before = await count_rows(database)
    for start in range(0, 250, 50):
        await store(
            database,
            *(
                event(tenant, key="gone", at=NOW + n, user=person(str(n)), tags={"n": str(n)})
                for n in range(start, start + 50)
            ),
        )
    async with database.read() as tx:
        [issue] = await issues.list_issues(tx, [2])
    by = Actor(organization_id=tenant.organization_id, account_id=None)
    await database.write(lambda tx: delete(tx, [issue], by=by, at=NOW))
    assert (await count_rows(database))["event"] == 251
    await remove_leftovers(database, pause=0)
    assert await count_rows(database) == before
