"""Real servers for the tests of this folder: one process a database, kept for the whole run."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.database_servers import PgBouncer, PostgresServer, running_pgbouncer, running_postgres
from tests.server.real_browser import RealBrowser, real_browser
from tests.server.running_server import RunningServer

DATABASES = ("sqlite", "postgres", "pgbouncer")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def pgbouncer(postgres_server: PostgresServer) -> Iterator[PgBouncer]:
    with running_pgbouncer(postgres_server) as pooler:
        yield pooler


@pytest.fixture(scope="session")
def browser() -> Iterator[RealBrowser]:
    with real_browser() as browser:
        yield browser


@pytest.fixture(scope="session", params=DATABASES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server that all tests share: each makes a project of its own."""
    with _fresh_database(request, request.param) as dsn:
        directory = tmp_path_factory.mktemp(f"server-{request.param}")
        with RunningServer(directory, database_dsn=dsn) as server:
            yield server


@pytest.fixture(params=DATABASES)
def fresh_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server of the test's own with an empty database; not started yet."""
    with _fresh_database(request, request.param) as dsn:
        server = RunningServer(tmp_path_factory.mktemp("server"), database_dsn=dsn)
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def _fresh_database(request: pytest.FixtureRequest, kind: str) -> Iterator[str]:
    """The DSN of an empty database; nothing for SQLite, whose file is the server's own."""
    if kind == "sqlite":
        yield ""
        return
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"server_{abs(hash(request.node.nodeid)):x}_{kind}"
    postgres.create_database(name)
    try:
        if kind == "pgbouncer":
            pooler: PgBouncer = request.getfixturevalue("pgbouncer")
            yield pooler.dsn(name)
        else:
            yield postgres.dsn(name)
    finally:
        postgres.drop_database(name)
