"""The drills of one server, on an installation with three: something breaks while clients send."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.interrupting_proxy import Break, interrupting_proxy
from tests.database_servers import private_directory
from tests.queries import rows
from tests.server.ingest.wire import envelope_of
from tests.server.reliability.books import Books, read_books
from tests.server.reliability.disks import disk, fill
from tests.server.reliability.installation import (
    CLIENTS,
    DATABASE,
    PATIENCE_S,
    Installation,
    installed,
    nothing_failed,
    settled,
    steady,
)
from tests.server.reliability.load import error, errors, send_all, until
from tests.server.reliability.test_backup import download, send_attachment
from tests.server.reliability.test_clocks import TOLERANCE, WRONG_BY
from tests.server.reliability.test_streams import bare_stream, signed_in
from tests.server.running_server import RunningServer
from urgentry import clock
from urgentry.storage.open import open_database

STREAMS = 300
SLOW_CLIENTS = 60
NEW_ISSUES = 60


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk that the servers share."""
    with disk(tmp_path_factory.mktemp("volume") / "disk", mib=64) as folder:
        yield folder


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, volume: Path) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("installation"), volume=volume) as made:
        yield made


async def test_servers_that_are_killed_lose_nothing(installation: Installation) -> None:
    async with installation.load() as load:
        for server in installation.servers:
            await steady(load)
            await asyncio.to_thread(server.kill)
            await steady(load)
            server.launch(migrate=False)
            await asyncio.to_thread(server.wait_ready, timeout_s=PATIENCE_S)
        await steady(load)
    assert set(load.log.statuses) <= {200, 502}, installation.proxy.complaints()
    assert load.log.statuses[502] <= CLIENTS * len(installation.servers)
    await settled(installation.postgres.dsn(DATABASE), load)


async def test_commits_that_are_cut_off_count_once(installation: Installation) -> None:
    """Between the pooler and PostgreSQL, which has committed, or has not."""
    before = await books_of(installation)
    async with interrupting_proxy(installation.postgres.port) as between:
        installation.pooler.lead_to(between)
        try:
            async with installation.load() as load:
                await until(lambda: between.connections > 0, timeout_s=PATIENCE_S)
                for when in (Break.BEFORE_COMMIT_ARRIVES, Break.BEFORE_COMMIT_IS_ANSWERED) * 4:
                    between.when = when
                    await until(lambda: between.when is Break.NEVER, timeout_s=PATIENCE_S)
                    await steady(load)
        finally:
            installation.pooler.lead_to(installation.postgres)
    await nothing_failed(installation, load)
    assert (await books_of(installation)).duplicates == before.duplicates


async def test_a_frozen_database_is_waited_for(installation: Installation) -> None:
    async with installation.load() as load:
        await steady(load)
        installation.postgres.freeze()
        try:
            await until(
                lambda: not any(server.is_ready() for server in installation.servers),
                timeout_s=PATIENCE_S,
            )
            await steady(load)
        finally:
            installation.postgres.thaw()
        await steady(load)
    await nothing_failed(installation, load)


async def test_a_full_disk_of_the_spool_asks_to_come_back(installation: Installation) -> None:
    async with installation.load() as load:
        await steady(load)
        await asyncio.to_thread(installation.postgres.stop)
        filler = fill(installation.volume, leave=64 << 10)
        await load.answers(503, timeout_s=PATIENCE_S)
        filler.unlink()
        await steady(load)
        await asyncio.to_thread(installation.postgres.start)
        await steady(load)
    assert set(load.log.statuses) == {200, 503}, installation.proxy.complaints()
    assert all(int(answer.headers["retry-after"]) > 0 for answer in load.log.with_status(503))
    await settled(installation.postgres.dsn(DATABASE), load)


async def test_a_bucket_that_is_away_costs_no_error(installation: Installation) -> None:
    """An attachment needs it, and is asked to come back."""
    kept = await send_attachment(installation.servers[0], installation.project)
    async with installation.load() as load:
        installation.blobs.stop()
        try:
            await steady(load)
            with pytest.raises(AssertionError):
                await send_attachment(installation.servers[1], installation.project)
            await steady(load)
        finally:
            installation.blobs.start()
        await steady(load)
    await nothing_failed(installation, load)
    for server in installation.servers:
        assert await download(server, installation.project, kept)


async def test_three_servers_meet_new_errors_at_the_same_moment(
    installation: Installation,
) -> None:
    before = await books_of(installation)
    named = [f"new-{number}" for number in range(NEW_ISSUES)]
    for name in named:
        await asyncio.gather(
            *(
                send_all(server, installation.project, new_errors(name, count=4), clients=4)
                for server in installation.servers
            )
        )
    books = await books_of(installation)
    books.check()
    known = {issue.short_id for issue in before.issues}
    new = [issue for issue in books.issues if issue.short_id not in known]
    assert [issue.times_seen for issue in new] == [12] * NEW_ISSUES
    assert len({issue.short_id for issue in books.issues}) == len(books.issues)


