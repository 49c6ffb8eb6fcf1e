"""Two servers behind nginx, with the routes and limits that the chart's Ingress gives it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

import httpx

from tests.chart.rendering import CHART, Json, render
from tests.database_servers import PostgresServer
from tests.nginx import Nginx, running_nginx
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import Load, until
from tests.server.reliability.test_replicas import REPLICATED
from tests.server.running_server import Bootstrapped, RunningServer

PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Release:
    """What an installation is: servers with one volume, and a proxy before them."""

    servers: tuple[RunningServer, RunningServer]
    proxy: Nginx
    project: Bootstrapped


@cache
def ingress() -> Json:
    return render(None, CHART / "values-prod.yaml").get("Ingress")


@asynccontextmanager
async def installed(run: Run, dsn: str) -> AsyncIterator[Release]:
    async with run(dsn, **REPLICATED) as first:
        shared = {**REPLICATED, "URGENTRY_DATA_DIR": str(first.data_dir)}
        async with run(dsn, **shared) as second:
            project = await asyncio.to_thread(first.bootstrap)
            with running_nginx(ingress(), [first.port, second.port]) as proxy:
                async with httpx.AsyncClient() as client:
                    await until_answered(client, f"http://127.0.0.1:{proxy.port}/health")
                yield Release((first, second), proxy, project)


async def until_answered(client: httpx.AsyncClient, url: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.02)


async def test_a_rolling_restart_refuses_nothing(run: Run, direct_dsn: str) -> None:
    async with installed(run, direct_dsn) as release:
        async with Load(release.proxy, release.project) as load:
            await load.reaches(100, timeout_s=PATIENCE_S)
            for server in release.servers:
                await asyncio.to_thread(server.stop)
                server.launch(migrate=False)
                await load.reaches(load.log.statuses[200] + 100, timeout_s=PATIENCE_S)
                await asyncio.to_thread(server.wait_ready, timeout_s=PATIENCE_S)
            await load.reaches(load.log.statuses[200] + 100, timeout_s=PATIENCE_S)
        assert set(load.log.statuses) == {200}, release.proxy.complaints()
        assert not load.log.broken
        books = await read_books(direct_dsn)
        books.keep(load.log)
        assert books.events.keys() == load.log.accepted


async def test_events_are_taken_while_the_database_is_away(
    run: Run, own_postgres: PostgresServer, own_dsn: str
) -> None:
    async with installed(run, own_dsn) as release:
        async with Load(release.proxy, release.project) as load:
            await load.reaches(50, timeout_s=PATIENCE_S)
            await asyncio.to_thread(own_postgres.stop)
            await until(lambda: not release.servers[0].is_ready(), timeout_s=PATIENCE_S)
            await load.reaches(load.log.statuses[200] + 100, timeout_s=PATIENCE_S)
            await asyncio.to_thread(own_postgres.start)
            await load.reaches(load.log.statuses[200] + 50, timeout_s=PATIENCE_S)
        assert set(load.log.statuses) == {200}, release.proxy.complaints()
        async with asyncio.timeout(PATIENCE_S):
            while (await read_books(own_dsn)).events.keys() < load.log.accepted:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        (await read_books(own_dsn)).keep(load.log)


async def test_what_may_pass_passes_and_what_is_private_does_not(run: Run, direct_dsn: str) -> None:
    async with (
        installed(run, direct_dsn) as release,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{release.proxy.port}") as client,
    ):
        path = f"/api/{release.project.project_id}/envelope/"
        assert (await client.post(path, content=b"x" * (2 << 20))).status_code != 413
        assert (await client.post(path, content=b"x" * (21 << 20))).status_code == 413
        token = {"Authorization": f"Bearer {release.project.auth_token}"}
        answer = await client.get("/api/0/organizations/acme/projects/", headers=token)
        assert [one["slug"] for one in answer.json()] == ["web"]
        assert (await client.get("/metrics")).status_code == 403
