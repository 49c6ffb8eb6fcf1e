"""What an installation with three servers lives through without a failed request: rollouts,
upgrades and the way back, PostgreSQL away for a while, and a standby that takes its place."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.database_servers import running_standby
from tests.server.reliability.installation import (
    CLIENTS,
    DATABASE,
    PATIENCE_S,
    Installation,
    installed,
    nothing_failed,
    roll,
    settled,
    steady,
)
from tests.server.reliability.probes import Probes
from tests.server.running_server import ROOT
from urgentry.storage.migration import bundled

NOTICED_WITHIN_S = 10.0
BACK_WITHIN_S = 10.0
NEXT = """\
-- phase: expand
-- serves: 0.1.0
-- loses: notes of issues

-- forward

ALTER TABLE issue ADD COLUMN note_of_next TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN mark_of_next INTEGER;
CREATE TABLE next_thing (id BIGINT PRIMARY KEY);
CREATE INDEX issue_note_of_next ON issue (project_id, note_of_next);

-- reverse

DROP TABLE next_thing;
DROP INDEX issue_note_of_next;
ALTER TABLE event DROP COLUMN mark_of_next;
ALTER TABLE issue DROP COLUMN note_of_next;
"""
"""The migration that the next program brings: what *expand* allows."""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("installation")) as made:
        yield made


@pytest.fixture(scope="module")
def next_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with one more migration."""
    folder = tmp_path_factory.mktemp("next")
    for part in ("urgentry", "migrations"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    number = len(bundled("postgres")) + 1
    (folder / "migrations" / f"{number:04}_next.sql").write_text(NEXT)
    return folder


async def test_a_rolling_restart_fails_no_request(installation: Installation) -> None:
    async with installation.load() as load:
        await steady(load)
        await roll(installation, load)
    await nothing_failed(installation, load)


async def test_an_upgrade_and_the_way_back_fail_no_request(
    installation: Installation, next_program: Path
) -> None:
    """The migration comes first, and old and new programs serve one schema for a while."""
    upgraded = installation.servers[0].with_settings()
    upgraded.program = next_program
    async with installation.load() as load:
        await steady(load)
        assert "expand" in await asyncio.to_thread(upgraded.run, "migrate")
        await steady(load)
        await roll(installation, load, next_program)
        assert "serves this program" in await asyncio.to_thread(upgraded.run, "migrate", "--check")
        await roll(installation, load, ROOT)
        back = ("migrate", "--to", str(len(bundled("postgres"))), "--force")
        assert "reverse" in await asyncio.to_thread(upgraded.run, *back)
        await steady(load)
    await nothing_failed(installation, load)


async def test_readiness_follows_postgresql_and_liveness_does_not(
    installation: Installation,
) -> None:
    """The pooler stays, and takes connections for a server that is not there."""
    async with AsyncExitStack() as stack:
        load = await stack.enter_async_context(installation.load())
        probes = [
            await stack.enter_async_context(Probes(server)) for server in installation.servers
        ]
        await steady(load)
        await asyncio.to_thread(installation.postgres.stop)
        await all_become(probes, 503, within_s=NOTICED_WITHIN_S)
        await steady(load)
        await asyncio.to_thread(installation.postgres.start)
        await all_become(probes, 200, within_s=BACK_WITHIN_S)
        await steady(load)
    assert {probe.status for each in probes for probe in each.health} == {200}
    await nothing_failed(installation, load)


async def test_a_kill_in_the_middle_of_an_outage_loses_nothing(
    installation: Installation,
) -> None:
    """What waits for the database outlives the process that took it; requests that it had not
    answered may be refused by the proxy, and nothing else."""
    victim = installation.servers[1]
    async with installation.load() as load:
        await steady(load)
        await asyncio.to_thread(installation.postgres.stop)
        await steady(load)
        await asyncio.to_thread(victim.kill)
        await steady(load)
        victim.launch(migrate=False)
        await steady(load)
        await asyncio.to_thread(installation.postgres.start)
        await asyncio.to_thread(victim.wait_ready, timeout_s=PATIENCE_S)
        await steady(load)
    assert set(load.log.statuses) <= {200, 502}, installation.proxy.complaints()
    assert load.log.statuses[502] <= CLIENTS
    await settled(installation.postgres.dsn(DATABASE), load)


async def test_a_standby_takes_over_in_the_middle_of_load(tmp_path: Path) -> None:
    """No event that was answered is lost, and none is counted twice."""
    with installed(tmp_path) as installation, running_standby(installation.postgres) as standby:
        async with installation.load() as load, Probes(installation.servers[0]) as probes:
            await steady(load)
            await asyncio.to_thread(installation.postgres.crash)
            await probes.become(503, within_s=NOTICED_WITHIN_S)
            await asyncio.to_thread(standby.promote)
            installation.pooler.lead_to(standby)
            await probes.become(200, within_s=BACK_WITHIN_S)
            await steady(load)
        assert {probe.status for probe in probes.health} == {200}
        assert set(load.log.statuses) == {200}, installation.proxy.complaints()
        await settled(standby.dsn(DATABASE), load)


async def all_become(probes: list[Probes], status: int, *, within_s: float) -> None:
    await asyncio.gather(*(each.become(status, within_s=within_s) for each in probes))
