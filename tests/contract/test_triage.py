"""What people decide, and what later events make of it, on every database."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from tests.stored_issues import NOW, Tenant, event, hash_of, make_tenant, person, store
from urgentry import clock
from urgentry.domain.issue import Issue, Priority, Resolution, Status, Substatus
from urgentry.errors import ApiError, FieldError
from urgentry.storage import activity, events, feed, issues, stats, tags
from urgentry.storage.database import Database, Transaction
from urgentry.storage.events import EventSelection
from urgentry.triage.applying import apply
from urgentry.triage.decisions import (
    Archive,
    Assign,
    Bookmark,
    Decision,
    MarkReviewed,
    Resolve,
    SetPriority,
    Unresolve,
)
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor
from urgentry.triage.merging import merge, unmerge

LATER = NOW + clock.HOUR


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    return await make_tenant(database)


def actor(tenant: Tenant) -> Actor:
    return Actor(organization_id=tenant.organization_id, account_id=tenant.account_id)


async def all_issues(database: Database, tenant: Tenant) -> list[Issue]:
    selection = issues.IssueSelection(
        organization_id=tenant.organization_id, project_ids=(tenant.project_id,)
    )
    async with database.read() as tx:
        page = await issues.list_page(tx, selection, sort=issues.Sort.NEW, limit=100)
    return sorted(page.issues, key=lambda issue: issue.short_id)


async def decide(
    database: Database, tenant: Tenant, *decisions: Decision, at: int = NOW + clock.MINUTE
) -> Issue:
    """Applies decisions to the first issue; the issue then."""
    [issue, *_] = await all_issues(database, tenant)
    await database.write(lambda tx: apply(tx, [issue], decisions, by=actor(tenant), at=at))
    [changed, *_] = await all_issues(database, tenant)
    return changed


async def log_of(database: Database, issue_id: int) -> list[str]:
    """The kinds of entries of an issue's log, oldest first."""
    async with database.read() as tx:
        entries = await activity.list_entries(tx, issue_id, limit=100)
    return [entry.kind for entry in reversed(entries)]


async def send(database: Database, tenant: Tenant, at: int = LATER, **given: str) -> Issue:
    """One more event of the first issue; the issue then."""
    await store(database, event(tenant, at=at, received=at, **given), at=at)
    [issue, *_] = await all_issues(database, tenant)
    return issue


async def test_resolved_regresses_with_a_later_event(database: Database, tenant: Tenant) -> None:
    await store(database, event(tenant))
    resolved = await decide(database, tenant, Resolve())
    assert (resolved.status, resolved.substatus) == (Status.RESOLVED, None)
    assert resolved.resolved_by == tenant.account_id
    late = await send(database, tenant, at=NOW - clock.HOUR)
    assert late.status is Status.RESOLVED
    again = await send(database, tenant)
    assert (again.status, again.substatus) == (Status.UNRESOLVED, Substatus.REGRESSED)
    assert (again.resolution, again.resolved_by) == (None, None)
    assert await log_of(database, again.id) == ["set_resolved", "set_regression"]


async def test_resolved_in_the_next_release(database: Database, tenant: Tenant) -> None:
    await store(database, event(tenant, release="web@1.0.0"))
    await decide(database, tenant, Resolve(resolution=Resolution.NEXT_RELEASE))
    assert (await send(database, tenant, release="web@1.0.0")).status is Status.RESOLVED
    assert (await send(database, tenant, release="web@0.9.0")).status is Status.RESOLVED
    assert (await send(database, tenant)).status is Status.RESOLVED
    assert (await send(database, tenant, release="web@1.0.1")).substatus is Substatus.REGRESSED


async def test_resolved_in_a_given_release(database: Database, tenant: Tenant) -> None:
    await store(database, event(tenant, release="web@1.0.0"))
    await store(database, event(tenant, key="other", release="web@1.2.0"))
    how = Resolve(resolution=Resolution.IN_RELEASE, version="web@1.2.0")
    await decide(database, tenant, how)
    assert (await send(database, tenant, release="web@1.1.9")).status is Status.RESOLVED
    assert (await send(database, tenant, release="web@1.2.0")).substatus is Substatus.REGRESSED
    latest = await decide(
        database, tenant, Resolve(resolution=Resolution.IN_RELEASE, version="latest")
    )
    assert latest.resolution is Resolution.IN_RELEASE


