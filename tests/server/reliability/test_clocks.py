"""Clients whose clocks are wrong: their events are counted once, in the hour in which they came."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx

from tests.queries import rows
from tests.server.ingest.wire import envelope_of
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import error
from urgentry import clock
from urgentry.storage.open import open_database

WRONG_BY = (timedelta(hours=1), -timedelta(hours=1), timedelta(days=400), -timedelta(days=400))
TOLERANCE = 60 * clock.SECOND


async def test_wrong_clocks_are_corrected_and_events_counted_once(run: Run, dsn: str) -> None:
    """The client says when it sent, by the same wrong clock; each event comes twice."""
    async with run(dsn) as server:
        project = await asyncio.to_thread(server.bootstrap)
        key = project.dsn.split("//")[1].split("@")[0]
        url = f"{server.base_url}/api/{project.project_id}/envelope/?sentry_key={key}"
        async with httpx.AsyncClient() as client:
            for number, wrong_by in enumerate(WRONG_BY):
                told = (datetime.now(UTC) + wrong_by).isoformat()
                event = error(number, issue=0, user=0, timestamp=told)
                body = envelope_of(event, event_id=event["event_id"], sent_at=told)
                for _ in range(2):
                    (await client.post(url, content=body)).raise_for_status()
        books = await read_books(server.database_dsn)
        books.check()
        assert (books.events.total(), books.duplicates) == (len(WRONG_BY), len(WRONG_BY))
        await assert_all_just_now(server.database_dsn)


async def assert_all_just_now(dsn: str) -> None:
    """Events, and the hours that they are counted in, are of this moment."""
    now, database = clock.now(), open_database(dsn)
    events = await rows(database, "SELECT timestamp FROM event")
    hours = await rows(database, "SELECT hour FROM hash_hour")
    await database.close()
    assert all(abs(row["timestamp"] - now) < TOLERANCE for row in events)
    assert all((now - TOLERANCE) // clock.HOUR <= row["hour"] <= now // clock.HOUR for row in hours)
