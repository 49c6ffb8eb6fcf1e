"""kill -9 under load: what was answered 200 is there once, and nothing is ever counted twice."""

import asyncio

import httpx

from tests.server.reliability.books import Books, read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import Load, Log, endless, send_all
from tests.server.running_server import Bootstrapped, RunningServer

ROUNDS = 3
EVENTS_A_ROUND = 150


async def test_everything_accepted_survives_once(run: Run, dsn: str) -> None:
    async with run(dsn) as server:
        project = await asyncio.to_thread(server.bootstrap)
        log, source = Log(), endless()
        for number in range(1, ROUNDS + 1):
            async with Load(server, project, clients=24, source=source, log=log) as load:
                await load.reaches(number * EVENTS_A_ROUND)
                await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            (await read_books(server.database_dsn)).keep(log)
        await every_event_is_served(server, project, log)
        assert set(log.statuses) == {200}
        await resend(server, project, log)


async def resend(server: RunningServer, project: Bootstrapped, log: Log) -> None:
    """Sends all that was ever sent again: the books then hold each event, once."""
    before = await read_books(server.database_dsn)
    again = await send_all(server, project, list(log.events.values()))
    assert again.statuses == {200: len(log.events)}
    after = await read_books(server.database_dsn)
    after.check()
    assert after.events.keys() == log.events.keys()
    assert after.duplicates == before.duplicates + before.events.total()
    await the_api_agrees(server, project, after)


async def every_event_is_served(server: RunningServer, project: Bootstrapped, log: Log) -> None:
    """Some of the accepted events, as the API gives them."""
    async with api(server, project) as client:
        path = f"/projects/{project.organization}/{project.project}/events"
        for event_id in sorted(log.accepted)[::10]:
            answer = (await client.get(f"{path}/{event_id}/json/")).raise_for_status()
            assert answer.json()["event_id"] == event_id


async def the_api_agrees(server: RunningServer, project: Bootstrapped, books: Books) -> None:
    """The issue list tells the counts of the books."""
    async with api(server, project) as client:
        answer = await client.get(f"/projects/{project.organization}/{project.project}/issues/")
        listed = answer.raise_for_status().json()
    told = {issue["shortId"]: (int(issue["count"]), issue["userCount"]) for issue in listed}
    assert sorted(told.values()) == sorted(
        (issue.times_seen, issue.users_seen) for issue in books.issues
    )


def api(server: RunningServer, project: Bootstrapped) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"{server.base_url}/api/0",
        headers={"Authorization": f"Bearer {project.auth_token}"},
        timeout=20,
    )