async def test_a_resolution_needs_its_release(database: Database, tenant: Tenant) -> None:
    await store(database, event(tenant))
    for how in (
        Resolve(resolution=Resolution.NEXT_RELEASE),
        Resolve(resolution=Resolution.IN_RELEASE, version="web@9"),
    ):
        with pytest.raises(FieldError):
            await decide(database, tenant, how)


ENDS: list[tuple[Archive, Sequence[int]]] = [
    (Archive(more_events=2), (LATER, LATER + 1)),
    (Archive(until_at=LATER + clock.HOUR), (LATER, LATER + clock.HOUR)),
    (Archive(more_users=1), (LATER,)),
]


@pytest.mark.parametrize(("how", "times"), ENDS)
async def test_an_archive_ends_when_its_condition_is_met(
    database: Database, tenant: Tenant, how: Archive, times: Sequence[int]
) -> None:
    await store(database, event(tenant, user=person("a")))
    archived = await decide(database, tenant, how)
    assert archived.substatus is Substatus.ARCHIVED_UNTIL_CONDITION_MET
    issue = archived
    for at in times:
        assert issue.status is Status.ARCHIVED
        again = event(tenant, at=at, received=at, user=person(str(at)))
        await store(database, again, at=at)
        [issue] = await all_issues(database, tenant)
    assert (issue.status, issue.substatus) == (Status.UNRESOLVED, Substatus.ONGOING)


async def test_archived_for_ever_stays(database: Database, tenant: Tenant) -> None:
    await store(database, event(tenant))
    await decide(database, tenant, Archive(forever=True))
    assert (await send(database, tenant)).substatus is Substatus.ARCHIVED_FOREVER
    opened = await decide(database, tenant, Unresolve())
    assert (opened.status, opened.substatus) == (Status.UNRESOLVED, Substatus.ONGOING)
    assert await log_of(database, opened.id) == ["set_ignored", "set_unresolved"]


async def test_the_log_tells_each_change_once(database: Database, tenant: Tenant) -> None:
    await store(database, event(tenant))
    async with database.read() as tx:
        before = await feed.get_head(tx)
    decisions: list[Decision] = [
        Assign(account_id=tenant.account_id),
        SetPriority(Priority.LOW),
        MarkReviewed(),
        Bookmark(marked=True),
    ]
    for _ in range(2):
        issue = await decide(database, tenant, *decisions)
    assert issue.assignee_account_id == tenant.account_id
    assert (issue.priority, issue.priority_locked) == (Priority.LOW, True)
    assert issue.substatus is Substatus.ONGOING
    assert await log_of(database, issue.id) == ["assigned", "set_priority", "mark_reviewed"]
    await decide(database, tenant, Assign(team_id=tenant.team_id), at=LATER)
    await decide(database, tenant, Assign(), at=LATER + clock.SECOND)
    assert (await log_of(database, issue.id))[-2:] == ["assigned", "unassigned"]
    async with database.read() as tx:
        told = await feed.list_after(tx, before, limit=100)
        assert await issues.list_bookmarked(tx, tenant.account_id, [issue.id]) == {issue.id}
    assert {(entry.kind, entry.issue_id) for entry in told} == {("issue", issue.id)}


async def test_merging_moves_everything(database: Database, tenant: Tenant) -> None:
    hour = clock.HOUR
    await store(
        database,
        event(tenant, key="a", at=NOW - hour, user=person("1"), release="web@1", tags={"t": "x"}),
        event(tenant, key="a", user=person("2"), release="web@2"),
        event(tenant, key="b", at=NOW - 5 * hour, user=person("2"), release="web@0"),
        event(tenant, key="c", user=person("3"), tags={"t": "y"}),
    )
    found = await all_issues(database, tenant)
    target = await database.write(lambda tx: merge(tx, found, by=actor(tenant), at=LATER))
    [merged] = await all_issues(database, tenant)
    assert merged.id == target.id
    assert (merged.times_seen, merged.users_seen) == (4, 3)
    assert (merged.first_seen, merged.last_seen) == (NOW - 5 * hour, NOW)
    async with database.read() as tx:
        versions = await issues.list_release_versions(
            tx, [merged.first_release_id or 0, merged.last_release_id or 0]
        )
        assert versions[merged.first_release_id or 0] == "web@0"
        assert versions[merged.last_release_id or 0] == "web@2"
        for issue in found:
            assert await issues.get_issue(tx, issue.id) == merged
            there = await issues.find_by_short_id(tx, tenant.organization_id, "web", issue.short_id)
            assert there == merged.id
        assert len(await issues.list_hashes(tx, merged.id)) == 3
        tag = await tags.get_tag(tx, merged.id, "t", top=5)
        assert tag is not None
        assert {value.value for value in tag.top_values} == {"x", "y"}
        spans = await stats.list_counts(
            tx, [merged.id], first_bucket=(NOW - 6 * hour) // hour, buckets=8
        )
        assert sum(spans[merged.id]) == 4
        selection = EventSelection(
            organization_id=tenant.organization_id,
            project_id=tenant.project_id,
            issue_id=merged.id,
        )
        newest = await events.list_newest(tx, selection, limit=2)
        rest = await events.list_newest(tx, selection, before=events.place_of(newest[-1]), limit=9)
        oldest = await events.list_oldest(tx, selection, limit=9)
    assert [each.id for each in [*newest, *rest]] == [each.id for each in reversed(oldest)]
    assert len(oldest) == 4
    assert (await send(database, tenant, key="b")).times_seen == 5


