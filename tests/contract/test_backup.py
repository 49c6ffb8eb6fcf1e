"""What a backup holds, and that damage to any of its bytes is found."""

import hashlib
import random
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.contract.conftest import Backend, cloned
from tests.stored_issues import event, make_tenant, store
from urgentry.backup import restoring, taking
from urgentry.backup.manifest import SUM_NAME, Manifest, read_manifest
from urgentry.backup.verifying import damages
from urgentry.blobs.disk import DiskStore
from urgentry.blobs.keys import kept_key
from urgentry.errors import BackupError, SchemaMismatch
from urgentry.storage import migrate, tables
from urgentry.storage.database import Database, Transaction
from urgentry.storage.open import open_database
from urgentry.storage.queries import parse

CONTENTS = (b"the first blob", b"another" * 40_000)
SPARE = kept_key("files", 1, hashlib.sha256(b"named by nobody").hexdigest())
GONE = kept_key("files", 1, hashlib.sha256(b"gone").hexdigest())
MANY = 2_001
"""Rows of a key of several columns, more than one question asks for."""

ATTACH, TAG = parse(
    "made",
    """
-- name: attach
-- Rows that name blobs.
INSERT INTO attachment (
    expires_day, id, project_id, event_id, kind, name, content_type, size, sha1, blob_key
) VALUES (20000, :id, 1, CAST(:event_id AS bytea), 'a', 'b', '', 1, CAST(:event_id AS bytea), :key)
-- name: tag
-- Rows by a key of several columns.
INSERT INTO hash_tag (hash_id, tag_key, tag_value, project_id, events, first_seen, last_seen)
VALUES (:hash_id, :tag_key, 'é', 1, 1, 1, 1)
""",
)


def blob_key(content: bytes) -> str:
    return kept_key("files", 1, hashlib.sha256(content).hexdigest())


@pytest.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[DiskStore]:
    opened = DiskStore(tmp_path / "blobs")
    yield opened
    await opened.close()


