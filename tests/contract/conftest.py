"""Databases for the contract suite: SQLite, PostgreSQL, and PostgreSQL behind PgBouncer.

`backend` is a fresh, migrated database that nobody has opened; `database` is that one, opened. Each
is a copy of a template that is migrated once a session.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.contract.scratch import QUERIES, create
from tests.database_servers import (
    PgBouncer,
    PostgresServer,
    running_pgbouncer,
    running_postgres,
)
from urgentry.storage.database import Database
from urgentry.storage.migrate import migrate
from urgentry.storage.open import open_database

BACKENDS = ("sqlite", "postgres", "pgbouncer")
TEMPLATE = "urgentry_template"


@dataclass(frozen=True, slots=True)
class Backend:
    """Where a database of one test is: through `dsn` as the server would reach it."""

    kind: str
    dsn: str

    @property
    def is_sqlite(self) -> bool:
        return self.kind == "sqlite"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server a session; tests that stop or freeze a server start their own."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def pgbouncer(postgres_server: PostgresServer) -> Iterator[PgBouncer]:
    with running_pgbouncer(postgres_server) as pooler:
        yield pooler


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    postgres_server.create_database(TEMPLATE)
    asyncio.run(_migrated(postgres_server.dsn(TEMPLATE)))
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "urgentry.sqlite"
    asyncio.run(_migrated(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def scratch_name(postgres_server: PostgresServer, postgres_template: str) -> str:
    """A database of PostgreSQL that the tests of the drivers share: a clone costs a third of a
    second, and they need only their own table."""
    postgres_server.create_database("urgentry_scratch", postgres_template)
    return "urgentry_scratch"


@pytest.fixture(params=BACKENDS)
def scratch_backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """A database for tests that use the table of `scratch.py` alone; it may exist already."""
    if request.param == "sqlite":
        return Backend("sqlite", f"sqlite:///{tmp_path / 'scratch.sqlite'}")
    name: str = request.getfixturevalue("scratch_name")
    return Backend(request.param, entrance(request).dsn(name))


@pytest.fixture
async def scratch_database(scratch_backend: Backend) -> AsyncIterator[Database]:
    """An opened database with an empty scratch table."""
    opened = open_database(scratch_backend.dsn, queries=QUERIES)
    await opened.write(create)
    yield opened
    await opened.close()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """A fresh database with the schema of this program."""
    if request.param == "sqlite":
        path = tmp_path / "urgentry.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield Backend("sqlite", f"sqlite:///{path}")
        return
    with cloned(request, request.getfixturevalue("postgres_template")) as dsn:
        yield Backend(request.param, dsn)


@pytest.fixture
async def database(backend: Backend) -> AsyncIterator[Database]:
    """The fresh database, opened as the server opens it."""
    opened = open_database(backend.dsn)
    yield opened
    await opened.close()


@contextmanager
def cloned(request: pytest.FixtureRequest, template: str) -> Iterator[str]:
    """The DSN of a copy of a PostgreSQL database, through the entrance that the test asks for."""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"test_{uuid4().hex}"
    server.create_database(name, template)
    yield entrance(request).dsn(name)
    server.drop_database(name)


def entrance(request: pytest.FixtureRequest) -> PostgresServer | PgBouncer:
    """The server itself or the pooler before it, by the parameter of the fixture."""
    fixture = "postgres_server" if request.param == "postgres" else "pgbouncer"
    server: PostgresServer | PgBouncer = request.getfixturevalue(fixture)
    return server


async def _migrated(dsn: str) -> None:
    database = open_database(dsn, statement_seconds=None)
    await migrate(database)
    await database.close()
