"""Two servers on one PostgreSQL: they meet the same new error at once, and count it once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from tests.queries import rows
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import Client, Log, chunks, error, errors, send_all
from tests.server.running_server import Bootstrapped, RunningServer
from urgentry.domain.feed import FeedEntry, FeedKind
from urgentry.live.hub import Hub
from urgentry.metrics import Metrics
from urgentry.storage.open import open_database

TIMES = 1_000
KNOWN_WITHIN_S = 2.0
"""A second is promised; asking takes time, too, on a machine that others use."""
REPLICATED = {"URGENTRY_REPLICAS": "2", "URGENTRY_SECRET_KEYS": "0" * 64}


@asynccontextmanager
async def two_servers(run: Run, dsn: str) -> AsyncIterator[tuple[RunningServer, RunningServer]]:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(run(dsn, **REPLICATED))
        second = await stack.enter_async_context(run(dsn, **REPLICATED))
        yield first, second


async def send_to_both(
    servers: tuple[RunningServer, RunningServer],
    project: Bootstrapped,
    events: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> list[Log]:
    return await asyncio.gather(
        *(send_all(server, project, part) for server, part in zip(servers, events, strict=True))
    )


async def test_a_new_error_at_both_a_thousand_times_is_one_issue(run: Run, shared_dsn: str) -> None:
    async with two_servers(run, shared_dsn) as servers:
        project = await asyncio.to_thread(servers[0].bootstrap)
        sent = (errors(TIMES, issues=1, users=25), errors(TIMES, issues=1, users=25))
        logs = await send_to_both(servers, project, sent)
        assert [log.statuses for log in logs] == [{200: TIMES}] * 2
        books = await read_books(shared_dsn)
        books.check()
        (issue,) = books.issues
        assert (issue.short_id, issue.times_seen, issue.users_seen) == (1, 2 * TIMES, 25)
        assert await tag_counts(shared_dsn) == {"even": TIMES, "odd": TIMES}


async def test_the_same_event_ids_at_both_count_once(run: Run, direct_dsn: str) -> None:
    async with two_servers(run, direct_dsn) as servers:
        project = await asyncio.to_thread(servers[0].bootstrap)
        sent = errors(TIMES, issues=1)
        logs = await send_to_both(servers, project, (sent, sent))
        assert [log.statuses for log in logs] == [{200: TIMES}] * 2
        books = await read_books(direct_dsn)
        books.check()
        assert [issue.times_seen for issue in books.issues] == [TIMES]
        assert books.duplicates == TIMES


async def test_many_new_issues_at_both_at_once(run: Run, direct_dsn: str) -> None:
    """Every error is new, and comes to both servers at the same moment."""
    count = 200
    async with two_servers(run, direct_dsn) as servers:
        project = await asyncio.to_thread(servers[0].bootstrap)
        sent = (errors(count, issues=count), errors(count, issues=count))
        for parts in zip(chunks(sent[0], 20), chunks(sent[1], 20), strict=True):
            await send_to_both(servers, project, (list(parts[0]), list(parts[1])))
        books = await read_books(direct_dsn)
        books.check()
        assert [issue.short_id for issue in books.issues] == list(range(1, count + 1))
        assert {issue.times_seen for issue in books.issues} == {2}


async def test_a_stream_shows_what_arrives_elsewhere_in_order(run: Run, direct_dsn: str) -> None:
    """The hub of this process is a third replica."""
    database = open_database(direct_dsn)
    hub = Hub(database, Metrics())
    async with two_servers(run, direct_dsn) as servers, asyncio.TaskGroup() as tasks:
        project = await asyncio.to_thread(servers[0].bootstrap)
        poller = tasks.create_task(hub.run())
        async with hub.subscribe(is_events) as live, hub.subscribe(is_events, after=0) as late:
            await send_to_both(servers, project, (errors(200), errors(200)))
            seen = await read_events(live, 400)
        assert await read_events(late, 400) == seen
        middle = seen[len(seen) // 2].seq
        async with hub.subscribe(is_events, after=middle) as returning:
            expected = [entry for entry in seen if entry.seq > middle]
            assert await read_events(returning, count_of(expected)) == expected
        poller.cancel()
    log = await rows(database, "SELECT seq, kind FROM feed_entry ORDER BY seq")
    await database.close()
    assert [row["seq"] for row in log] == list(range(1, len(log) + 1))
    assert [entry.seq for entry in seen] == [row["seq"] for row in log if row["kind"] == "events"]


async def test_a_key_changed_on_one_is_known_to_the_other(run: Run, direct_dsn: str) -> None:
    async with two_servers(run, direct_dsn) as (first, second):
        project = await asyncio.to_thread(first.bootstrap)
        assert await answered(second, project) == 200
        async with httpx.AsyncClient(
            base_url=f"{first.base_url}/api/0/projects/{project.organization}/{project.project}",
            headers={"Authorization": f"Bearer {project.auth_token}"},
        ) as api:
            made = (await api.post("/keys/", json={"name": "second"})).raise_for_status().json()
            changed = Bootstrapped(
                dsn=made["dsn"]["public"],
                auth_token=project.auth_token,
                organization=project.organization,
                project=project.project,
                project_id=project.project_id,
            )
            await becomes(second, changed, 200)
            (await api.put(f"/keys/{made['id']}/", json={"isActive": False})).raise_for_status()
            await becomes(second, changed, 403)
            assert await answered(second, project) == 200


async def answered(server: RunningServer, project: Bootstrapped) -> int:
    client = Client(server, project)
    answer = await client.send(error(0, issue=0, user=0))
    await client.close()
    return answer.status


async def becomes(server: RunningServer, project: Bootstrapped, status: int) -> None:
    """Asserts that events are answered so soon."""
    deadline = time.monotonic() + KNOWN_WITHIN_S
    while await answered(server, project) != status:
        assert time.monotonic() < deadline, f"not {status} in time"


def is_events(entry: FeedEntry) -> bool:
    return entry.kind is FeedKind.EVENTS


def count_of(entries: list[FeedEntry]) -> int:
    return sum(entry.detail["count"] for entry in entries)


async def read_events(subscription: Any, count: int) -> list[FeedEntry]:
    """Entries that tell of so many events."""
    entries: list[FeedEntry] = []
    async with asyncio.timeout(30):
        while count_of(entries) < count:
            entries.append(await subscription.next())
    return entries


async def tag_counts(dsn: str) -> dict[str, int]:
    database = open_database(dsn)
    found = await rows(database, "SELECT tag_value, events FROM hash_tag WHERE tag_key = 'parity'")
    await database.close()
    return {row["tag_value"]: row["events"] for row in found}
