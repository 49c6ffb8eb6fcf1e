"""Large bodies on their way in lie in a file without a name rather than in memory.

The file is mapped, so that what reads it reads slices as of bytes; it is gone when the last slice
is. How much may lie there at once is a budget of its own.
"""

import errno
import mmap
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from urgentry.ingest.budget import BytesInFlight
from urgentry.protocol.limits import MIB
from urgentry.protocol.outcome import Reason, overloaded

KEPT_BYTES = MIB
"""So much of a body is kept in memory."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_RETRY_AFTER_S = 60


class Overflow:
    """The place of one process for what is too large for its memory."""

    def __init__(self, directory: Path | None, budget: BytesInFlight) -> None:
        self._directory = directory
        self._budget = budget

    def begin(self) -> "Spill":
        """For one request; costs nothing before something is spilled."""
        return Spill(self._directory, self._budget)


class Spill:
    """What one request put there; a context manager that gives the room back."""

    def __init__(self, directory: Path | None, budget: BytesInFlight) -> None:
        self._directory = directory
        self._hold = budget.hold(0)
        self._file: IO[bytes] | None = None
        self._size = 0

    @property
    def is_used(self) -> bool:
        """Whether anything was put there."""
        return self._file is not None

    def append(self, parts: Iterable[bytes]) -> None:
        """Puts more of the body there. Rejected with 429 when there is no room."""
        try:
            if self._file is None:
                self._file = self._open()
            for part in parts:
                self._size += len(part)
                self._hold.cover(self._size)
                self._file.write(part)
        except OSError as error:
            if error.errno in _FULL:
                raise overloaded(Reason.DISK_FULL, retry_after_s=_RETRY_AFTER_S) from error
            raise

    def body(self) -> mmap.mmap:
        """All of it. Something must have been put there."""
        assert self._file is not None  # noqa: S101 - says the contract
        try:
            self._file.flush()
        except OSError as error:
            raise overloaded(Reason.DISK_FULL, retry_after_s=_RETRY_AFTER_S) from error
        return mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)

    def _open(self) -> IO[bytes]:
        """In the directory, or where the system keeps temporary files when that cannot be used."""
        if self._directory is not None:
            try:
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                return tempfile.TemporaryFile(dir=self._directory)
            except OSError as error:
                if error.errno in _FULL:
                    raise
        return tempfile.TemporaryFile()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hold.release()
        if self._file is not None:
            self._file.close()
