"""What people said about events: once, hidden when it is over, gone with event or project."""

import secrets

from tests.stored_issues import NOW, event, make_tenant, store
from urgentry import clock
from urgentry.domain.event import day_of, new_row_id
from urgentry.jobs.deletion import remove_leftovers
from urgentry.jobs.housekeeping import forget_expired
from urgentry.jobs.project_deletion import clear_deleted_projects
from urgentry.storage import feedback, issues, projects
from urgentry.storage.database import Database
from urgentry.storage.feedback import NewFeedback
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor


def row(event_id: str, *, days: int = 90, feedback_id: bytes = b"") -> NewFeedback:
    return NewFeedback(
        expires_day=day_of(clock.now()) + days,
        id=new_row_id(clock.now()),
        project_id=1,
        event_id=bytes.fromhex(event_id),
        feedback_id=feedback_id or secrets.token_bytes(16),
        name="Ann",
        email="ann@example.com",
        comments="it broke",
    )


async def insert(database: Database, *rows: NewFeedback) -> int:
    return len(await database.write(lambda tx: feedback.insert_feedback(tx, rows)))


async def count(database: Database, event_id: str, *, today: int | None = None) -> int:
    day = day_of(clock.now()) if today is None else today
    async with database.read() as tx:
        return len(await feedback.list_of_event(tx, 1, event_id, today=day, limit=9))


async def test_the_same_feedback_is_written_once(database: Database) -> None:
    event_id, own = secrets.token_hex(16), secrets.token_bytes(16)
    one = row(event_id, feedback_id=own)
    assert await insert(database, one, row(event_id)) == 2
    assert await insert(database, row(event_id, feedback_id=own)) == 0
    assert await count(database, event_id) == 2


async def test_pages_go_back_in_time(database: Database) -> None:
    rows = [row(secrets.token_hex(16)) for _ in range(5)]
    await insert(database, *rows)
    ids = sorted((each.id for each in rows), reverse=True)
    async with database.read() as tx:
        listed = await feedback.list_of_project(tx, 1, today=0, before=ids[1], limit=2)
    assert [each.id for each in listed] == ids[2:4]


async def test_what_is_over_is_hidden_and_goes(database: Database) -> None:
    event_id = secrets.token_hex(16)
    await insert(database, *(row(event_id, days=days) for days in (-1, 0, 1)))
    assert await count(database, event_id) == 1
    await forget_expired(database)
    assert await count(database, event_id, today=0) == 1


async def test_it_goes_with_the_event_that_it_is_about_or_that_carries_it(
    database: Database,
) -> None:
    tenant = await make_tenant(database)
    gone, kept, carrier = (secrets.token_hex(16) for _ in range(3))
    await store(database, event(tenant, key="gone", event_id=gone), at=NOW)
    await store(database, event(tenant, key="gone", event_id=carrier), at=NOW)
    await store(database, event(tenant, key="kept", event_id=kept), at=NOW)
    await insert(database, row(gone), row(kept), row(kept, feedback_id=bytes.fromhex(carrier)))
    async with database.read() as tx:
        found = {issue.title: issue for issue in await issues.list_issues(tx, [1, 2])}
    by = Actor(organization_id=tenant.organization_id, account_id=None)
    await database.write(lambda tx: delete(tx, [found["ValueError: gone"]], by=by, at=NOW))
    await remove_leftovers(database, pause=0)
    assert await count(database, gone) == 0
    assert await count(database, kept) == 1


async def test_it_goes_with_its_project(database: Database) -> None:
    tenant = await make_tenant(database)
    event_id = secrets.token_hex(16)
    await insert(database, *(row(event_id) for _ in range(450)))
    await database.write(
        lambda tx: projects.delete_project(tx, project_id=tenant.project_id, at=NOW)
    )
    await clear_deleted_projects(database, grace=0)
    assert await count(database, event_id) == 0
