"""A backup that is taken while events come in fills an empty system, of the other database too."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.database_servers import PgBouncer
from tests.server.ingest.wire import envelope_of
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import Load, error
from tests.server.running_server import Bootstrapped, RunningServer
from urgentry.backup.chunks import read_chunks
from urgentry.backup.manifest import Manifest, read_manifest

PATIENCE_S = 60.0
CLIENTS = 8
LOG = b"line of a log\n" * 30_000


@pytest.fixture(params=["sqlite to pgbouncer", "pgbouncer to sqlite"])
def ways(
    request: pytest.FixtureRequest, pgbouncer: PgBouncer, postgres_database: str
) -> tuple[str, str]:
    """The DSN to take a backup of, and that of an empty database; nothing for SQLite."""
    pooled = pgbouncer.dsn(postgres_database)
    return ("", pooled) if request.param.startswith("sqlite") else (pooled, "")


async def test_a_backup_under_load_is_one_moment_and_comes_back_whole(
    run: Run, ways: tuple[str, str], tmp_path: Path
) -> None:
    source, target = ways
    first, second = tmp_path / "first", tmp_path / "second"
    async with run(source) as server:
        project = await asyncio.to_thread(server.bootstrap)
        with_attachment = await send_attachment(server, project)
        async with Load(server, project, clients=CLIENTS) as load:
            await load.reaches(300, timeout_s=PATIENCE_S)
            before = load.log.accepted
            await asyncio.to_thread(server.run, "backup", str(first))
            after = load.log.statuses[200]
            await load.reaches(after + 50, timeout_s=PATIENCE_S)
        assert "is sound" in await asyncio.to_thread(server.run, "verify", str(first))
        manifest = read_manifest(first)
        assert len(before) < rows_in(manifest, "event") <= after + 1 + CLIENTS
        assert (manifest.blobs.count, manifest.blobs.bytes) == (1, len(LOG))

    restored = RunningServer(tmp_path / "restored", database_dsn=target)
    await asyncio.to_thread(restored.run, "restore", str(first))
    await asyncio.to_thread(restored.run, "backup", str(second))
    assert content(second) == content(first)
    try:
        await asyncio.to_thread(restored.start)
        books = await read_books(restored.database_dsn)
        books.check()
        books.hold(before)
        assert await download(restored, project, with_attachment) == LOG
        # Who was signed in stays so, ids go on, and what comes in now is counted on top.
        log = await asyncio.to_thread(restored.bootstrap, project="other")
        assert log.project_id != project.project_id
        async with Load(restored, project) as load:
            await load.reaches(20, timeout_s=PATIENCE_S)
        (await read_books(restored.database_dsn)).check()
    finally:
        await asyncio.to_thread(restored.kill)


async def test_only_an_empty_system_is_filled_unless_forced(run: Run, tmp_path: Path) -> None:
    async with run() as server:
        project = await asyncio.to_thread(server.bootstrap)
        async with Load(server, project) as load:
            await load.reaches(20, timeout_s=PATIENCE_S)
        await asyncio.to_thread(server.run, "backup", str(tmp_path / "taken"))
        kept = (await read_books(server.database_dsn)).events
        async with Load(server, project) as load:
            await load.reaches(20, timeout_s=PATIENCE_S)

        def refusal(*options: str) -> str:
            with pytest.raises(RuntimeError) as refused:
                server.run("restore", str(tmp_path / "taken"), *options)
            return str(refused.value)

        assert "another server" in await asyncio.to_thread(refusal, "--force")
        await asyncio.to_thread(server.stop)
        assert "the database is in use" in await asyncio.to_thread(refusal)
        assert (await read_books(server.database_dsn)).events > kept
        key = (server.directory / "secret_key").read_text()
        (server.directory / "secret_key").write_text("another")
        await asyncio.to_thread(server.run, "restore", str(tmp_path / "taken"), "--force")
        assert (await read_books(server.database_dsn)).events == kept
        assert (server.directory / "secret_key").read_text() == key
        await asyncio.to_thread(server.start)
        async with Load(server, project) as load:
            await load.reaches(20, timeout_s=PATIENCE_S)


async def test_servers_at_work_are_seen_by_postgresql(
    run: Run, direct_dsn: str, tmp_path: Path
) -> None:
    async with run(direct_dsn) as server:
        await asyncio.to_thread(server.bootstrap)
        await asyncio.to_thread(server.run, "backup", str(tmp_path / "taken"))
        with pytest.raises(RuntimeError, match="servers are at work"):
            await asyncio.to_thread(server.run, "restore", str(tmp_path / "taken"), "--force")


def rows_in(manifest: Manifest, table: str) -> int:
    return next(content.rows for content in manifest.tables if content.name == table)


def content(folder: Path) -> dict[str, Any]:
    """All that a backup holds, whichever way it is laid out in files."""
    manifest = read_manifest(folder)
    found: dict[str, Any] = {}
    for table in manifest.tables:
        names = [column.name for column in table.columns]
        order = sorted(range(len(names)), key=names.__getitem__)
        rows = [row for part in read_chunks(folder, table.chunks) for row in part]
        found[table.name] = [{names[place]: row[place] for place in order} for row in rows]
    blobs = [row for part in read_chunks(folder, manifest.blobs.chunks) for row in part]
    return found | {
        "blobs": sorted(blobs),
        "files": [(file.file, file.sha256) for file in manifest.files],
        "migrations": manifest.migrations,
    }


async def send_attachment(server: RunningServer, project: Bootstrapped) -> str:
    """The id of an event that has one."""
    event = error(0, issue=0, user=0)
    event_id: str = event["event_id"]
    head = f'{{"type":"attachment","filename":"app.log","length":{len(LOG)}}}\n'.encode()
    body = envelope_of(event, event_id=event_id)
    key = project.dsn.split("//")[1].split("@")[0]
    async with httpx.AsyncClient(base_url=server.base_url) as client:
        answer = await client.post(
            f"/api/{project.project_id}/envelope/",
            content=body.rstrip(b"\n") + b"\n" + head + LOG,
            headers={"X-Sentry-Auth": f"Sentry sentry_version=7, sentry_key={key}"},
        )
        assert answer.status_code == 200
    return event_id


async def download(server: RunningServer, project: Bootstrapped, event_id: str) -> bytes:
    path = f"/api/0/projects/acme/web/events/{event_id}/attachments/"
    headers = {"Authorization": f"Bearer {project.auth_token}"}
    async with httpx.AsyncClient(base_url=server.base_url, headers=headers) as client:
        (attachment,) = (await client.get(path)).json()
        answer = await client.get(f"{path}{attachment['id']}/", params={"download": "1"})
        assert attachment["sha1"] == hashlib.sha1(answer.content).hexdigest()  # noqa: S324
        return answer.content
