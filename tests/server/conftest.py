"""Real servers for the tests of this folder: one process a database, kept for the whole run."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.contract import conftest as databases
from tests.server.real_browser import RealBrowser, real_browser
from tests.server.running_server import RunningServer

backend = databases.backend
database = databases.database
postgres_server = databases.postgres_server
pgbouncer = databases.pgbouncer
postgres_template = databases.postgres_template
sqlite_template = databases.sqlite_template


@pytest.fixture(scope="session")
def browser() -> Iterator[RealBrowser]:
    with real_browser() as browser:
        yield browser


@pytest.fixture(scope="session", params=databases.BACKENDS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server that all tests share: each makes a project of its own."""
    with _fresh_database(request) as dsn:
        directory = tmp_path_factory.mktemp(f"server-{request.param}")
        with RunningServer(directory, database_dsn=dsn) as server:
            yield server


@pytest.fixture(params=databases.BACKENDS)
def fresh_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    """A server of the test's own with an empty database; not started yet."""
    with _fresh_database(request) as dsn:
        server = RunningServer(tmp_path_factory.mktemp("server"), database_dsn=dsn)
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def _fresh_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The DSN of an empty database; nothing for SQLite, whose file is the server's own."""
    if request.param == "sqlite":
        yield ""
        return
    with databases.cloned(request, "template0") as dsn:
        yield dsn
