"""What is archived until it escalates comes back when it does, and nothing else does."""

import pytest

from tests.stored_issues import NOW, Tenant, event, make_tenant, store
from urgentry import clock
from urgentry.domain.issue import Issue, Status, Substatus
from urgentry.jobs.escalation import escalate_if_due, escalate_issues
from urgentry.storage import activity, issues
from urgentry.storage.database import Database
from urgentry.triage.applying import apply
from urgentry.triage.decisions import Archive
from urgentry.triage.journal import Actor

LATER = NOW + 2 * clock.HOUR


async def happen(database: Database, tenant: Tenant, key: str, times: int, *, at: int) -> None:
    await store(database, *(event(tenant, key=key, at=at) for _ in range(times)), at=at)


async def the_issue(database: Database, issue_id: int = 1) -> Issue:
    async with database.read() as tx:
        [issue] = await issues.list_issues(tx, [issue_id])
    return issue


async def archive(database: Database, tenant: Tenant, how: Archive, *, at: int = NOW) -> None:
    by = Actor(organization_id=tenant.organization_id, account_id=tenant.account_id)
    issue = await the_issue(database)
    await database.write(lambda tx: apply(tx, [issue], [how], by=by, at=at))


async def test_it_comes_back_beyond_ten_times_its_busiest_hour(database: Database) -> None:
    tenant = await make_tenant(database)
    await happen(database, tenant, "boom", 3, at=NOW)
    await archive(database, tenant, Archive())
    await happen(database, tenant, "boom", 30, at=LATER)
    assert await escalate_issues(database, now=LATER) == 0
    await happen(database, tenant, "boom", 1, at=LATER + clock.MINUTE)
    at = LATER + clock.MINUTE
    assert await escalate_issues(database, now=at) == 1
    issue = await the_issue(database)
    assert (issue.status, issue.substatus) == (Status.UNRESOLVED, Substatus.ESCALATING)
    assert (issue.status_changed_at, issue.archived_by) == (at, None)
    async with database.read() as tx:
        newest, *_ = await activity.list_entries(tx, issue.id, limit=9)
    assert (newest.kind, newest.account_id) == ("set_escalating", None)
    assert newest.detail == {"forecast": 30}
    assert await escalate_issues(database, now=at) == 0


async def test_a_steady_issue_comes_back_beyond_five_times_its_rate(database: Database) -> None:
    tenant = await make_tenant(database)
    for days in range(8, 0, -1):
        await happen(database, tenant, "boom", 4, at=NOW - days * clock.DAY)
    await archive(database, tenant, Archive())
    await happen(database, tenant, "boom", 20, at=LATER)
    assert await escalate_issues(database, now=LATER) == 0
    await happen(database, tenant, "boom", 1, at=LATER)
    assert await escalate_issues(database, now=LATER) == 1


@pytest.mark.parametrize(
    "how",
    [Archive(forever=True), Archive(until_at=NOW + clock.DAY), Archive(more_events=1_000)],
    ids=["for ever", "until a time", "until more events"],
)
async def test_what_was_archived_otherwise_stays(database: Database, how: Archive) -> None:
    tenant = await make_tenant(database)
    await happen(database, tenant, "boom", 1, at=NOW)
    await archive(database, tenant, how)
    await happen(database, tenant, "boom", 50, at=LATER)
    assert await escalate_issues(database, now=LATER) == 0
    assert (await the_issue(database)).status is Status.ARCHIVED


async def test_a_storm_that_was_archived_is_expected(database: Database) -> None:
    """Neither in its hour nor in the next one does it come back by going on as before."""
    tenant = await make_tenant(database)
    await happen(database, tenant, "boom", 40, at=NOW)
    await archive(database, tenant, Archive())
    await happen(database, tenant, "boom", 40, at=NOW + clock.MINUTE)
    assert await escalate_issues(database, now=NOW + clock.MINUTE) == 0
    await happen(database, tenant, "boom", 300, at=NOW + clock.HOUR)
    assert await escalate_issues(database, now=NOW + clock.HOUR) == 0


async def test_all_hashes_and_environments_count_together(database: Database) -> None:
    tenant = await make_tenant(database)
    await happen(database, tenant, "boom", 1, at=NOW)
    await archive(database, tenant, Archive())
    for number in range(12):
        keys, environment = (f"other{number}", "boom"), f"e{number % 3}"
        await store(database, event(tenant, keys=keys, environment=environment, at=LATER), at=LATER)
    assert await escalate_issues(database, now=LATER) == 1


async def test_one_server_looks_at_a_time(database: Database) -> None:
    assert await escalate_if_due(database, holder="one")
    assert not await escalate_if_due(database, holder="two")
