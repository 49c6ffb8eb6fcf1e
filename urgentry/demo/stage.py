"""The server in this process, with its clock set back, and a client in front of it. What is sent
passes every stage that it would pass over a socket; it only happened earlier.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from urgentry import clock
from urgentry.app import App
from urgentry.config import Settings
from urgentry.errors import UrgentryError
from urgentry.ingest.monitoring import notice
from urgentry.jobs.aging import age_issues
from urgentry.jobs.escalation import escalate_issues
from urgentry.jobs.housekeeping import prepare_partitions
from urgentry.metrics import Metrics
from urgentry.opening import open_blob_store, open_seals
from urgentry.storage.database import Database

_AT_ONCE = 40
_DONE = range(200, 300)
_ADDRESS = ("203.0.113.7", 50_000)


class DemoFailed(UrgentryError):
    """The server refused what the demo sent it."""


class Stage:
    """A server, and the time that it takes it to be."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._room = asyncio.Semaphore(_AT_ONCE)

    @property
    def database(self) -> Database:
        """The database that the server works on."""
        return self._app.database

    def set_time(self, at: int) -> None:
        """From here on it is `at`, in microseconds; it goes on from there as time does."""
        clock.set_back(0)
        clock.set_back(clock.now() - at)

    async def report(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        """Sends what an SDK sends. What the server limits or filters is part of the picture."""
        async with self._room:
            status, answer = await self._send("POST", path, body, headers)
        if status not in (200, 201, 202, 429):
            raise DemoFailed(f"{path} answered {status}: {answer[:300].decode()}")

    async def ask(self, method: str, path: str, token: str, body: Any = None, **query: str) -> Any:
        """What the web API answers. DemoFailed when it refuses."""
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        target = f"/api/0{path}?{urlencode(query)}"
        sent = b"" if body is None else orjson.dumps(body)
        status, answer = await self._send(method, target, sent, headers)
        if status not in _DONE:
            raise DemoFailed(f"{method} {target} answered {status}: {answer[:300].decode()}")
        return orjson.loads(answer) if answer else None

    async def pass_time(self, at: int) -> None:
        """What a server does by itself now and then."""
        await notice(self.database, self._app.writer, now=at)
        await escalate_issues(self.database, now=at)
        await age_issues(self.database, now=at)
        await self._app.ledger.flush()

    async def _send(
        self, method: str, target: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        said: list[dict[str, Any]] = []
        waiting: list[dict[str, Any]] = [{"type": "http.request", "body": body}]

        async def receive() -> dict[str, Any]:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        await self._app(_scope(method, target, len(body), headers), receive, send)
        return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])


@asynccontextmanager
async def open_stage(settings: Settings, database: Database) -> AsyncIterator[Stage]:
    """A server on a database whose schema is up to date. All that it took is written at the end."""
    blobs = open_blob_store(settings.blobs)
    app = App(settings, database, blobs, Metrics(), open_seals(settings))
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(app.pipeline.run())
            app.open_doors()
            try:
                yield Stage(app)
            finally:
                app.pipeline.close()
        await app.ledger.flush()
    finally:
        clock.set_back(0)
        await app.spool.close()
        await blobs.close()


async def make_room(database: Database, days: Iterable[int]) -> None:
    """Makes the partitions that times in the past need."""
    for at in days:
        await prepare_partitions(database, at)


def _scope(method: str, target: str, length: int, headers: dict[str, str]) -> dict[str, Any]:
    parts = urlsplit(target)
    sent = {"host": "demo", "content-length": str(length), **headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": _ADDRESS,
        "server": ("demo", 80),
    }
