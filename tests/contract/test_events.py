"""Events of an issue and of a project: in order, without gaps, found by what they are."""

import pytest

from tests.stored_issues import NOW, Tenant, event, make_tenant, person, store
from urgentry import clock
from urgentry.search.events import event_condition, in_environments, within_span
from urgentry.search.scope import SearchScope
from urgentry.storage import events, issues
from urgentry.storage.database import Database, Transaction
from urgentry.storage.events import EventSelection, StoredEvent, place_of
from urgentry.triage.journal import Actor
from urgentry.triage.merging import merge

IDS = [f"{number:032x}" for number in range(8)]


@pytest.fixture
async def tenant(database: Database) -> Tenant:
    """One issue with three hashes; events 0 to 7 in order of time, some at the same time."""
    tenant = await make_tenant(database)
    second = clock.SECOND
    await store(
        database,
        event(tenant, event_id=IDS[0], key="a", at=NOW, environment="dev"),
        event(tenant, event_id=IDS[1], key="b", at=NOW + second, tags={"page": 'a"b'}),
        event(tenant, event_id=IDS[2], key="c", at=NOW + second, tags={"page": "cart"}),
        event(tenant, event_id=IDS[3], key="a", at=NOW + second, level="warning"),
        event(tenant, event_id=IDS[4], key="a", at=NOW + 2 * second, user=person("7")),
        event(tenant, event_id=IDS[5], key="b", at=NOW + 3 * second, release="web@1.2.0"),
        event(tenant, event_id=IDS[6], key="b", at=NOW + 4 * second, tags={"handled": "no"}),
        event(tenant, event_id=IDS[7], key="c", at=NOW + 4 * second, environment="prod"),
    )

    async def join(tx: Transaction) -> None:
        by = Actor(organization_id=tenant.organization_id, account_id=None)
        await merge(tx, await issues.list_issues(tx, [1, 2, 3]), by=by, at=NOW)

    await database.write(join)
    return tenant


async def selection_of(database: Database, tenant: Tenant) -> EventSelection:
    async with database.read() as tx:
        stored = await events.get_event(tx, [tenant.project_id], IDS[0], now=NOW)
    assert stored is not None
    return EventSelection(
        organization_id=tenant.organization_id,
        project_id=tenant.project_id,
        issue_id=stored.issue_id,
    )


def numbers(found: list[StoredEvent]) -> list[int]:
    return [int(stored.event_id, 16) for stored in found]


async def test_pages_meet_in_both_directions(database: Database, tenant: Tenant) -> None:
    of_issue = await selection_of(database, tenant)
    of_project = EventSelection(
        organization_id=tenant.organization_id, project_id=tenant.project_id
    )
    async with database.read() as tx:
        everything = await events.list_newest(tx, of_issue, limit=100)
        assert sorted(numbers(everything)) == list(range(8))
        assert [(each.timestamp, each.id) for each in everything] == sorted(
            ((each.timestamp, each.id) for each in everything), reverse=True
        )
        for selection in (of_issue, of_project):
            place = None
            down: list[StoredEvent] = []
            for _ in range(3):
                down += await events.list_newest(tx, selection, before=place, limit=3)
                place = place_of(down[-1])
            assert down == everything
            up = await events.list_oldest(tx, selection, after=place, limit=5)
            up += await events.list_oldest(tx, selection, after=place_of(up[-1]), limit=5)
            assert up == everything[::-1][1:]


SEARCHES = {
    "": list(range(8)),
    "page:cart": [2],
    "page:c*": [2],
    'page:"a\\"b"': [1],
    "!page:cart": [0, 1, 3, 4, 5, 6, 7],
    "has:page": [1, 2],
    '"a\\"b":x': [],
    '"a\\\\":x': [],
    '"$.x[0]":x': [],
    "level:warning": [3],
    "user.id:7": [4],
    "user.email:7@*": [4],
    "has:user": [4],
    "!has:user level:error": [0, 1, 2, 5, 6, 7],
    "release:web@1.2.0": [5],
    "release:latest": [5],
    "release.version:>1": [5],
    'release:""': [0, 1, 2, 3, 4, 6, 7],
    "environment:[dev, prod]": [0, 7],
    "has:environment": [0, 7],
    "error.unhandled:true": [6],
    f"id:{IDS[3]} OR id:{IDS[4]}": [3, 4],
    "timestamp:<=2026-09-21T14:13:20": [0],
    "timestamp:2026-09-21": list(range(8)),
}


async def test_searches(database: Database, tenant: Tenant) -> None:
    scope = SearchScope(
        organization_id=tenant.organization_id,
        project_ids=(tenant.project_id,),
        account_id=None,
        now=NOW,
    )
    base = await selection_of(database, tenant)
    found = {}
    async with database.read() as tx:
        for query in SEARCHES:
            condition = event_condition(query, scope)
            selection = EventSelection(
                organization_id=base.organization_id,
                project_id=base.project_id,
                issue_id=base.issue_id,
                condition=condition,
            )
            found[query] = sorted(numbers(await events.list_newest(tx, selection, limit=20)))
    assert found == SEARCHES


async def test_environments_and_spans(database: Database, tenant: Tenant) -> None:
    base = await selection_of(database, tenant)
    async with database.read() as tx:
        for condition, expected in (
            (in_environments(("prod",)), [7]),
            (in_environments(()), list(range(8))),
            (within_span((NOW + 2 * clock.SECOND, NOW + 4 * clock.SECOND)), [4, 5]),
        ):
            selection = EventSelection(
                organization_id=base.organization_id,
                project_id=base.project_id,
                issue_id=base.issue_id,
                condition=condition,
            )
            assert sorted(numbers(await events.list_oldest(tx, selection, limit=20))) == expected


async def test_an_event_is_found_in_its_project_alone(database: Database, tenant: Tenant) -> None:
    async with database.read() as tx:
        stored = await events.get_event(tx, [tenant.project_id], IDS[2], now=NOW)
        assert stored is not None
        assert stored.payload()["event_id"] == IDS[2]
        assert stored.received == NOW + clock.SECOND
        elsewhere = await events.get_event(tx, [tenant.project_id + 1], IDS[2], now=NOW)
        assert elsewhere is None
        latest = await events.list_latest_of_hashes(tx, [1, 2, 3])
    assert sorted(int(each.event_id, 16) for each in latest.values()) == [4, 6, 7]
