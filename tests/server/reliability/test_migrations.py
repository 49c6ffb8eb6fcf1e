"""`urgentry migrate` beside servers that wait for it, and forward and back by itself."""

import asyncio
import subprocess

import asyncpg
import httpx
import pytest

from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import errors, send_all
from tests.server.reliability.probes import Probes
from tests.server.running_server import COMMAND, ROOT, RunningServer

READY_WITHIN_S = 10.0
PENDING = 3
SLOW_DDL = """
    CREATE FUNCTION dawdle() RETURNS event_trigger LANGUAGE plpgsql
        AS 'BEGIN PERFORM pg_sleep(0.05); END';
    CREATE EVENT TRIGGER dawdling ON ddl_command_start EXECUTE FUNCTION dawdle();
"""


async def test_a_server_waits_until_somebody_migrates(run: Run, direct_dsn: str) -> None:
    async with run.launched(direct_dsn, False) as server, Probes(server) as probes:
        async with httpx.AsyncClient(base_url=server.base_url) as client:
            await until_it_says(client, "urgentry migrate")
            answer = await client.post("/api/1/envelope/", content=b"{}")
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
        assert await asyncio.to_thread(server.metric, "schema_migration_pending") == 1
        with pytest.raises(RuntimeError, match="urgentry migrate"):
            await asyncio.to_thread(server.bootstrap)
        await asyncio.to_thread(server.run, "migrate")
        await probes.become(200, within_s=READY_WITHIN_S)
        assert {probe.status for probe in probes.health} == {200}
        assert await asyncio.to_thread(server.metric, "schema_migration_pending") == 0
        assert "urgentry migrate" in server.log()
        project = await asyncio.to_thread(server.bootstrap)
        assert (await send_all(server, project, errors(5))).statuses == {200: 5}


@pytest.mark.parametrize("by", ["serve", "migrate"])
async def test_a_migration_may_take_longer_than_other_statements(
    run: Run, direct_dsn: str, by: str
) -> None:
    connection = await asyncpg.connect(direct_dsn)
    await connection.execute(SLOW_DDL)
    await connection.close()
    short = {"URGENTRY_DATABASE_STATEMENT_TIMEOUT_MS": "300"}
    async with run.launched(direct_dsn, by == "serve", **short) as server:
        if by == "migrate":
            await asyncio.to_thread(server.run, "migrate")
        await asyncio.to_thread(server.wait_ready)


def test_forward_and_back(dsn: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    server = RunningServer(tmp_path_factory.mktemp("server"), database_dsn=dsn)
    code, planned = migrate(server, "--plan")
    assert (code, "forward 0001" in planned) == (0, True)
    assert migrate(server, "--check") == (PENDING, "")
    assert migrate(server) == (0, planned)
    assert migrate(server, "--to", "0")[0] == 1
    assert migrate(server, "--check")[0] == 0
    code, reverted = migrate(server, "--to", "0", "--force")
    assert (code, "reverse 0001" in reverted) == (0, True)
    assert migrate(server, "--check")[0] == PENDING
    assert migrate(server) == (0, planned)


async def test_a_server_works_on_what_went_back_and_forward(
    dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = RunningServer(tmp_path_factory.mktemp("server"), database_dsn=dsn)
    for _ in range(2):
        await asyncio.to_thread(server.start)
        try:
            project = await asyncio.to_thread(server.bootstrap)
            log = await send_all(server, project, errors(20))
            books = await read_books(server.database_dsn)
            books.keep(log)
            assert books.events.total() == 20
        finally:
            await asyncio.to_thread(server.stop)
        assert migrate(server, "--to", "0", "--force")[0] == 0


async def until_it_says(client: httpx.AsyncClient, what: str) -> None:
    """Waits until `/ready` tells why, in these words."""
    async with asyncio.timeout(READY_WITHIN_S):
        while what not in (answer := await client.get("/ready")).text:
            assert answer.status_code == 503
            await asyncio.sleep(0.05)


def migrate(server: RunningServer, *arguments: str) -> tuple[int, str]:
    """Exit status and standard output of `urgentry migrate`."""
    done = subprocess.run(
        [*COMMAND, "migrate", *arguments],
        cwd=ROOT,
        env=server.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout
