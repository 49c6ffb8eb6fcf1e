"""Blobs go from one store to another while they are read, written and deleted."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.s3_server import running_s3
from urgentry.blobs.base import BlobStore, Content
from urgentry.blobs.disk import DiskStore
from urgentry.blobs.keys import expiring_key
from urgentry.blobs.moving import MovingStore, move
from urgentry.blobs.s3 import S3Store
from urgentry.errors import BlobNotFound, StorageFull

CONTENTS = [b"content %d" % number for number in range(30)]
LARGE = bytes(range(256)) * 80_000
"""More than a part of a download."""


def key(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return expiring_key("attachments", 1, digest, expires_day=20_000)


async def read(store: BlobStore, name: str, **span: int) -> bytes:
    return b"".join([chunk async for chunk in store.get(name, **span)])


async def keys(store: BlobStore) -> list[str]:
    return [blob.key async for blob in store.walk()]


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[DiskStore]:
    opened = DiskStore(tmp_path / "disk")
    yield opened
    await opened.close()


@pytest.fixture
async def bucket() -> AsyncIterator[S3Store]:
    with running_s3() as server:
        opened = S3Store(server.target(server.make_bucket()))
        yield opened
        await opened.close()


async def test_there_and_back(disk: DiskStore, bucket: S3Store) -> None:
    contents = [*CONTENTS, LARGE]
    for content in contents:
        await disk.put(key(content), content)
    ways: list[tuple[BlobStore, BlobStore]] = [(bucket, disk), (disk, bucket)]
    for present, former in ways:
        moved = await move(present, former, keep=False)
        assert (moved.blobs, moved.bytes) == (len(contents), sum(map(len, contents)))
        assert await keys(former) == []
        assert await keys(present) == sorted(map(key, contents))
        assert [await read(present, key(content)) for content in contents] == contents


async def test_meanwhile_both_stores_are_one(disk: DiskStore, bucket: S3Store) -> None:
    store = MovingStore(bucket, disk)
    holders: list[list[BlobStore]] = [[bucket, disk], [bucket], [disk]]
    for number, content in enumerate(CONTENTS):
        for holder in holders[number % 3]:
            await holder.put(key(content), content)
    assert await keys(store) == sorted(map(key, CONTENTS))
    assert [await read(store, key(content)) for content in CONTENTS] == CONTENTS
    assert await read(store, key(CONTENTS[2]), start=3, length=4) == CONTENTS[2][3:7]
    await store.put(key(b"new"), b"new")
    assert await disk.size(key(b"new")) is None
    await store.delete(map(key, CONTENTS[:6]))
    assert await keys(store) == sorted(map(key, [*CONTENTS[6:], b"new"]))
    with pytest.raises(BlobNotFound):
        await read(store, key(CONTENTS[0]))
    await store.delete_all("20241004/")
    assert (await keys(disk), await keys(bucket)) == ([], [])


async def test_a_reader_follows_a_blob_that_is_moved(disk: DiskStore, bucket: S3Store) -> None:
    await bucket.put(key(LARGE), LARGE)
    chunks = MovingStore(disk, bucket).get(key(LARGE))
    found = [await anext(chunks)]
    await move(disk, bucket, keep=False)
    found += [chunk async for chunk in chunks]
    assert b"".join(found) == LARGE
    assert len(found[0]) < len(LARGE)


class FullStore(DiskStore):
    """A disk that has room for a few blobs."""

    room = 11

    async def put(self, key: str, content: Content) -> int:
        self.room -= 1
        if self.room < 0:
            raise StorageFull("no room")
        return await super().put(key, content)


async def test_it_goes_on_where_it_stopped(disk: DiskStore, tmp_path: Path) -> None:
    for content in CONTENTS:
        await disk.put(key(content), content)
    full = FullStore(tmp_path / "full")
    with pytest.raises(StorageFull):
        await move(full, disk, keep=False)
    assert sorted({*await keys(disk), *await keys(full)}) == sorted(map(key, CONTENTS))
    assert await keys(full)
    full.room = 100
    moved = await move(full, disk, keep=False)
    assert await keys(disk) == []
    assert full.room == 100 - (len(CONTENTS) - 11)
    assert moved.blobs >= len(CONTENTS) - 11
    assert await keys(full) == sorted(map(key, CONTENTS))
    await full.close()


async def test_what_is_damaged_stays_and_what_arrived_damaged_comes_again(
    disk: DiskStore, tmp_path: Path
) -> None:
    whole, damaged = CONTENTS[0], CONTENTS[1]
    present = DiskStore(tmp_path / "present")
    await disk.put(key(whole), whole)
    await disk.put(key(damaged), b"other bytes")
    await present.put(key(whole), b"a disk that lied")
    moved = await move(present, disk, keep=True)
    assert (moved.blobs, moved.damaged) == (1, 1)
    assert await keys(disk) == sorted([key(whole), key(damaged)])
    assert await keys(present) == [key(whole)]
    assert await read(present, key(whole)) == whole
    await present.close()
