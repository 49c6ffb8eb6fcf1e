"""What sessions leave in the database, on every database: each counts once, whatever comes again,
late, or over another server."""

import asyncio
import itertools
import secrets

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.batches import write_records
from tests.contract.conftest import Backend
from tests.queries import rows, value
from tests.sessions import session_report as report
from urgentry import clock
from urgentry.domain.event import hour_of, user_key
from urgentry.domain.session import (
    Final,
    SessionBucket,
    SessionCounts,
    SessionReport,
    SessionState,
    UserKind,
)
from urgentry.domain.user_sets import UserUnion
from urgentry.ingest.names import KnownNames
from urgentry.jobs.housekeeping import forget_stats
from urgentry.storage.database import Database, Transaction
from urgentry.storage.open import open_database
from urgentry.storage.queries import script

NOW = clock.now()
HOUR = hour_of(NOW)
COLUMNS = "started, errored, crashed, abnormal, unhandled"
OK, EXITED = SessionState(), SessionState()
ERRORED = SessionState(is_errored=True)
CRASHED = SessionState(is_errored=True, final=Final.CRASHED, final_seq=9)


async def counts(database: Database) -> list[tuple[int, ...]]:
    found = await rows(
        database, f"SELECT {COLUMNS} FROM session_hour ORDER BY hour, release_id, environment_id"
    )
    return [tuple(row.values()) for row in found]


async def users(database: Database, kind: UserKind, *, width: int = 1) -> int:
    union = UserUnion()
    for row in await rows(
        database, f"SELECT users FROM session_user_set WHERE kind = {kind} AND width = {width}"
    ):
        union.add(bytes(row["users"]))
    return union.count()


async def test_a_session_that_ends_counts_once(database: Database) -> None:
    sid = secrets.token_bytes(16)
    await write_records(database, [report(sid=sid, user="ann")])
    assert await counts(database) == [(1, 0, 0, 0, 0)]
    await write_records(database, [report(sid=sid, state=ERRORED, user="ann")])
    await write_records(database, [report(sid=sid, state=ERRORED, user="ann")])
    assert await counts(database) == [(1, 1, 0, 0, 0)]
    await write_records(database, [report(sid=sid, state=CRASHED, user="ann")])
    await write_records(database, [report(sid=sid, state=EXITED, user="ann")])
    assert await counts(database) == [(1, 1, 1, 0, 0)]
    assert [await users(database, kind) for kind in UserKind] == [1, 1, 1, 0, 0, 0, 0]
    assert await users(database, UserKind.ALL, width=24) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
async def test_updates_may_come_in_any_order(database: Database, order: tuple[int, ...]) -> None:
    sid = secrets.token_bytes(16)
    unhandled = SessionState(is_unhandled=True)
    abnormal = SessionState(is_errored=True, final=Final.ABNORMAL, final_seq=3)
    states = (OK, unhandled, abnormal)
    for place in order:
        await write_records(database, [report(sid=sid, state=states[place], user="ann")])
    assert await counts(database) == [(1, 1, 0, 1, 0)]


async def test_updates_of_one_batch_count_once(database: Database) -> None:
    sid = secrets.token_bytes(16)
    await write_records(
        database,
        [
            report(sid=sid),
            report(sid=sid, state=ERRORED),
            report(),
            report(sid=sid),
        ],
    )
    assert await counts(database) == [(2, 1, 0, 0, 0)]


async def test_a_session_stays_where_its_first_update_put_it(database: Database) -> None:
    sid = secrets.token_bytes(16)
    await write_records(database, [report(sid=sid, hour=HOUR - 1)])
    later = report(sid=sid, hour=HOUR, release="shop@2.0.0", state=CRASHED, environment="dev")
    await write_records(database, [later])
    assert await counts(database) == [(1, 1, 1, 0, 0)]


async def test_the_user_may_become_known_later(database: Database) -> None:
    sid = secrets.token_bytes(16)
    await write_records(database, [report(sid=sid, state=ERRORED)])
    assert await users(database, UserKind.ALL) == 0
    await write_records(database, [report(sid=sid, user="ann")])
    assert await users(database, UserKind.ALL) == 1
    assert await users(database, UserKind.ERRORED) == 1


async def test_hours_releases_and_environments_are_apart(database: Database) -> None:
    await write_records(
        database,
        [
            report(),
            report(hour=HOUR - 1),
            report(release="shop@1.1.0"),
            report(environment=""),
            report(project_id=2),
        ],
    )
    assert await counts(database) == [(1, 0, 0, 0, 0)] * 5
    assert await value(database, "SELECT count(*) FROM release_project WHERE events = 0") == 3


