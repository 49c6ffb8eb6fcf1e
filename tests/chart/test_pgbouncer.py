"""PgBouncer runs with what the chart gives it, between the program and PostgreSQL."""

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.chart.rendering import POSTGRES, Json, merged, render
from tests.database_servers import (
    POOLER_SETTINGS,
    PostgresServer,
    free_port,
    private_directory,
    running_postgres,
    unprivileged,
)
from tests.server.running_server import COMMAND, ROOT, RunningServer

DATABASE = "errors-2"
USER = "eve"
PASSWORD = """p"a'ss:w@rd/ %\\"""
PORT_IN_CONTAINER = "listen_port = 5432"
RUN_IN_CONTAINER = "/run/pgbouncer"


def values(server: PostgresServer) -> Json:
    return merged(
        POSTGRES,
        {
            "postgres": {
                "host": "127.0.0.1",
                "port": server.port,
                "database": DATABASE,
                "user": USER,
                "existingSecretPasswordKey": "password",
            },
            "pgbouncer": {"enabled": True, "config": {"stats_users": USER, "verbose": 0}},
        },
    )


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A server that asks the user for the password."""
    with running_postgres() as server:
        quoted = PASSWORD.replace("'", "''")
        server.sql(f"CREATE ROLE {USER} LOGIN PASSWORD '{quoted}'")
        server.create_database(DATABASE)
        server.sql(f'ALTER DATABASE "{DATABASE}" OWNER TO {USER}')
        rules = Path(server.sql("SHOW hba_file"))
        rules.write_text(f"host all {USER} all scram-sha-256\n{rules.read_text()}")
        server.sql("SELECT pg_reload_conf()")
        yield server


@contextmanager
def pooler(server: PostgresServer) -> Iterator[int]:
    """Runs the container's command with the container's files; the port."""
    rendered = render(values(server))
    container = rendered.container("Deployment", "urgentry-pgbouncer")
    files = rendered.get("ConfigMap", "urgentry-pgbouncer")["data"]
    port = free_port()
    with private_directory("urgentry-pooler-") as folder:
        config = files["pgbouncer.ini"].replace(PORT_IN_CONTAINER, f"listen_port = {port}")
        (folder / "pgbouncer.ini").write_text(config.replace(RUN_IN_CONTAINER, str(folder)))
        (folder / "start.sh").write_text(files["start.sh"])
        command = [part.replace("/etc/pgbouncer", str(folder)) for part in container["command"]]
        given = {one["name"]: one.get("value", PASSWORD) for one in container["env"]}
        process = subprocess.Popen(
            command,
            env={"PATH": f"{os.environ['PATH']}:/usr/sbin", "RUN_DIRECTORY": str(folder), **given},
            user=unprivileged(),
            stderr=subprocess.DEVNULL,
        )
        try:
            yield port
            assert (folder / "users.txt").stat().st_mode & 0o077 == 0
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)


def test_the_drills_have_a_pooler_with_the_same_patience() -> None:
    pooled = {"postgres": {"existingSecretPasswordKey": "password"}, "pgbouncer": {"enabled": True}}
    rendered = render(merged(POSTGRES, pooled)).get("ConfigMap", "urgentry-pgbouncer")["data"]
    names = "query_wait_timeout|server_login_retry|pool_mode"
    patience = re.compile(rf"^ *((?:{names}) .*)$", re.MULTILINE)
    chart = patience.findall(rendered["pgbouncer.ini"])
    drills = patience.findall(POOLER_SETTINGS.replace("{pool_mode}", "transaction"))
    assert len(chart) == 3
    assert sorted(chart) == sorted(drills)


async def connected(
    port: int, *, user: str = USER, password: str = PASSWORD, database: str = DATABASE
) -> "asyncpg.Connection[asyncpg.Record]":
    """A connection through the pooler, once it listens."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return await asyncpg.connect(
                host="127.0.0.1",
                port=port,
                user=user,
                password=password,
                database=database,
                statement_cache_size=0,
            )
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.02)


def console(port: int, command: str) -> str:
    """What the pooler's own console answers, once it listens."""
    asyncio.run(_closed(port))
    where = ["-h", "127.0.0.1", "-p", str(port), "-U", USER, "-d", "pgbouncer"]
    return subprocess.run(
        ["psql", *where, "-qAtX", "-c", command],
        env={**os.environ, "PGPASSWORD": PASSWORD},
        capture_output=True,
        check=True,
        text=True,
    ).stdout


async def _closed(port: int) -> None:
    await (await connected(port)).close()


async def test_it_pools_for_the_one_user_with_the_password(postgres: PostgresServer) -> None:
    with pooler(postgres) as port:
        connection = await connected(port)
        assert await connection.fetchval("SELECT current_database()") == DATABASE
        assert await connection.fetchval("SELECT session_user") == USER
        await connection.close()
        for wrong in ({"password": "guessed"}, {"user": "postgres"}):
            with pytest.raises(asyncpg.PostgresError):
                await connected(port, **wrong)


def test_it_is_as_large_as_the_guide_says_and_pools_by_transaction(
    postgres: PostgresServer,
) -> None:
    with pooler(postgres) as port:
        told = dict(line.split("|")[:2] for line in console(port, "SHOW CONFIG").splitlines())
    assert told["pool_mode"] == "transaction"
    assert (told["max_client_conn"], told["default_pool_size"]) == ("200", "20")


def test_the_job_migrates_past_it_and_the_server_works_through_it(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("server")
    migrate(postgres, nowhere=folder / "nowhere")
    with pooler(postgres) as port:
        settings = {
            name: text
            for name, text in render(values(postgres)).settings().items()
            if name.startswith("URGENTRY_DATABASE_")
        }
        settings |= {
            "URGENTRY_DATABASE_DSN": "",
            "URGENTRY_DATABASE_PASSWORD": PASSWORD,
            "URGENTRY_DATABASE_HOST": "127.0.0.1",
            "URGENTRY_DATABASE_PORT": str(port),
        }
        server = RunningServer(folder, database_dsn="by its parts", settings=settings)
        server.launch(migrate=False)
        try:
            server.wait_ready()
            assert server.bootstrap().dsn
        finally:
            server.kill()


def migrate(postgres: PostgresServer, *, nowhere: Path) -> None:
    """Runs the Job's container, which has no disk to write to."""
    container = render(values(postgres)).container("Job", "urgentry-migrate-1")
    given = {one["name"]: one.get("value", PASSWORD) for one in container["env"]}
    subprocess.run(
        [*COMMAND, *container["args"]],
        cwd=ROOT,
        env={"URGENTRY_DATA_DIR": str(nowhere), "PYTHONDONTWRITEBYTECODE": "1", **given},
        check=True,
    )
    assert not nowhere.exists()
