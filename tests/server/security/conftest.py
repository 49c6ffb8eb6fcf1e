"""What the tests of security share: a server with SQLite for the whole folder, and the API in the
test's own process where nothing that is asked leaves a trace.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from starlette.applications import Starlette

from tests.contract import conftest as databases
from tests.server.api import conftest as api
from tests.server.api.conftest import BASE_URL, SEALS
from tests.server.running_server import Bootstrapped, RunningServer
from urgentry.api.endpoint import ApiDeps
from urgentry.api.routes import routes
from urgentry.blobs.disk import DiskStore
from urgentry.explore.scanning import Desk
from urgentry.storage.database import Database, Transaction

T = TypeVar("T")

backend = databases.backend
database = databases.database
postgres_server = databases.postgres_server
pgbouncer = databases.pgbouncer
postgres_template = databases.postgres_template
sqlite_template = databases.sqlite_template
world = api.world

NOWHERE = Path("/nonexistent/blobs")


class _Undone(Exception):
    """Ends a transaction so that nothing of it stays."""


class Rehearsal:
    """A database that does everything and keeps nothing: each write is rolled back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.dialect = database.dialect

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        return self._database.read()

    def snapshot(self) -> AbstractAsyncContextManager[Transaction]:
        return self._database.snapshot()

    async def write(self, body: Callable[[Transaction], Awaitable[T]]) -> T:
        answers: list[T] = []

        async def undone(tx: Transaction) -> None:
            answers.append(await body(tx))
            raise _Undone

        with suppress(_Undone):
            await self._database.write(undone)
        return answers[-1]

    async def ping(self) -> None:
        await self._database.ping()

    async def close(self) -> None:
        await self._database.close()


@asynccontextmanager
async def rehearsing(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API that changes nothing; a bug in the API is a 500."""
    rehearsal = Rehearsal(database)
    desk = Desk(rehearsal, seconds=30, at_once=2)
    deps = ApiDeps(
        database=rehearsal,
        blobs=DiskStore(NOWHERE),
        base_url=BASE_URL,
        seals=SEALS,
        desk=desk,
    )
    transport = httpx.ASGITransport(Starlette(routes=routes(deps)), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL) as client:
        yield client
    desk.close()


@dataclass(frozen=True)
class Site:
    """A running server and what was made on it."""

    server: RunningServer
    made: Bootstrapped

    @property
    def url(self) -> str:
        return self.server.base_url

    def browser(self) -> httpx.Client:
        """A client that sends what a browser sends from our own pages."""
        return httpx.Client(base_url=self.url, headers={"Origin": self.url})

    @contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        """The same, signed in as the owner."""
        with self.browser() as client:
            answer = sign_in(client, self.made.email, self.made.password)
            assert answer.status_code == 303, answer.text
            yield client

    def api(self) -> httpx.Client:
        """A client of the API with the owner's token."""
        headers = {"Authorization": f"Bearer {self.made.auth_token}"}
        return httpx.Client(base_url=f"{self.url}/api/0", headers=headers, timeout=30)


def sign_in(
    client: httpx.Client, email: str, password: str, *, then: str = "", **headers: str
) -> httpx.Response:
    """Sends the form of the sign-in page."""
    form = {"email": email, "password": password, "next": then}
    return client.post("/sign-in/", data=form, headers=headers)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with RunningServer(tmp_path_factory.mktemp("site")) as server:
        yield Site(server, server.bootstrap())


def launch(directory: pytest.TempPathFactory, name: str, **settings: str) -> RunningServer:
    """A server of other settings; not started yet."""
    return RunningServer(directory.mktemp(name), settings=settings)