async def test_what_clients_counted_adds_up(database: Database) -> None:
    bucket = SessionBucket(
        hour=HOUR,
        counts=SessionCounts(started=10, errored=4, crashed=1, abnormal=1, unhandled=1),
        user_key=user_key("ann"),
    )
    healthy = SessionBucket(hour=HOUR, counts=SessionCounts(started=5), user_key=user_key("bo"))
    await write_records(database, [report(buckets=(bucket, healthy)), report(buckets=(bucket,))])
    assert await counts(database) == [(25, 8, 2, 2, 2)]
    kinds = (UserKind.ALL, UserKind.ERRORED, UserKind.CRASHED)
    assert [await users(database, kind) for kind in kinds] == [2, 1, 1]


async def test_a_crowd_of_users_is_counted_closely(database: Database) -> None:
    for first in range(0, 2_000, 400):
        crowd = [report(user=f"u{number}") for number in range(first, first + 400)]
        await write_records(database, crowd)
    assert await counts(database) == [(2_000, 0, 0, 0, 0)]
    assert await users(database, UserKind.ALL) == pytest.approx(2_000, rel=0.05)
    assert await users(database, UserKind.ALL, width=24) == pytest.approx(2_000, rel=0.05)


async def test_two_servers_agree(backend: Backend) -> None:
    """Both have every update, some sessions crash, and each server sees them in its own order."""
    sids = [secrets.token_bytes(16) for _ in range(30)]
    told = [
        report(sid=sid, state=state, user=f"user {number % 7}")
        for number, sid in enumerate(sids)
        for state in ((OK, ERRORED, CRASHED) if number % 3 == 0 else (OK, EXITED))
    ]
    servers = [open_database(backend.dsn), open_database(backend.dsn)]

    async def send(database: Database, reports: list[SessionReport]) -> None:
        known = KnownNames()
        for start in range(0, len(reports), 6):
            await write_records(database, reports[start : start + 6], known=known)

    try:
        await asyncio.gather(
            send(servers[0], told), send(servers[1], told[::-1]), send(servers[0], told[20:])
        )
        assert await counts(servers[0]) == [(30, 10, 10, 0, 0)]
        assert await users(servers[0], UserKind.ALL) == 7
        assert await users(servers[0], UserKind.CRASHED) == 7
    finally:
        for server in servers:
            await server.close()


STATES = st.builds(
    SessionState,
    is_errored=st.booleans(),
    is_unhandled=st.booleans(),
    final=st.sampled_from(Final),
    final_seq=st.integers(0, 3),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), STATES, st.booleans()), min_size=1, max_size=12))
async def test_the_counts_are_those_of_the_sessions(
    database: Database, told: list[tuple[int, SessionState, bool]]
) -> None:
    """Whatever arrives, in whatever batches: the roll-up is the sum over what sessions became."""
    await _empty(database)
    sids = [secrets.token_bytes(16) for _ in range(4)]
    batch: list[SessionReport] = []
    for number, state, ends_batch in told:
        batch.append(report(sid=sids[number], state=state))
        if ends_batch:
            await write_records(database, batch)
            batch = []
    await write_records(database, batch)
    became: dict[int, SessionState] = {}
    for number, state, _ in told:
        became[number] = became[number].merged(state) if number in became else state
    expected = SessionCounts()
    for state in became.values():
        expected = expected.plus(state.counts())
    assert await counts(database) == [tuple(expected)]


async def test_what_is_old_is_forgotten(database: Database) -> None:
    await _execute(
        database,
        """INSERT INTO project (organization_id, slug, name, retention_days, created_at)
        VALUES (1, 'web', 'Web', 7, 1)""",
    )
    project_id = await value(database, "SELECT id FROM project")
    of = {"project_id": project_id, "user": "ann"}
    old, recent = HOUR - 8 * 24, HOUR - 6 * 24
    await write_records(database, [report(hour=hour, **of) for hour in (old, recent, HOUR)])
    await forget_stats(database, NOW)
    assert await value(database, "SELECT count(*) FROM open_session") == 1
    assert await value(database, "SELECT min(hour) FROM session_hour") == recent
    assert await value(database, "SELECT count(*) FROM session_hour") == 2
    assert await value(database, "SELECT count(*) FROM session_user_set WHERE width = 1") == 2
    await forget_stats(database, NOW + 366 * clock.DAY)
    for table in ("open_session", "session_hour", "session_user_set", "outcome_hour"):
        assert await value(database, f"SELECT count(*) FROM {table}") == 0


async def _empty(database: Database) -> None:
    for table in ("open_session", "session_hour", "session_user_set"):
        await _execute(database, f"DELETE FROM {table}")


async def _execute(database: Database, text: str) -> None:
    async def body(tx: Transaction) -> None:
        await tx.run(script("test", text))

    await database.write(body)
