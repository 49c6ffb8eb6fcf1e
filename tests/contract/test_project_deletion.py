"""A deleted project leaves nothing, its neighbours keep everything, and its id stays its own."""

import functools

from tests import queries
from tests.batches import write_records
from tests.sessions import session_report
from tests.stored_issues import NOW, Tenant, event, make_project, make_tenant, person, store
from urgentry.jobs.deletion import remove_leftovers
from urgentry.jobs.project_deletion import clear_deleted_projects
from urgentry.storage import projects
from urgentry.storage.database import Database

BY_PROJECT = (
    *("project_team", "project_counter", "project_key", "environment", "release_project"),
    *("tagset", "issue", "hash", "hash_tag", "hash_user", "event_user", "event", "event_id"),
    *("outcome_hour", "activity", "deleted_hash", "deleted_project"),
    *("open_session", "session_hour", "session_user_set"),
)


async def counts(database: Database, project_id: int) -> dict[str, int]:
    """Rows of a project by table, those without any left out."""
    found = {
        table: await queries.value(
            database,
            f"SELECT COUNT(*) FROM {table} WHERE project_id = {project_id}",
        )
        for table in BY_PROJECT
    }
    return {table: count for table, count in found.items() if count}


async def fill(database: Database, tenant: Tenant) -> None:
    """Three hundred issues, more than a chunk; one with all that hangs on an issue."""
    rich = {"environment": "prod", "release": "web@1.0", "user": person("ann")}
    events = [event(tenant, key=f"key {number}") for number in range(300)]
    await store(database, event(tenant, **rich, tags={"browser": "Firefox"}), *events)
    reports = [session_report(user="ann", project_id=tenant.project_id) for _ in range(3)]
    await write_records(database, reports)


async def test_nothing_of_it_is_left(database: Database) -> None:
    tenant = await make_tenant(database)
    neighbour_id = await database.write(
        lambda tx: make_project(tx, tenant.organization_id, "neighbour")
    )
    await fill(database, tenant)
    await store(database, event(tenant, project_id=neighbour_id, user=person("ann")))
    kept = await counts(database, neighbour_id)
    assert kept["event"] == 1
    before = await counts(database, tenant.project_id)
    assert (before["event"], before["open_session"], before["session_hour"]) == (301, 3, 1)

    await database.write(
        functools.partial(projects.delete_project, project_id=tenant.project_id, at=NOW)
    )
    assert "project_key" not in await counts(database, tenant.project_id)
    await clear_deleted_projects(database)
    await remove_leftovers(database, pause=0)
    assert await counts(database, tenant.project_id) == {}
    assert await queries.value(database, "SELECT COUNT(*) FROM event_body") == 1
    assert await counts(database, neighbour_id) == kept


async def test_what_was_on_its_way_is_waited_for(database: Database) -> None:
    tenant = await make_tenant(database)
    await database.write(
        functools.partial(projects.delete_project, project_id=tenant.project_id, at=2**62)
    )
    await clear_deleted_projects(database)
    assert "deleted_project" in await counts(database, tenant.project_id)
    later = await database.write(lambda tx: make_project(tx, tenant.organization_id, "web"))
    assert later > tenant.project_id
