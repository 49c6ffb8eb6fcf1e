"""An installation as the chart makes it: three servers with one volume for the spool, nginx with
the routes of the chart's Ingress before them, PostgreSQL behind PgBouncer in transaction mode, and
blobs in a bucket.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.chart.rendering import CHART, Json, render
from tests.database_servers import (
    PgBouncer,
    PostgresServer,
    listens,
    running_pgbouncer,
    running_postgres,
)
from tests.nginx import Nginx, running_nginx
from tests.s3_server import ACCESS_KEY, SECRET_KEY, S3Server, running_s3
from tests.server.reliability.books import read_books
from tests.server.reliability.load import Load
from tests.server.running_server import Bootstrapped, RunningServer

SERVERS = 3
RATE = 200
"""Events a second."""
CLIENTS = 20
PATIENCE_S = 60.0
STEADY_S = float(os.environ.get("DRILL_SECONDS", "1"))
"""How long each phase of a drill lasts at least; `scripts/drill` takes longer ones."""
DATABASE = "urgentry"


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything in it."""

    servers: list[RunningServer]
    proxy: Nginx
    postgres: PostgresServer
    pooler: PgBouncer
    blobs: S3Server
    volume: Path
    project: Bootstrapped

    def load(self) -> Load:
        """Clients that send through the proxy, `RATE` events a second together."""
        return Load(self.proxy, self.project, clients=CLIENTS, rate=RATE)


@cache
def ingress() -> Json:
    """That of the values for production."""
    return render(None, CHART / "values-prod.yaml").get("Ingress")


@contextmanager
def installed(
    folder: Path, *, volume: Path | None = None, database: Path | None = None
) -> Iterator[Installation]:
    """Three servers that are ready; their volume, and the database's, may be given."""
    volume = volume or folder / "volume"
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres(within=database))
        postgres.create_database(DATABASE)
        pooler = stack.enter_context(running_pgbouncer(postgres, pool_size=10))
        stack.enter_context(pooler.kept_running())
        s3 = stack.enter_context(running_s3())
        settings = {
            "URGENTRY_REPLICAS": str(SERVERS),
            "URGENTRY_SECRET_KEYS": "0" * 64,
            "URGENTRY_DATA_DIR": str(volume),
            "URGENTRY_TRUSTED_PROXIES": "127.0.0.1",
            "URGENTRY_BLOBS_STORE": "s3",
            "URGENTRY_BLOBS_S3_BUCKET": s3.make_bucket(),
            "URGENTRY_BLOBS_S3_ENDPOINT": s3.endpoint,
            "URGENTRY_BLOBS_S3_ACCESS_KEY_ID": ACCESS_KEY,
            "URGENTRY_BLOBS_S3_SECRET_ACCESS_KEY": SECRET_KEY,
        }
        dsn = pooler.dsn(DATABASE)
        servers = [
            RunningServer(folder / f"server-{number}", database_dsn=dsn, settings=settings)
            for number in range(SERVERS)
        ]
        servers[0].run("migrate")
        for server in servers:
            stack.callback(server.kill)
            server.launch(migrate=False)
        for server in servers:
            server.wait_ready(timeout_s=PATIENCE_S)
        project = servers[0].bootstrap()
        proxy = stack.enter_context(running_nginx(ingress(), [one.port for one in servers]))
        _wait_for(proxy)
        yield Installation(servers, proxy, postgres, pooler, s3, volume, project)


async def steady(load: Load) -> None:
    """Returns when the load went on for a while and a hundred more events were taken."""
    began, before = time.monotonic(), load.log.statuses[200]
    await load.reaches(before + 100, timeout_s=PATIENCE_S)
    await asyncio.sleep(max(0.0, began + STEADY_S - time.monotonic()))


async def roll(installation: Installation, load: Load, program: Path | None = None) -> None:
    """Restarts one server after the other, perhaps with another program, as a rollout does."""
    for server in installation.servers:
        await asyncio.to_thread(server.stop)
        server.program = program or server.program
        server.launch(migrate=False)
        await asyncio.to_thread(server.wait_ready, timeout_s=PATIENCE_S)
        await steady(load)


async def nothing_failed(installation: Installation, load: Load) -> None:
    """Asserts that each request was answered 200, and that what was sent is there, once."""
    assert set(load.log.statuses) == {200}, installation.proxy.complaints()
    assert not load.log.broken
    await settled(installation.postgres.dsn(DATABASE), load)


async def settled(dsn: str, load: Load) -> None:
    """Waits until what was spooled is written; then everything is there, once."""
    async with asyncio.timeout(PATIENCE_S):
        books = await read_books(dsn)
        while not books.events.keys() >= load.log.accepted:
            await asyncio.sleep(0.2)
            books = await read_books(dsn)
    books.keep(load.log)


def _wait_for(proxy: Nginx) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not listens(proxy.port):
        assert time.monotonic() < deadline, proxy.complaints()
        time.sleep(0.02)
