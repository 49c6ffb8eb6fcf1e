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
from tests.s3_server import ACCESS_KEY, SECRET_KEY, running_s3
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
    project: Bootstrapped

    def load(self) -> Load:
        """Clients that send through the proxy, `RATE` events a second together."""
        return Load(self.proxy, self.project, clients=CLIENTS, rate=RATE)


@cache
def ingress() -> Json:
    """That of the values for production."""
    return render(None, CHART / "values-prod.yaml").get("Ingress")


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """Three servers that are ready."""
    with ExitStack() as stack:
        postgres = stack.enter_context(running_postgres())
        postgres.create_database(DATABASE)
        pooler = stack.enter_context(running_pgbouncer(postgres, pool_size=10))
        s3 = stack.enter_context(running_s3())
        settings = {
            "URGENTRY_REPLICAS": str(SERVERS),
            "URGENTRY_SECRET_KEYS": "0" * 64,
            "URGENTRY_DATA_DIR": str(folder / "volume"),
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
        yield Installation(servers, proxy, postgres, pooler, project)


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


def _wait_for(proxy: Nginx) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not listens(proxy.port):
        assert time.monotonic() < deadline, proxy.complaints()
        time.sleep(0.02)