async def test_slow_clients_hold_up_nobody(installation: Installation) -> None:
    """They send a head, and a byte of the body now and then."""
    async with AsyncExitStack() as stack:
        for _ in range(SLOW_CLIENTS):
            await stack.enter_async_context(slow_client(installation))
        async with installation.load() as load:
            await steady(load)
            await steady(load)
    await nothing_failed(installation, load)


async def test_idle_streams_see_what_comes_to_another_server(installation: Installation) -> None:
    first, second, third = installation.servers
    async with AsyncExitStack() as stack:
        async with signed_in(first, installation.project) as browser:
            cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        readers = [
            await stack.enter_async_context(bare_stream(server, installation.project, cookies))
            for server in (first, second)
            for _ in range(STREAMS // 2)
        ]
        await send_all(third, installation.project, errors(1))
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(reader.readuntil(b"event: events\n") for reader in readers))
        async with installation.load() as load:
            await steady(load)
    await nothing_failed(installation, load)


async def test_clocks_of_clients_that_are_wrong(installation: Installation) -> None:
    """Whichever server an event comes to, and comes to again, it is counted once, now."""
    before = await books_of(installation)
    sent = {}
    for number, wrong_by in enumerate(WRONG_BY):
        told = (datetime.now(UTC) + wrong_by).isoformat()
        event = error(number, issue=0, user=0, timestamp=told)
        sent[event["event_id"]] = envelope_of(event, event_id=event["event_id"], sent_at=told)
    for server in installation.servers:
        async with httpx.AsyncClient(base_url=server.base_url) as client:
            for body in sent.values():
                path = f"/api/{installation.project.project_id}/envelope/"
                key = {"sentry_key": installation.project.dsn.split("//")[1].split("@")[0]}
                (await client.post(path, params=key, content=body)).raise_for_status()
    books = await books_of(installation)
    books.check()
    books.hold(sent)
    assert books.duplicates - before.duplicates == 2 * len(sent)
    assert await are_recent(installation.postgres.dsn(DATABASE), sent)


async def test_a_backup_under_load_comes_back_whole(
    installation: Installation, tmp_path: Path
) -> None:
    """Into an empty database of its own and another bucket, and a server reads all of it."""
    server = installation.servers[0]
    kept = await send_attachment(server, installation.project)
    async with installation.load() as load:
        await steady(load)
        before = load.log.accepted
        await asyncio.to_thread(server.run, "backup", str(tmp_path / "taken"))
        await steady(load)
    await nothing_failed(installation, load)
    installation.postgres.create_database("restored")
    restored = RunningServer(
        tmp_path / "restored",
        database_dsn=installation.pooler.dsn("restored"),
        settings={"URGENTRY_SECRET_KEYS": "0" * 64},
    )
    assert "is sound" in await asyncio.to_thread(restored.run, "verify", str(tmp_path / "taken"))
    await asyncio.to_thread(restored.run, "restore", str(tmp_path / "taken"))
    await asyncio.to_thread(restored.start)
    try:
        books = await read_books(installation.postgres.dsn("restored"))
        books.check()
        books.hold(before)
        assert await download(restored, installation.project, kept)
    finally:
        await asyncio.to_thread(restored.kill)


async def test_a_full_disk_of_postgresql_is_waited_for(tmp_path: Path) -> None:
    """Whether PostgreSQL refuses to write or gives up, events wait in the spool."""
    with (
        private_directory("urgentry-disk-") as folder,
        disk(folder / "disk", mib=256) as room,
        installed(tmp_path / "installation", database=room) as installation,
    ):
        async with installation.load() as load:
            await steady(load)
            filler = fill(room, leave=0)
            await until(
                lambda: any(spooled(server) for server in installation.servers),
                timeout_s=PATIENCE_S,
            )
            await steady(load)
            filler.unlink()
            if not installation.postgres.is_running:
                await asyncio.to_thread(installation.postgres.start)
            await steady(load)
        await nothing_failed(installation, load)


async def books_of(installation: Installation) -> Books:
    return await read_books(installation.postgres.dsn(DATABASE))


def new_errors(name: str, *, count: int) -> list[dict[str, Any]]:
    """Errors of one issue that nobody knows."""
    return [error(number, issue=0, user=0, fingerprint=[name]) for number in range(count)]


@asynccontextmanager
async def slow_client(installation: Installation) -> AsyncIterator[None]:
    """Past the proxy, which would wait for the whole body."""
    server = installation.servers[0]
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    key = installation.project.dsn.split("//")[1].split("@")[0]
    path = f"/api/{installation.project.project_id}/envelope/?sentry_key={key}"
    writer.write(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n".encode())
    drip = asyncio.create_task(_drip(writer))
    try:
        yield
    finally:
        drip.cancel()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _drip(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"{")
        await asyncio.sleep(0.2)


def spooled(server: RunningServer) -> bool:
    return server.metric("ingest_spooled_records_total") > 0


async def are_recent(dsn: str, event_ids: Iterable[str]) -> bool:
    """Whether these events are of this minute."""
    now, database = clock.now(), open_database(dsn)
    try:
        found = await rows(database, "SELECT event_id, timestamp FROM event")
    finally:
        await database.close()
    times = {bytes(row["event_id"]).hex(): row["timestamp"] for row in found}
    return all(abs(times[each] - now) < TOLERANCE for each in event_ids)
