"""Attachments in the database: written once, gone with their event, project or retention."""

import secrets

from tests.stored_issues import NOW, event, make_tenant, store
from urgentry import clock
from urgentry.domain.event import day_of, new_row_id
from urgentry.jobs.deletion import remove_leftovers
from urgentry.jobs.housekeeping import forget_expired
from urgentry.jobs.project_deletion import clear_deleted_projects
from urgentry.storage import attachments, blob_names, issues, projects
from urgentry.storage.attachments import NewAttachment
from urgentry.storage.database import Database
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor

TODAY = day_of(NOW)
KEY = "20990101/attachments/1/" + "ab" * 32


def row(event_id: str, *, name: str = "a.txt", days: int = 90, project: int = 1) -> NewAttachment:
    return NewAttachment(
        expires_day=day_of(clock.now()) + days,
        id=new_row_id(clock.now()),
        project_id=project,
        event_id=bytes.fromhex(event_id),
        kind="event.attachment",
        name=name,
        content_type="text/plain",
        size=3,
        sha1=b"\1" * 20,
        blob_key=KEY,
    )


async def insert(database: Database, *rows: NewAttachment) -> list[bool]:
    written = await database.write(lambda tx: attachments.insert_attachments(tx, rows))
    return [each.id in written for each in rows]


async def names(database: Database, event_id: str, *, project: int = 1) -> list[str]:
    today = day_of(clock.now())
    async with database.read() as tx:
        found = await attachments.list_attachments(tx, project, event_id, today=today)
    return [each.name for each in found]


async def test_the_same_file_of_an_event_is_written_once(database: Database) -> None:
    one, other = secrets.token_hex(16), secrets.token_hex(16)
    twice = [row(one), row(one)]
    assert await insert(database, *twice, row(one, name="b.txt"), row(other)) == [
        True,
        False,
        True,
        True,
    ]
    assert await insert(database, row(one), row(one, project=2)) == [False, True]
    assert await insert(database) == []
    assert await names(database, one) == ["a.txt", "b.txt"]
    assert await names(database, other) == ["a.txt"]


async def test_blobs_of_attachments_are_named(database: Database) -> None:
    await insert(database, row(secrets.token_hex(16)), row(secrets.token_hex(16)))
    other = KEY.replace("ab", "cd")
    async with database.read() as tx:
        assert await blob_names.list_named(tx, [KEY, other]) == {KEY}


async def test_what_is_over_is_hidden_and_goes(database: Database) -> None:
    event_id = secrets.token_hex(16)
    rows = [row(event_id, name=str(days), days=days) for days in (-1, 0, 1)]
    await insert(database, *rows)
    assert await names(database, event_id) == ["1"]
    await forget_expired(database)
    async with database.read() as tx:
        left = await attachments.list_attachments(tx, 1, event_id, today=0)
    assert [each.name for each in left] == ["1"]


async def test_attachments_go_with_the_events_of_a_deleted_issue(database: Database) -> None:
    tenant = await make_tenant(database)
    gone, kept = secrets.token_hex(16), secrets.token_hex(16)
    await store(database, event(tenant, key="gone", event_id=gone), at=NOW)
    await store(database, event(tenant, key="kept", event_id=kept), at=NOW)
    await insert(database, row(gone), row(kept))
    async with database.read() as tx:
        found = {issue.title: issue for issue in await issues.list_issues(tx, [1, 2])}
    by = Actor(organization_id=tenant.organization_id, account_id=None)
    await database.write(lambda tx: delete(tx, [found["ValueError: gone"]], by=by, at=NOW))
    await remove_leftovers(database, pause=0)
    assert await names(database, gone) == []
    assert await names(database, kept) == ["a.txt"]


async def test_attachments_go_with_their_project(database: Database) -> None:
    tenant = await make_tenant(database)
    mine, other = secrets.token_hex(16), secrets.token_hex(16)
    await insert(database, *(row(mine, name=str(number)) for number in range(450)))
    await insert(database, row(other, project=2))
    await database.write(
        lambda tx: projects.delete_project(tx, project_id=tenant.project_id, at=NOW)
    )
    await clear_deleted_projects(database, grace=0)
    assert await names(database, mine) == []
    assert await names(database, other, project=2) == ["a.txt"]
