"""What `blobs/base.py` promises, on a disk and on a real S3 server."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.s3_server import S3Server, running_s3
from urgentry import clock
from urgentry.blobs.base import BlobStore
from urgentry.blobs.disk import DiskStore
from urgentry.blobs.keys import expiring_key, kept_key
from urgentry.blobs.moving import MovingStore
from urgentry.blobs.s3 import S3Store
from urgentry.errors import BlobNotFound

PART = 9 << 20
"""More than one part of an upload."""


def key(content: bytes, *, day: int = 20_000, kind: str = "attachments", project: int = 1) -> str:
    return expiring_key(kind, project, hashlib.sha256(content).hexdigest(), expires_day=day)


async def chunks(*given: bytes) -> AsyncIterator[bytes]:
    for chunk in given:
        yield chunk


async def read(store: BlobStore, name: str, **span: int) -> bytes:
    return b"".join([chunk async for chunk in store.get(name, **span)])


async def listed(store: BlobStore, prefix: str = "") -> list[str]:
    return [blob.key async for blob in store.walk(prefix)]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    with running_s3() as server:
        yield server


@pytest.fixture(params=["disk", "s3", "s3 below a prefix", "moving"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
    opened: BlobStore
    if request.param == "disk":
        opened = DiskStore(tmp_path / "blobs")
    elif request.param == "moving":
        opened = MovingStore(DiskStore(tmp_path / "present"), DiskStore(tmp_path / "former"))
    else:
        server: S3Server = request.getfixturevalue("s3_server")
        prefix = "team/urgentry" if "prefix" in request.param else ""
        opened = S3Store(server.target(server.make_bucket(), prefix=prefix))
    yield opened
    await opened.close()


async def test_what_is_put_can_be_read_whole_and_in_parts(store: BlobStore) -> None:
    content = bytes(range(256)) * 3
    name = key(content)
    assert await store.put(name, content) == 768
    assert await store.size(name) == 768
    assert await read(store, name) == content
    assert await read(store, name, start=700) == content[700:]
    assert await read(store, name, start=5, length=10) == content[5:15]
    assert await read(store, name, start=760, length=100) == content[760:]
    assert await read(store, name, start=768) == b""
    assert await read(store, name, start=9000, length=1) == b""


async def test_chunks_become_one_blob(store: BlobStore) -> None:
    parts = [b"a" * PART, b"", b"b" * 5, b"c" * PART]
    content = b"".join(parts)
    assert await store.put(key(content), chunks(*parts)) == len(content)
    assert await read(store, key(content)) == content


@pytest.mark.parametrize("empty", [b"", ()])
async def test_nothing_is_content_too(store: BlobStore, empty: bytes | tuple[bytes, ...]) -> None:
    name = key(b"")
    assert await store.put(name, empty if isinstance(empty, bytes) else chunks(*empty)) == 0
    assert await store.size(name) == 0
    assert await read(store, name) == b""


async def test_what_is_not_there_is_not_found(store: BlobStore) -> None:
    name = key(b"nobody put this")
    assert await store.size(name) is None
    with pytest.raises(BlobNotFound):
        await read(store, name)
    with pytest.raises(BlobNotFound):
        await read(store, name, start=3, length=4)
    await store.delete([name])
    await store.delete([])
    await store.delete_all("20240101/")
    assert await listed(store) == []
    assert await store.folders() == []


async def test_putting_again_changes_nothing_but_the_time(store: BlobStore) -> None:
    content = b"the same"
    for _ in range(2):
        await store.put(key(content), content)
    assert await listed(store) == [key(content)]
    assert await read(store, key(content)) == content
    [blob] = [blob async for blob in store.walk()]
    assert abs(clock.now() - blob.written_at) < 60 * clock.SECOND
    assert blob.size == len(content)


async def test_listings_are_in_the_order_of_keys(store: BlobStore) -> None:
    names = [
        *(key(bytes([n]), day=20_001, project=project) for n in range(9) for project in (2, 12)),
        *(key(bytes([n]), day=19_999) for n in range(3)),
        key(b"x", kind="profiles"),
        kept_key("debug_files", 7, "0" * 64),
    ]
    for name in names:
        await store.put(name, name.encode())
    assert await listed(store) == sorted(names)
    assert await listed(store, "20241005/") == sorted(n for n in names if n.startswith("20241005/"))
    assert await listed(store, "20241005/attachments/2/") == sorted(
        n for n in names if n.startswith("20241005/attachments/2/")
    )
    assert await store.folders() == ["20241003", "20241004", "20241005", "kept"]


async def test_deleting_takes_what_is_named_and_nothing_else(store: BlobStore) -> None:
    gone, kept = key(b"gone"), key(b"kept")
    await store.put(gone, b"gone")
    await store.put(kept, b"kept")
    await store.delete([gone, key(b"never there"), gone])
    assert await store.size(gone) is None
    assert await listed(store) == [kept]


async def test_a_day_goes_as_a_whole(store: BlobStore) -> None:
    for number in range(5):
        await store.put(key(bytes([number]), day=20_000, project=number), b"x")
    other = key(b"x", day=20_010)
    await store.put(other, b"x")
    await store.delete_all("20241004/")
    assert await listed(store) == [other]
    assert await store.folders() == ["20241014"]


async def test_a_source_that_fails_leaves_nothing(store: BlobStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * PART
        yield b"x" * PART
        raise ValueError("the client went away")

    name = key(b"never whole")
    with pytest.raises(ValueError, match="the client went away"):
        await store.put(name, broken())
    assert await store.size(name) is None
    assert await listed(store) == []


async def test_a_put_that_is_cancelled_leaves_nothing(store: BlobStore) -> None:
    started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1000
            started.set()
            await asyncio.sleep(0.001)

    name = key(b"never whole")
    putting = asyncio.create_task(store.put(name, endless()))
    async with asyncio.timeout(10):
        await started.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert await store.size(name) is None
    assert await listed(store) == []


async def test_a_reader_that_leaves_early_harms_nobody(store: BlobStore) -> None:
    content = os.urandom(1 << 20)
    await store.put(key(content), content)
    async for _ in store.get(key(content)):
        break
    assert await read(store, key(content)) == content


async def test_many_at_once(store: BlobStore) -> None:
    contents = [bytes([number]) * 1000 for number in range(40)]
    await asyncio.gather(*(store.put(key(content), content) for content in contents))
    found = await asyncio.gather(*(read(store, key(content)) for content in contents))
    assert found == contents


async def test_only_keys_are_taken(store: BlobStore) -> None:
    for name in ("", "x", "../../etc/passwd", "20241004/a/1/../../x", key(b"x") + "/y", "/etc"):
        for call in (store.put(name, b""), store.size(name), store.delete([name])):
            with pytest.raises(ValueError, match="not a blob's key"):
                await call
        with pytest.raises(ValueError, match="not a blob's key"):
            await read(store, name)
    for prefix in ("2024", "20241004", "../", "/"):
        with pytest.raises(ValueError, match="not a prefix"):
            await listed(store, prefix)
    with pytest.raises(ValueError, match="every blob"):
        await store.delete_all("")


async def test_a_store_that_works_says_so(store: BlobStore) -> None:
    await store.check()
    assert await listed(store) == []
