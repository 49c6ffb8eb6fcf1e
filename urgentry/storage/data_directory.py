"""The data directory of a server: who may use it, on which file systems, and the key kept in it.

`serving.py` takes the lock for `serve`; `bootstrap`, `migrate` and other commands run beside it.
"""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from urgentry.errors import ConfigError

LOCK_NAME = "urgentry.lock"
KEY_NAME = "secret_key"

_MOUNTS = Path("/proc/mounts")
_NETWORK = frozenset({
    "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs",
    "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse",
    "fuse.mount-s3", "fuse.goofys", "fuse.blobfuse", "fuse.juicefs", "lustre", "ocfs2", "gpfs",
})  # fmt: skip


class DirectoryLock:
    """Held from `lock_data_directory` until `release`, or until the process ends in any way."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def lock_data_directory(path: Path) -> DirectoryLock:
    """Makes this process the only server on the directory. ConfigError when there is one."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise ConfigError(
            f"another server (process {owner}) runs on the data directory {path}",
            hint="stop it first, or give this one another URGENTRY_DATA_DIR",
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())
    return DirectoryLock(descriptor)


def kept_key(path: Path, new: Callable[[], str]) -> str:
    """The key of the directory, made at the first call. Only its owner can read the file. OSError
    where there can be no file."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = path / KEY_NAME
    if not file.exists():
        fresh = path / f".{KEY_NAME}.{os.getpid()}"
        fresh.touch(mode=0o600)
        try:
            fresh.write_text(new())
            with suppress(FileExistsError):  # of two that start at once the first one's counts
                os.link(fresh, file)
        finally:
            fresh.unlink()
    return file.read_text().strip()


def put_key(path: Path, key: str) -> None:
    """Makes this the key of the directory, in place of one that is there."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path / f".{KEY_NAME}.{os.getpid()}"
    fresh.touch(mode=0o600)
    fresh.write_text(key)
    fresh.replace(path / KEY_NAME)


def refuse_network_volume(path: Path) -> None:
    """ConfigError when the directory lies on a network file system: SQLite's locks and shared
    memory do not work there. Where mounts cannot be read, nothing is refused."""
    kind = file_system(path.resolve(), _read_mounts())
    if kind in _NETWORK:
        raise ConfigError(
            f"{path} lies on a network file system ({kind}), where SQLite loses data",
            hint="put the data directory on a local disk, or use PostgreSQL",
        )


def file_system(path: Path, mounts: str) -> str:
    """The type of the file system below an absolute path, by the text of /proc/mounts."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:  # noqa: PLR2004 - device, place, type
            continue
        place = Path(fields[1].encode().decode("unicode_escape"))
        if path.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), fields[2]
    return kind


def _read_mounts() -> str:
    try:
        return _MOUNTS.read_text("utf-8", "replace")
    except OSError:
        return ""