async def test_many_users_are_estimated_after_a_merge(database: Database, tenant: Tenant) -> None:
    crowd = [event(tenant, key="a", at=NOW + n, user=person(str(n))) for n in range(1_200)]
    for start in range(0, len(crowd), 400):
        await store(database, *crowd[start : start + 400])
    await store(
        database, *(event(tenant, key="b", user=person(str(n))) for n in range(1_100, 1_400))
    )
    found = await all_issues(database, tenant)
    await database.write(lambda tx: merge(tx, found, by=actor(tenant), at=LATER))
    [merged] = await all_issues(database, tenant)
    assert merged.times_seen == 1_500
    assert abs(merged.users_seen - 1_400) < 100


async def test_unmerging_moves_it_back(database: Database, tenant: Tenant) -> None:
    await store(
        database,
        event(tenant, key="a", user=person("1")),
        event(tenant, key="a", user=person("2")),
        event(tenant, key="b", user=person("2"), title="KeyError: b", payload={"culprit": "b"}),
    )
    found = await all_issues(database, tenant)
    target = await database.write(lambda tx: merge(tx, found, by=actor(tenant), at=LATER))

    def split(*keys: str) -> Callable[[Transaction], Awaitable[int]]:
        hashes = {hash_of(key) for key in keys}
        return lambda tx: unmerge(tx, target, hashes, by=actor(tenant), at=LATER)

    with pytest.raises(ApiError, match="at least one"):
        await database.write(split("a", "b"))
    made = await database.write(split("b"))
    kept, new = await all_issues(database, tenant)
    assert (kept.id, new.id) == (target.id, made)
    assert (kept.times_seen, kept.users_seen, kept.title) == (2, 2, "ValueError: a")
    assert (new.times_seen, new.users_seen, new.title) == (1, 1, "KeyError: b")
    assert new.short_id == 3
    assert await log_of(database, made) == ["unmerge_destination"]
    assert (await log_of(database, kept.id))[-1] == "unmerge_source"
    with pytest.raises(ApiError, match="None of these"):
        await database.write(split("b"))


async def test_issues_of_two_projects_do_not_merge(database: Database, tenant: Tenant) -> None:
    await store(database, event(tenant))
    [issue] = await all_issues(database, tenant)
    with pytest.raises(ApiError, match="at least two"):
        await database.write(lambda tx: merge(tx, [issue], by=actor(tenant), at=LATER))


async def test_what_comes_after_a_deletion_is_new(database: Database, tenant: Tenant) -> None:
    old_id = "a" * 32
    await store(database, event(tenant, event_id=old_id), event(tenant))
    [issue] = await all_issues(database, tenant)
    await decide(database, tenant, Resolve(), Bookmark(marked=True))
    await database.write(lambda tx: delete(tx, [issue], by=actor(tenant), at=LATER))
    assert await all_issues(database, tenant) == []
    async with database.read() as tx:
        assert await issues.get_issue(tx, issue.id) is None
        assert await events.get_event(tx, [tenant.project_id], old_id, now=NOW) is None
    again = await send(database, tenant)
    assert again.id != issue.id
    assert (again.times_seen, again.substatus) == (1, Substatus.NEW)
    assert await log_of(database, again.id) == []
