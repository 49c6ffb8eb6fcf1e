"""What a batch of events leaves in the database, on every database."""

import asyncio

import pytest

from tests.batches import write_records as write
from tests.events import prepared_event
from tests.queries import rows, value
from urgentry import clock
from urgentry.domain import distinct
from urgentry.domain.event import PreparedEvent
from urgentry.domain.issue import Status
from urgentry.storage import recording
from urgentry.storage.database import Database, Row, Transaction
from urgentry.storage.queries import script


async def issues(database: Database) -> list[Row]:
    return await rows(database, "SELECT * FROM issue ORDER BY id")


async def test_events_of_one_hash_are_one_issue_with_exact_counts(database: Database) -> None:
    start = clock.now()
    events = [prepared_event(at=start + n, user=f"id:{n % 3}") for n in range(10)]
    written = await write(database, events)
    assert written.accepted == [True] * 10
    (issue,) = await issues(database)
    assert (issue["times_seen"], issue["users_seen"], issue["short_id"]) == (10, 3, 1)
    assert (issue["first_seen"], issue["last_seen"]) == (start, start + 9)
    assert await value(database, "SELECT count(*) FROM event") == 10
    assert await value(database, "SELECT sum(events) FROM hash_hour") == 10
    assert await value(database, "SELECT sum(events) FROM hash_tag WHERE tag_key = 'level'") == 10


async def test_an_event_id_counts_once_within_and_across_batches(database: Database) -> None:
    event = prepared_event()
    first = await write(database, [event, event])
    second = await write(database, [event, prepared_event()])
    assert list(first.accepted) == [True, False]
    assert list(second.accepted) == [False, True]
    (issue,) = await issues(database)
    assert issue["times_seen"] == 2
    outcomes = await rows(
        database, "SELECT outcome, reason, quantity FROM outcome_hour ORDER BY outcome"
    )
    assert [tuple(row.values()) for row in outcomes] == [(0, "", 2), (3, "duplicate", 2)]


@pytest.mark.parametrize("days", [-1, 1])
async def test_an_event_id_of_the_days_beside_is_known_today(database: Database, days: int) -> None:
    """Of yesterday, or of a replica whose clock is ahead at midnight."""
    event = prepared_event()
    await write(database, [event])
    await _execute(database, f"UPDATE event_id SET slice = slice + {days}")
    assert list((await write(database, [event])).accepted) == [False]


async def test_the_first_known_hash_decides_and_new_ones_are_attached(database: Database) -> None:
    await write(database, [prepared_event("old")])
    await write(database, [prepared_event(["new", "old"]), prepared_event("new")])
    (issue,) = await issues(database)
    assert issue["times_seen"] == 3
    assert await value(database, "SELECT count(*) FROM hash WHERE issue_id IS NOT NULL") == 2


async def test_hashes_that_meet_in_one_batch_make_one_issue(database: Database) -> None:
    await write(database, [prepared_event(["a", "b"]), prepared_event(["b", "c"])])
    assert len(await issues(database)) == 1


async def test_short_ids_count_up_by_project(database: Database) -> None:
    await write(database, [prepared_event("a"), prepared_event("b", project_id=2)])
    await write(database, [prepared_event("c"), prepared_event("d")])
    found = [(row["project_id"], row["short_id"]) for row in await issues(database)]
    assert sorted(found) == [(1, 1), (1, 2), (1, 3), (2, 1)]


async def test_the_newest_event_names_the_issue(database: Database) -> None:
    await write(database, [prepared_event(title="ValueError: first", release="shop@1.0.0")])
    await write(database, [prepared_event(title="ValueError: second", release="shop@2.0.0")])
    (issue,) = await issues(database)
    assert issue["title"] == "ValueError: second"
    versions = await rows(database, "SELECT id, version FROM release ORDER BY version")
    assert issue["first_release_id"] == versions[0]["id"]
    assert issue["last_release_id"] == versions[1]["id"]


@pytest.mark.parametrize(
    ("resolution", "resolved_in", "arrives_in", "reopens"),
    [
        ("now", None, "shop@1.0.0", True),
        ("next_release", "shop@1.0.0", "shop@1.0.0", False),
        ("next_release", "shop@1.0.0", "shop@0.9.0", False),
        ("next_release", "shop@1.0.0", "shop@1.0.1", True),
        ("next_release", "shop@1.0.0", "", False),
        ("in_release", "shop@2.0.0", "shop@1.9.0", False),
        ("in_release", "shop@2.0.0", "shop@2.0.0", True),
        ("in_release", "shop@2.0.0", "shop@2.1.0", True),
    ],
)
async def test_a_resolved_issue_regresses(
    database: Database, resolution: str, resolved_in: str | None, arrives_in: str, reopens: bool
) -> None:
    await write(database, [prepared_event(), prepared_event("other", release=resolved_in or "")])
    await _execute(
        database,
        f"""UPDATE issue SET status = 1, resolution = '{resolution}', status_changed_at = 1,
            resolution_release_id = (SELECT id FROM release WHERE version = '{resolved_in}')""",
    )
    await write(database, [prepared_event(release=arrives_in)])
    issue = (await issues(database))[0]
    assert (Status(issue["status"]) is Status.UNRESOLVED) == reopens
    kinds = [row["kind"] for row in await rows(database, "SELECT kind FROM activity")]
    assert kinds == (["set_regression"] if reopens else [])
    assert issue["substatus"] == ("regressed" if reopens else "new")


