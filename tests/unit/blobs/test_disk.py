"""What only a store on a disk can get wrong: loss of power, a full disk, things left behind."""

import asyncio
import errno
import os
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from urgentry.blobs.disk import DiskStore
from urgentry.blobs.keys import kept_key
from urgentry.errors import BlobStoreUnavailable, StorageFull

KEY = kept_key("files", 1, "ab" * 32)
EVERYTHING = 1 << 62


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[DiskStore]:
    opened = DiskStore(tmp_path / "blobs")
    yield opened
    await opened.close()


async def one_chunk(content: bytes = b"content") -> AsyncIterator[bytes]:
    yield content


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


class Calls:
    """Notes in which order files and directories are flushed and renamed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[str, str]] = []
        self._fsync, self._replace = os.fsync, Path.replace
        monkeypatch.setattr(os, "fsync", self.fsync)

        def replace(source: Path, target: Path) -> Path:
            return self.replace(source, target)

        monkeypatch.setattr(Path, "replace", replace)

    def fsync(self, descriptor: int) -> None:
        self.made.append(("flush", str(Path(f"/proc/self/fd/{descriptor}").readlink())))
        self._fsync(descriptor)

    def replace(self, source: Path, target: Path) -> Path:
        self.made.append(("rename", str(target)))
        return self._replace(source, target)


@pytest.mark.parametrize("is_streamed", [False, True])
async def test_content_and_every_new_folder_are_flushed(
    store: DiskStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_streamed: bool
) -> None:
    calls = Calls(monkeypatch)
    await store.put(KEY, one_chunk() if is_streamed else b"content")
    root = tmp_path / "blobs"
    place = root / "kept/files/1/ab" / ("ab" * 32)
    [written] = [path for kind, path in calls.made if "/.unfinished/" in path]
    named = calls.made.index(("rename", str(place)))
    assert calls.made.index(("flush", written)) < named
    assert calls.made[named + 1] == ("flush", str(place.parent))
    for folder in (tmp_path, root, root / "kept", root / "kept/files", root / "kept/files/1"):
        assert ("flush", str(folder)) in calls.made[:named]


async def test_only_the_owner_may_read(store: DiskStore, tmp_path: Path) -> None:
    await store.put(KEY, b"secret")
    for path in (tmp_path / "blobs").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.parametrize("is_streamed", [False, True])
async def test_the_floor_of_free_space_refuses(tmp_path: Path, is_streamed: bool) -> None:
    store = DiskStore(tmp_path / "blobs", min_free_bytes=EVERYTHING)
    with pytest.raises(StorageFull) as refused:
        await store.put(KEY, one_chunk() if is_streamed else b"content")
    assert "URGENTRY_BLOBS_MIN_FREE_BYTES" in refused.value.hint
    with pytest.raises(StorageFull):
        await store.check()
    assert files(tmp_path) == []
    await store.close()


async def test_the_floor_counts_what_is_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    megabyte_free = SimpleNamespace(f_bavail=1000, f_frsize=1000)
    monkeypatch.setattr(os, "statvfs", lambda _path: megabyte_free)
    store = DiskStore(tmp_path / "blobs", min_free_bytes=900_000)
    assert await store.put(KEY, bytes(100_000)) == 100_000
    for content in (bytes(100_001), one_chunk(bytes(100_001))):
        with pytest.raises(StorageFull):
            await store.put(KEY, content)
    assert await store.size(KEY) == 100_000
    await store.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
async def test_a_disk_that_is_full_says_so(
    store: DiskStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    await store.check()
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StorageFull):
        await store.put(KEY, b"content")
    assert files(tmp_path) == []


async def test_a_place_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file stands here")
    store = DiskStore(tmp_path / "blobs")
    for call in (store.check(), store.put(KEY, b"x")):
        with pytest.raises(BlobStoreUnavailable) as refused:
            await call
        assert "URGENTRY_BLOBS_DIR" in refused.value.hint
    await store.close()


async def test_what_a_crash_left_goes_after_a_day(store: DiskStore, tmp_path: Path) -> None:
    await store.check()
    old, young = (tmp_path / "blobs/.unfinished" / name for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    await store.check()
    assert (old.exists(), young.exists()) == (False, True)
    assert [blob async for blob in store.walk()] == []


async def test_empty_folders_go(store: DiskStore, tmp_path: Path) -> None:
    await store.put(KEY, b"content")
    await store.delete([KEY])
    assert [path.name for path in (tmp_path / "blobs").iterdir()] == [".unfinished"]


async def test_putting_and_deleting_at_once_loses_nothing(tmp_path: Path) -> None:
    """Folders are removed under those who write into them."""
    writing, deleting = DiskStore(tmp_path / "blobs"), DiskStore(tmp_path / "blobs")
    keys = [kept_key("files", 1, f"ab{number:062x}") for number in range(60)]

    async def put_all() -> None:
        for key in keys:
            await writing.put(key, b"content")

    async def delete_others() -> None:
        for number in range(60):
            key = kept_key("files", 1, f"ab{number:060x}ff")
            await deleting.put(key, b"x")
            await deleting.delete([key])

    await asyncio.gather(put_all(), delete_others())
    assert [blob.key async for blob in writing.walk()] == keys
    await writing.close()
    await deleting.close()


async def test_a_folder_that_goes_while_the_next_is_made_in_it_is_made_again(
    store: DiskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = os.mkdir
    lost: list[Path] = []

    def lose_the_parent_once(path: Path, mode: int = 0o777) -> None:
        if path.name == "files" and not lost:
            path.parent.rmdir()
            lost.append(path)
        mkdir(path, mode)

    monkeypatch.setattr(os, "mkdir", lose_the_parent_once)
    await store.put(KEY, b"content")
    assert lost
    assert [blob.key async for blob in store.walk()] == [KEY]
