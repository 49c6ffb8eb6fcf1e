"""Blobs as files below one directory.

`blobs/20270214/attachments/12/ab/<sha256>`: the shard in front of the last part keeps directories
small. A file is written beside its place, flushed to the disk, and then renamed into it, and the
directory is flushed too: what was answered survives a loss of power, what is half written is never
seen. Several servers may share the directory.
"""

import asyncio
import errno
import os
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from urgentry import clock
from urgentry.blobs.base import Blob, Content
from urgentry.blobs.keys import checked_key, checked_prefix
from urgentry.errors import BlobNotFound, BlobStoreUnavailable, StorageFull

_CHUNK_BYTES = 256 << 10
_THREADS = 4
_ATTEMPTS = 3
_LISTED = 500
_UNFINISHED = ".unfinished"
_ABANDONED = clock.DAY
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NANO = 1000

T = TypeVar("T")


class DiskStore:
    """The store of one directory, which is made when it is missing."""

    def __init__(self, root: Path, *, min_free_bytes: int = 0) -> None:
        self._root = root
        self._min_free_bytes = min_free_bytes
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="blobs")

    async def put(self, key: str, content: Content) -> int:
        place = self._place(key)
        if isinstance(content, bytes):
            return await self._run(self._write_whole, place, content)
        writing = await self._run(self._begin)
        try:
            async for chunk in content:
                await self._run(writing.append, chunk)
            return await self._run(self._finish, writing, place)
        finally:
            await self._run(writing.abandon)

    async def get(
        self, key: str, *, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        place = self._place(key)
        reading = await self._run(_Reading, place, start)
        try:
            left = length
            while left is None or left > 0:
                wanted = _CHUNK_BYTES if left is None else min(left, _CHUNK_BYTES)
                chunk = await self._run(reading.read, wanted)
                if not chunk:
                    return
                left = None if left is None else left - len(chunk)
                yield chunk
        finally:
            reading.close()

    async def size(self, key: str) -> int | None:
        return await self._run(_size, self._place(key))

    async def delete(self, keys: Iterable[str]) -> None:
        await self._run(self._remove, [self._place(key) for key in keys])

    async def delete_all(self, prefix: str) -> None:
        if not checked_prefix(prefix):
            raise ValueError("this would remove every blob")
        await self._run(self._remove_below, self._root / prefix)

    async def walk(self, prefix: str = "") -> AsyncIterator[Blob]:
        found = _found(self._root, checked_prefix(prefix))
        while blobs := await self._run(_next, found):
            for blob in blobs:
                yield blob

    async def folders(self) -> list[str]:
        return await self._run(_folders, self._root)

    async def check(self) -> None:
        await self._run(self._try_out)

    async def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def free_bytes(self) -> int | None:
        """How much this process could still write; None where nobody can tell."""
        try:
            found = os.statvfs(self._root)
        except OSError:
            return None
        return found.f_bavail * found.f_frsize

    def _place(self, key: str) -> Path:
        folder, _, digest = checked_key(key).rpartition("/")
        return self._root / folder / digest[:2] / digest

    async def _run(self, call: Callable[..., T], *arguments: object) -> T:
        """Lets a thread do it; what the disk says becomes what a store says."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, call, *arguments)
        except OSError as error:
            raise _refusal(error, self._root) from error

    def _write_whole(self, place: Path, content: bytes) -> int:
        writing = self._begin(len(content))
        try:
            writing.append(content)
            return self._finish(writing, place)
        finally:
            writing.abandon()

    def _begin(self, size: int = 0) -> "_Writing":
        folder = self._root / _UNFINISHED
        _make_folder(folder)
        self._refuse_full(size)
        return _Writing(folder / secrets.token_hex(16), self._refuse_full)

    def _finish(self, writing: "_Writing", place: Path) -> int:
        """A folder that was just found empty may be removed while it is made, or before the file is
        there: then once more."""
        writing.flush()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                _make_folder(place.parent)
                writing.path.replace(place)
            except FileNotFoundError:
                if attempt == _ATTEMPTS:
                    raise
            else:
                break
        with suppress(FileNotFoundError):  # deleted again since
            _flush_folder(place.parent)
        return writing.size

    def _refuse_full(self, size: int) -> None:
        free = self.free_bytes()
        if free is not None and free - size < self._min_free_bytes:
            raise StorageFull(
                f"only {free} bytes are free for blobs in {self._root}",
                hint="make room, or lower URGENTRY_BLOBS_MIN_FREE_BYTES",
            )

    def _try_out(self) -> None:
        """Writes and removes a file, and removes what servers that crashed left unfinished."""
        self._begin().abandon()
        before = clock.now() - _ABANDONED
        for left in (self._root / _UNFINISHED).iterdir():
            with suppress(FileNotFoundError):
                if left.stat().st_mtime_ns // _NANO < before:
                    left.unlink()

    def _remove(self, places: Iterable[Path]) -> None:
        """Folders that are empty now go too, up to the one of all blobs."""
        for place in places:
            with suppress(FileNotFoundError):
                place.unlink()
            for folder in place.parents:
                if folder == self._root or not _removed(folder):
                    break

    def _remove_below(self, folder: Path) -> None:
        self._remove(_files(folder))


class _Writing:
    """A file that is being written and has no name that anybody looks for. Who waits for a thread
    may be cancelled, so that two of them meet here: hence the lock."""

    def __init__(self, path: Path, refuse_full: Callable[[int], None]) -> None:
        self.path = path
        self.size = 0
        self._refuse_full = refuse_full
        self._lock = threading.Lock()
        self._file = open(path, "xb", buffering=0, opener=_private)  # noqa: SIM115 - closed by abandon

    def append(self, chunk: bytes) -> None:
        self._refuse_full(len(chunk))
        with self._lock:
            left = memoryview(chunk)
            while left:
                left = left[self._file.write(left) or 0 :]
            self.size += len(chunk)

    def flush(self) -> None:
        with self._lock:
            os.fsync(self._file.fileno())

    def abandon(self) -> None:
        """Closes it, and removes it unless it has got its name."""
        with self._lock:
            self._file.close()
        with suppress(FileNotFoundError):
            self.path.unlink()


class _Reading:
    """A file that is being read; with a lock for the same reason."""

    def __init__(self, place: Path, start: int) -> None:
        self._lock = threading.Lock()
        try:
            self._file = place.open("rb", buffering=0)
        except FileNotFoundError as error:
            raise BlobNotFound("there is no such blob") from error
        self._file.seek(start)

    def read(self, count: int) -> bytes:
        with self._lock:
            return self._file.read(count) or b""

    def close(self) -> None:
        with self._lock:
            self._file.close()


def _size(place: Path) -> int | None:
    try:
        return place.stat().st_size
    except FileNotFoundError:
        return None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def _make_folder(folder: Path) -> None:
    """Makes it and what it lies in, each kept through a loss of power."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def _folders(root: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return sorted(entry.name for entry in os.scandir(root) if entry.name != _UNFINISHED)
    return []


def _next(found: Iterator[Blob]) -> list[Blob]:
    return [blob for _, blob in zip(range(_LISTED), found, strict=False)]


def _found(root: Path, prefix: str) -> Iterator[Blob]:
    for path in _files(root / prefix):
        folder = path.parent.parent.relative_to(root)
        with suppress(FileNotFoundError):
            found = path.stat()
            written_at = found.st_mtime_ns // _NANO
            yield Blob(key=f"{folder}/{path.name}", size=found.st_size, written_at=written_at)


def _files(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        for entry in entries:
            if entry.is_dir() and entry.name != _UNFINISHED:
                yield from _files(Path(entry.path))
            elif entry.is_file():
                yield Path(entry.path)


def _refusal(error: OSError, root: Path) -> Exception:
    if error.errno in _FULL:
        return StorageFull(
            f"no room is left for blobs in {root}", hint="make room, or give it a larger disk"
        )
    return BlobStoreUnavailable(
        f"blobs in {root} cannot be used: {error.strerror}",
        hint="it must be a directory that the server may write to (URGENTRY_BLOBS_DIR)",
    )
