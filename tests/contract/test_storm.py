"""A project that keeps only some events of a storm still counts every one, on every database."""

import asyncio

from tests.batches import write_records as write
from tests.contract.test_store import issues
from tests.events import prepared_event
from tests.queries import rows, value
from urgentry import clock
from urgentry.domain.event import PreparedEvent
from urgentry.domain.storms import StormRule
from urgentry.storage.database import Database

HOUR = clock.now() // clock.HOUR * clock.HOUR
RULE = StormRule(after=5, one_in=10)


def storm(count: int, *, at: int = HOUR, rule: StormRule | None = RULE) -> list[PreparedEvent]:
    events = [prepared_event(at=at + number, user=f"id:{number % 7}") for number in range(count)]
    for event in events:
        event.storm = rule
    return events


async def stored(database: Database) -> int:
    events: int = await value(database, "SELECT count(*) FROM event")
    assert await value(database, "SELECT count(*) FROM event_body") == events
    return events


async def test_counts_are_exact_and_payloads_are_sampled(database: Database) -> None:
    written = [await write(database, storm(count)) for count in (3, 17, 30)]
    assert [sum(each.accepted) for each in written] == [3, 17, 30]
    assert [len(each.context.unstored) for each in written] == [0, 14, 27]
    [issue] = await issues(database)
    assert (issue["times_seen"], issue["users_seen"]) == (50, 7)
    assert await value(database, "SELECT sum(events) FROM hash_hour") == 50
    assert await value(database, "SELECT sum(events) FROM hash_tag WHERE tag_key = 'level'") == 50
    assert await value(database, "SELECT sum(quantity) FROM outcome_hour") == 50
    assert await stored(database) == 5 + 4
    [one] = await rows(database, "SELECT times_seen, unstored FROM hash")
    assert (one["times_seen"], one["unstored"]) == (50, 41)


async def test_what_was_not_stored_counts_once_all_the_same(database: Database) -> None:
    events = storm(8)
    await write(database, events)
    again = await write(database, events)
    assert list(again.accepted) == [False] * 8
    [issue] = await issues(database)
    assert issue["times_seen"] == 8


async def test_each_hour_and_each_hash_begins_anew(database: Database) -> None:
    other = prepared_event("other", at=HOUR, storm=RULE)
    await write(database, [*storm(6), *storm(6, at=HOUR - clock.HOUR), other])
    assert await stored(database) == 5 + 5 + 1


async def test_without_a_rule_everything_is_stored(database: Database) -> None:
    await write(database, storm(40, rule=None))
    assert await stored(database) == 40


async def test_several_servers_count_one_storm(database: Database) -> None:
    await asyncio.gather(*(write(database, storm(10)) for _ in range(5)))
    assert await stored(database) == 5 + 4
    assert (await issues(database))[0]["times_seen"] == 50
