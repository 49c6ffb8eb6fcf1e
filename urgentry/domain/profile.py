"""Profiles: what a program did while one of its transactions ran, or piece by piece as it runs."""

from enum import IntEnum
from typing import ClassVar, Final

import msgspec

from urgentry.domain.record import BlobRecord

MAX_SECONDS: Final = {0: 30, 1: 66}
"""By kind: longer ones are refused."""


class ProfileKind(IntEnum):
    """Of one transaction, or a piece of a continuous one."""

    TRANSACTION = 0
    CHUNK = 1


class ProfileRecord(BlobRecord, kw_only=True):
    """A profile to be stored; its content is what was sent."""

    blob_kind: ClassVar[str] = "profiles"
    kind: int
    profile_id: bytes
    """The profile's own id, or the chunk's."""
    profiler_id: bytes | None = None
    """Of a chunk: the run of the profiler that it is a piece of."""
    transaction_id: bytes | None = None
    trace_id: bytes | None = None
    transaction: str = ""
    platform: str
    release: str
    environment: str
    started_at: int
    duration_us: int
    samples: int
    meta_length: int = 0
    """Bytes of JSON before a binary trace; 0 where all of the content is JSON."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A profile as it is stored; times in microseconds."""

    id: int
    project_id: int
    kind: ProfileKind
    profile_id: str
    profiler_id: str | None
    transaction_id: str | None
    trace_id: str | None
    transaction: str
    platform: str
    release: str
    environment: str
    started_at: int
    duration_us: int
    samples: int
    meta_length: int
    size: int
    blob_key: str