async def test_an_event_from_before_the_resolution_does_not_regress(database: Database) -> None:
    await write(database, [prepared_event()])
    later = clock.now() + clock.MINUTE
    await _execute(
        database, f"UPDATE issue SET status = 1, resolution = 'now', status_changed_at = {later}"
    )
    await write(database, [prepared_event()])
    assert (await issues(database))[0]["status"] == Status.RESOLVED


@pytest.mark.parametrize(
    ("condition", "reopens"),
    [
        ("archive_until_times_seen = 3", True),
        ("archive_until_times_seen = 4", False),
        ("archive_until_users_seen = 2", True),
        ("archive_until_users_seen = 3", False),
        ("archive_until_at = 1", True),
        ("archive_until_at = 9000000000000000", False),
        ("archive_until_at = NULL", False),
    ],
)
async def test_an_archived_issue_comes_back(
    database: Database, condition: str, reopens: bool
) -> None:
    await write(database, [prepared_event(user="id:1")])
    await _execute(database, f"UPDATE issue SET status = 2, {condition}")
    await write(database, [prepared_event(user="id:1"), prepared_event(user="id:2")])
    assert ((await issues(database))[0]["status"] == Status.UNRESOLVED) == reopens


async def test_users_count_once_for_an_issue_of_several_hashes(database: Database) -> None:
    await write(database, [prepared_event(["a", "b"], user="id:1")])
    await _execute(database, "UPDATE hash SET issue_id = (SELECT min(id) FROM issue)")
    await write(
        database,
        [
            prepared_event("b", user="id:1"),
            prepared_event("b", user="id:2"),
            prepared_event("a", user="id:2"),
            prepared_event("a", user=None),
        ],
    )
    assert (await issues(database))[0]["users_seen"] == 2


async def test_many_users_are_estimated_within_three_per_cent(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distinct, "EXACT_LIMIT", 100)
    for start in range(0, 2000, 250):
        await write(database, [prepared_event(user=f"id:{n}") for n in range(start, start + 250)])
    (issue,) = await issues(database)
    assert issue["users_seen"] == pytest.approx(2000, rel=0.05)
    assert await value(database, "SELECT count(*) FROM hash_user") == 250


async def test_values_beyond_those_kept_are_counted_as_others(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urgentry.storage.tag_rollups.VALUES_KEPT", 3)

    def tagged(number: int) -> PreparedEvent:
        return prepared_event(tags=(("shard", str(number)),))

    await write(database, [tagged(n) for n in range(3)])
    await write(database, [tagged(n) for n in range(5)])
    kept = await rows(database, "SELECT tag_value, events FROM hash_tag ORDER BY tag_value")
    assert [tuple(row.values()) for row in kept] == [("0", 2), ("1", 2), ("2", 2)]
    (key,) = await rows(database, "SELECT other_events, value_count FROM hash_tag_key")
    assert tuple(key.values()) == (2, 3)


async def test_the_feed_tells_new_issues_in_order(database: Database) -> None:
    await write(database, [prepared_event("a"), prepared_event("a"), prepared_event("b")])
    await write(database, [prepared_event("a")])
    found = await rows(database, "SELECT seq, kind, detail FROM feed_entry ORDER BY seq")
    assert [row["seq"] for row in found] == [1, 2, 3]
    assert '"count":2' in found[0]["detail"]
    assert '"is_new":true' in found[0]["detail"]
    assert '"is_new":false' in found[2]["detail"]


async def test_writers_that_meet_a_new_hash_at_once_make_one_issue(database: Database) -> None:
    def batch(worker: int) -> list[PreparedEvent]:
        return [prepared_event(f"race {n}", user=f"id:{worker}") for n in range(20)]

    await asyncio.gather(*(write(database, batch(worker)) for worker in range(6)))
    found = await issues(database)
    assert len(found) == 20
    assert {(row["times_seen"], row["users_seen"]) for row in found} == {(6, 6)}
    sequence = [row["seq"] for row in await rows(database, "SELECT seq FROM feed_entry")]
    assert sorted(sequence) == list(range(1, 121))


async def test_writers_that_meet_a_user_at_once_count_him_once(database: Database) -> None:
    hashes = [f"hash {n}" for n in range(6)]
    await write(database, [prepared_event(hashes, user=None)])
    for n in range(8):
        async with asyncio.TaskGroup() as writers:
            for name in hashes:
                writers.create_task(write(database, [prepared_event(name, user=f"id:{n}")]))
    (issue,) = await issues(database)
    assert (issue["times_seen"], issue["users_seen"]) == (1 + 8 * len(hashes), 8)


async def test_the_first_event_starts_its_project(database: Database) -> None:
    for number, platform in enumerate(("", "go"), start=1):
        await _execute(
            database,
            f"""INSERT INTO project (id, organization_id, slug, name, platform, created_at)
                VALUES ({number}, 1, 'p{number}', 'p', '{platform}', 1)""",
        )
    first = clock.now()
    await write(database, [prepared_event(at=first), prepared_event(project_id=2)])
    await write(database, [prepared_event(platform="ruby")])
    found = await rows(database, "SELECT platform, first_event_at FROM project ORDER BY id")
    assert [row["platform"] for row in found] == ["python", "go"]
    assert all(row["first_event_at"] >= first for row in found)


async def test_a_batch_is_known_by_its_id(database: Database) -> None:
    await write(database, [prepared_event()])
    batch_id = await value(database, "SELECT id FROM applied_batch")
    async with database.read() as tx:
        assert await recording.was_applied(tx, bytes(batch_id))
        assert not await recording.was_applied(tx, bytes(16))


async def _execute(database: Database, text: str) -> None:
    async def body(tx: Transaction) -> int:
        return await tx.run(script("test", text))

    await database.write(body)
