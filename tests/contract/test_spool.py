"""Draining the spool: what can be read is written once, whatever the disk did to the rest."""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.contract.test_pipeline import Writing, writing
from tests.events import prepared_event
from tests.queries import rows
from urgentry import clock
from urgentry.domain.record import Record
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.names import KnownNames
from urgentry.ingest.spool.drain import Drain
from urgentry.ingest.spool.frames import SpooledBatch
from urgentry.ingest.spool.spool import Spool
from urgentry.ingest.writer import BatchWriter
from urgentry.metrics import Metrics
from urgentry.storage.database import Database


def batch(*records: Record) -> SpooledBatch:
    return SpooledBatch(id=secrets.token_bytes(16), at=clock.now(), records=records)


def left_behind(root: Path, *titles: str) -> Path:
    """The file of a process that is gone, a batch for each event."""
    asyncio.run(_leave(root, titles))
    [file] = root.glob("*/*.spool")
    return file


async def _leave(root: Path, titles: Sequence[str]) -> None:
    spool = Spool(root, max_bytes=1 << 20)
    for title in titles:
        await spool.append(batch(prepared_event(title)))
    await spool.close()


async def drain(database: Database, root: Path) -> Metrics:
    """Drains what was left below a folder; what the operators see of it."""
    metrics = Metrics()
    writer = BatchWriter(
        Ledger(database, metrics), metrics, KnownNames(), after_commit=lambda: None
    )
    done = asyncio.Event()
    job = Drain(database, Spool(root, max_bytes=0), writer, metrics, on_empty=done.set)
    running = asyncio.create_task(job.run())
    await asyncio.wait_for(done.wait(), 30)
    running.cancel()
    return metrics


async def titles(database: Database) -> list[str]:
    found = await rows(database, "SELECT title FROM issue ORDER BY title")
    return [row["title"].removeprefix("ValueError: ") for row in found]


def damaged(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("ingest_spool_damaged_files_total")


@pytest.mark.parametrize("hit", [0, 1, 2])
async def test_a_changed_byte_costs_one_batch_and_its_file_is_kept(
    database: Database, tmp_path: Path, hit: int
) -> None:
    root, names = tmp_path / "spool", ["first", "middle", "last"]
    file = await asyncio.to_thread(left_behind, root, *names)
    whole = file.read_bytes()
    changed = bytearray(whole)
    changed[len(whole) * (2 * hit + 1) // 6] ^= 1
    file.write_bytes(changed)

    assert damaged(await drain(database, root)) == 1
    assert await titles(database) == sorted(set(names) - {names[hit]})
    assert not list(root.iterdir())
    [kept] = (tmp_path / "spool-damaged").iterdir()
    assert kept.read_bytes() == changed

    (root / "again").mkdir()
    (root / "again" / "00000001.spool").write_bytes(whole)
    assert damaged(await drain(database, root)) == 0
    assert await titles(database) == sorted(names)
    counts = await rows(database, "SELECT times_seen FROM issue")
    assert [row["times_seen"] for row in counts] == [1, 1, 1]


async def test_damage_in_a_file_that_is_drained_in_parts_is_told_once(
    database: Database, tmp_path: Path
) -> None:
    root = tmp_path / "spool"
    file = await asyncio.to_thread(left_behind, root, "first", "middle", "last")
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    folder = file.parent
    first = await drain(database, root)
    folder.mkdir()
    (folder / file.name).write_bytes(data)
    assert [damaged(first), damaged(await drain(database, root))] == [1, 0]
    assert await titles(database) == ["last", "middle"]


async def of_project(made: Writing, project: int, *, size: int) -> str:
    event = prepared_event(f"of {project}", project_id=project, payload=secrets.token_bytes(size))
    [fate] = (await made.submit(event)).fates
    return fate


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_project_that_fills_the_spool_leaves_room_for_another(
    database: Database, tmp_path: Path
) -> None:
    async with writing(database, tmp_path / "spool", max_spool_bytes=200_000) as made:
        made.pipeline.set_aside()
        fates = [await of_project(made, 1, size=5_000) for _ in range(50)]
        assert set(fates) == {"", "spool_full"}
        assert await of_project(made, 2, size=5_000) == ""
        assert await of_project(made, 1, size=5_000) == "spool_full"
        assert made.spool.size <= 200_000


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_one_batch_is_kept_for_the_projects_that_have_room(
    database: Database, tmp_path: Path
) -> None:
    """The first of them is alone in its batch; the others come in one."""
    async with writing(database, tmp_path / "spool", max_spool_bytes=200_000) as made:
        made.pipeline.set_aside()
        while await of_project(made, 1, size=5_000) == "":
            pass
        fates = await asyncio.gather(*(of_project(made, each, size=2_000) for each in (3, 1, 2, 1)))
        assert fates == ["", "spool_full", "", "spool_full"]
    metrics = await drain(database, tmp_path / "spool")
    assert damaged(metrics) == 0
    found = await rows(database, "SELECT project_id FROM issue ORDER BY project_id")
    assert [row["project_id"] for row in found] == [1, 2, 3]
