"""A disk that runs full, of the database, the spool and the blobs: a clear refusal that is counted,
nothing that was accepted lost, and all as before when there is room again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.database_servers import PostgresServer
from tests.server.ingest.wire import Counted, envelope_of
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.disks import disk, fill
from tests.server.reliability.load import Load
from tests.server.running_server import Bootstrapped, RunningServer

MIB = 1 << 20
PATIENCE_S = 20.0
LARGE = "x" * 40_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with disk(tmp_path / "disk", mib=24) as folder:
        yield folder


async def test_a_disk_of_sqlite_sheds_at_its_floor_and_goes_on_when_there_is_room(
    run: Run, small_disk: Path
) -> None:
    dsn = f"sqlite:///{small_disk / 'urgentry.sqlite'}"
    async with run(dsn, URGENTRY_MIN_FREE_BYTES=str(4 * MIB)) as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project, clients=4, rate=100) as load:
            await load.reaches(20)
            filler = fill(small_disk, leave=3 * MIB)
            await load.answers(429, timeout_s=PATIENCE_S)
            assert await asyncio.to_thread(server.is_ready)
            filler.unlink()
            await load.reaches(load.log.statuses[200] + 50, timeout_s=PATIENCE_S)
        refused = load.log.with_status(429)[0]
        assert refused.headers["x-sentry-rate-limits"] == "60::organization:disk_full"
        assert set(load.log.statuses) == {200, 429}
        (await read_books(server.database_dsn)).keep(load.log)
        counted = await ledger(server)
        assert refused_for_room(counted) == load.log.statuses[429]
        assert counted.is_balanced


async def test_a_disk_of_sqlite_without_any_room_loses_nothing_that_was_accepted(
    run: Run, small_disk: Path
) -> None:
    """Without a floor it is the commit that fails."""
    dsn = f"sqlite:///{small_disk / 'urgentry.sqlite'}"
    async with run(dsn, URGENTRY_MIN_FREE_BYTES="0", URGENTRY_MAX_SPOOL_BYTES="0") as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project, clients=4, rate=100) as before:
            await before.reaches(40)
        filler = fill(small_disk, leave=0)
        async with Load(server, project, clients=4, rate=100) as during:
            await during.answers(503, timeout_s=PATIENCE_S)
        assert set(during.log.statuses) <= {200, 503}
        filler.unlink()
        async with Load(server, project, clients=4, rate=100) as after:
            await after.reaches(50, timeout_s=PATIENCE_S)
        books = await read_books(server.database_dsn)
        books.check()
        for load in (before, during, after):
            books.hold(load.log.accepted)
        assert (await ledger(server)).is_balanced


async def test_a_budget_of_the_database_sheds(run: Run, dsn: str) -> None:
    async with run(dsn, URGENTRY_MAX_DATABASE_BYTES="1") as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project, clients=1, rate=20) as load:
            await load.answers(429, timeout_s=PATIENCE_S)
        assert refused_for_room(await ledger(server)) == load.log.statuses[429]


async def test_a_disk_of_the_spool_that_is_full_asks_to_come_back(
    run: Run, own_postgres: PostgresServer, own_dsn: str, small_disk: Path
) -> None:
    async with run(own_dsn, URGENTRY_DATA_DIR=str(small_disk)) as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project, clients=4, rate=100) as load:
            await load.reaches(20)
            await asyncio.to_thread(own_postgres.stop)
            filler = fill(small_disk, leave=64 << 10)
            await load.answers(503, timeout_s=PATIENCE_S)
            filler.unlink()
            await load.reaches(load.log.statuses[200] + 50, timeout_s=PATIENCE_S)
            await asyncio.to_thread(own_postgres.start)
            await load.reaches(load.log.statuses[200] + 50, timeout_s=PATIENCE_S)
        async with asyncio.timeout(PATIENCE_S):
            books = await read_books(server.database_dsn)
            while not books.events.keys() >= load.log.accepted:
                await asyncio.sleep(0.2)
                books = await read_books(server.database_dsn)
        books.keep(load.log)


async def test_a_disk_of_blobs_that_is_full_refuses_attachments_and_no_errors(
    run: Run, small_disk: Path
) -> None:
    settings = {"URGENTRY_BLOBS_DIR": str(small_disk), "URGENTRY_BLOBS_MIN_FREE_BYTES": "0"}
    async with run(**settings) as server:
        project = await asyncio.to_thread(server.bootstrap)
        filler = fill(small_disk, leave=0)
        async with httpx.AsyncClient(base_url=server.base_url) as client:
            refused = await send_both(client, project)
            assert refused.status_code == 429
            told = refused.headers["x-sentry-rate-limits"]
            assert told == "60:attachment;attachment_item:organization:disk_full"
            filler.unlink()
            assert (await send_both(client, project)).status_code == 200
        counted = await ledger(server)
        assert refused_for_room(counted) >= 1
        assert counted.settled["error", "accepted", ""] == 2
        assert counted.is_balanced


async def send_both(client: httpx.AsyncClient, project: Bootstrapped) -> httpx.Response:
    """An event with an attachment."""
    key = project.dsn.split("//")[1].split("@")[0]
    event = envelope_of({"message": "with a file"})
    item = b'{"type":"attachment","length":%d,"filename":"a.txt"}\n' % len(LARGE)
    return await client.post(
        f"/api/{project.project_id}/envelope/?sentry_key={key}",
        content=event + item + LARGE.encode() + b"\n",
    )


async def ledger(server: RunningServer) -> Counted:
    async with httpx.AsyncClient(base_url=server.base_url) as client:
        return Counted((await client.get("/metrics")).text)


def refused_for_room(counted: Counted) -> int:
    """How many items were refused because there was no room."""
    return sum(
        count
        for (_, outcome, reason), count in counted.settled.items()
        if (outcome, reason) == ("rate_limited", "disk_full")
    )
