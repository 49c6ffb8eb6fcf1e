"""Servers for the drills: each test has its own database, and its own PostgreSQL where it stops or
freezes it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.database_servers import PgBouncer, PostgresServer, running_postgres
from tests.server.reliability.load import until
from tests.server.running_server import START_TIMEOUT_S, RunningServer


class Run:
    """Makes servers with directories of their own and kills them after the block."""

    def __init__(self, directory: Path) -> None:
        self._directories = (directory / f"server-{number}" for number in range(100))

    @asynccontextmanager
    async def __call__(self, dsn: str = "", /, **settings: str) -> AsyncIterator[RunningServer]:
        """A server that is ready."""
        async with self.launched(dsn, True, **settings) as server:
            await asyncio.to_thread(server.wait_ready)
            yield server

    @asynccontextmanager
    async def launched(
        self, dsn: str = "", migrate: bool = True, /, **settings: str
    ) -> AsyncIterator[RunningServer]:
        """A server that listens, and may wait for something before it is ready."""
        server = RunningServer(next(self._directories), database_dsn=dsn, settings=settings)
        server.launch(migrate=migrate)
        try:
            await until(server.is_listening, timeout_s=START_TIMEOUT_S)
            yield server
        finally:
            await asyncio.to_thread(server.kill)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


@pytest.fixture
def postgres_database(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[str]:
    """The name of an empty database."""
    name = f"drill_{abs(hash(tmp_path)):x}"
    postgres_server.create_database(name)
    yield name
    postgres_server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def dsn(request: pytest.FixtureRequest) -> str:
    """The DSN of an empty database; nothing for SQLite, whose file is the server's own."""
    if request.param == "sqlite":
        return ""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.dsn(request.getfixturevalue("postgres_database"))


@pytest.fixture
def direct_dsn(postgres_server: PostgresServer, postgres_database: str) -> str:
    """The DSN of an empty PostgreSQL database."""
    return postgres_server.dsn(postgres_database)


@pytest.fixture(params=["direct", "pgbouncer"])
def shared_dsn(request: pytest.FixtureRequest, direct_dsn: str, postgres_database: str) -> str:
    """The same, and once more through the pooler."""
    if request.param == "direct":
        return direct_dsn
    pooler: PgBouncer = request.getfixturevalue("pgbouncer")
    return pooler.dsn(postgres_database)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL that tests may stop and freeze."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def own_dsn(own_postgres: PostgresServer, tmp_path: Path) -> Iterator[str]:
    """The DSN of an empty database on it."""
    name = f"drill_{abs(hash(tmp_path)):x}"
    own_postgres.create_database(name)
    yield own_postgres.dsn(name)
    own_postgres.drop_database(name)