@pytest.fixture
async def filled(database: Database, blobs: DiskStore) -> Database:
    """A database with events, and rows that name blobs: one blob twice, one that is not there."""
    tenant = await make_tenant(database)
    await store(database, *[event(tenant) for _ in range(70)])
    for content in CONTENTS:
        await blobs.put(blob_key(content), content)
    await blobs.put(SPARE, b"named by nobody")
    named = [*map(blob_key, CONTENTS), blob_key(CONTENTS[0]), GONE, ""]

    async def body(tx: Transaction) -> None:
        given = [{"id": n, "event_id": bytes([n]), "key": key} for n, key in enumerate(named)]
        await tx.many(ATTACH, given)
        await tx.many(TAG, [{"hash_id": n // 7, "tag_key": f"k{n % 7}"} for n in range(MANY)])

    await database.write(body)
    return database


async def take(database: Database, blobs: DiskStore, folder: Path) -> Manifest:
    key_file = folder.parent / "key"
    key_file.write_text("a key")
    unfinished = taking.begin(folder)
    kept = DiskStore(unfinished / "blobs")
    await taking.take(database, blobs, kept, unfinished, taken_at=1, key_file=key_file)
    await kept.close()
    taking.finish(unfinished, folder)
    return read_manifest(folder)


async def found(folder: Path) -> list[str]:
    kept = DiskStore(folder / "blobs")
    try:
        manifest = read_manifest(folder)
        return [problem async for problem in damages(folder, manifest, kept)]
    except BackupError as error:
        return [str(error)]
    finally:
        await kept.close()


async def counts(database: Database) -> dict[str, int]:
    async with database.read() as tx:
        return {table.name: await tables.count(tx, table) for table in await tables.list_tables(tx)}


@pytest.fixture
def other(request: pytest.FixtureRequest, backend: Backend, tmp_path: Path) -> Iterator[str]:
    """The DSN of an empty database, of the other kind."""
    if backend.is_sqlite:
        request.param = "pgbouncer"
        with cloned(request, "template0") as dsn:
            yield dsn
    else:
        yield f"sqlite:///{tmp_path / 'other.sqlite'}"


async def test_it_holds_every_table_and_the_blobs_that_rows_name(
    filled: Database, blobs: DiskStore, tmp_path: Path
) -> None:
    manifest = await take(filled, blobs, tmp_path / "taken")
    counted = await counts(filled)
    assert {table.name: table.rows for table in manifest.tables} == counted
    assert counted["hash_tag"] >= MANY
    assert (manifest.blobs.count, manifest.blobs.missing) == (2, 1)
    assert manifest.blobs.bytes == sum(map(len, CONTENTS))
    assert await found(tmp_path / "taken") == []
    assert (tmp_path / "taken").stat().st_mode & 0o777 == 0o700
    files = [path for path in (tmp_path / "taken").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    with pytest.raises(BackupError, match="exists"):
        taking.begin(tmp_path / "taken")


async def test_every_table_is_filled_again_in_either_database(
    filled: Database, blobs: DiskStore, other: str, tmp_path: Path
) -> None:
    manifest = await take(filled, blobs, tmp_path / "taken")
    target, kept = DiskStore(tmp_path / "target"), DiskStore(tmp_path / "taken" / "blobs")
    opened = open_database(other, statement_seconds=None)
    await restoring.refuse_unfit(opened, manifest, force=False)
    await restoring.restore(opened, manifest, tmp_path / "taken", kept=kept, target=target)
    await migrate.check(opened)
    assert await counts(opened) == await counts(filled)
    assert [blob.key async for blob in target.walk()] == sorted(map(blob_key, CONTENTS))
    with pytest.raises(BackupError, match="in use"):
        await restoring.refuse_unfit(opened, manifest, force=False)
    # Ids of what was deleted before do not come again.
    async with opened.read() as tx:
        ids = await tables.last_ids(tx)
    assert {name: ids[name] for name in manifest.last_ids} == manifest.last_ids
    for closing in (opened, target, kept):
        await closing.close()


async def test_a_restore_that_broke_off_is_not_served(
    filled: Database, blobs: DiskStore, tmp_path: Path
) -> None:
    manifest = await take(filled, blobs, tmp_path / "taken")
    kept = DiskStore(tmp_path / "taken" / "blobs")
    (victim,) = (table for table in manifest.tables if table.name == "hash_tag")
    (tmp_path / "taken" / victim.chunks[-1].file).write_bytes(b"damaged after it was verified")
    with pytest.raises(BackupError, match="damaged"):
        await restoring.restore(filled, manifest, tmp_path / "taken", kept=kept, target=blobs)
    for step in (migrate.check(filled), migrate.migrate(filled)):
        with pytest.raises(SchemaMismatch, match="being restored"):
            await step
    with pytest.raises(BackupError, match="in use"):
        await restoring.refuse_unfit(filled, manifest, force=False)
    await kept.close()


@pytest.fixture(scope="module")
def some_bytes() -> random.Random:
    return random.Random(8)  # noqa: S311 - which bytes are flipped


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_flipped_byte_is_found_wherever_it_is(
    filled: Database, blobs: DiskStore, tmp_path: Path, some_bytes: random.Random
) -> None:
    """In each file: of small ones every byte of the first and last few, and some in between."""
    folder = tmp_path / "taken"
    await take(filled, blobs, folder)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        sound = path.read_bytes()
        every = range(len(sound)) if path.name == SUM_NAME else [0, len(sound) // 2, len(sound) - 1]
        for place in {*every, some_bytes.randrange(len(sound))}:
            flipped = bytearray(sound)
            flipped[place] ^= 1 << some_bytes.randrange(8)
            path.write_bytes(flipped)
            assert len(await found(folder)) == 1, (path, place)
        path.write_bytes(sound[:-1])
        assert len(await found(folder)) == 1, path
        path.unlink()
        assert len(await found(folder)) == 1, path
        path.write_bytes(sound)
    assert await found(folder) == []
    shutil.rmtree(folder / "blob_list")
    assert len(await found(folder)) == 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_schema_of_another_program_is_refused(
    filled: Database, blobs: DiskStore, tmp_path: Path
) -> None:
    manifest = await take(filled, blobs, tmp_path / "taken")
    for names in (["renamed", *manifest.migrations[1:]], [*manifest.migrations, "from_the_future"]):
        manifest.migrations[:] = names
        with pytest.raises(BackupError, match="does not know"):
            await restoring.refuse_unfit(filled, manifest, force=True)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_an_older_schema_is_filled_and_then_brought_forward(
    backend: Backend, blobs: DiskStore, tmp_path: Path
) -> None:
    old = open_database(backend.dsn)
    await migrate.migrate(old, to=8, force=True)
    await take(old, blobs, tmp_path / "taken")
    await old.close()
    kept = DiskStore(tmp_path / "taken" / "blobs")
    opened = open_database(f"sqlite:///{tmp_path / 'new.sqlite'}")
    manifest = read_manifest(tmp_path / "taken")
    assert len(manifest.migrations) == 8
    await restoring.refuse_unfit(opened, manifest, force=False)
    await restoring.restore(opened, manifest, tmp_path / "taken", kept=kept, target=blobs)
    await migrate.check(opened)
    await opened.close()
    await kept.close()
