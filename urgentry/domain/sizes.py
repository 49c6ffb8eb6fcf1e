"""How many bytes what is stored takes, by project and kind, and how long there is room for it."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Final

import msgspec

from urgentry.domain.organization import Organization
from urgentry.domain.project import Project

NO_PROJECT: Final = 0
"""Whose the database as a whole is."""
GROWTH_DAYS: Final = 30
"""By so many days it is told how the database grows."""


class SizeKind(IntEnum):
    """What takes room. The numbers are stored."""

    DATABASE = 0
    """All of it, with indexes and what is free within."""
    EVENTS = 1
    SPANS = 2
    LOGS = 3
    METRICS = 4
    TRANSACTIONS = 5
    """What transactions say beside their spans."""
    ATTACHMENTS = 6
    REPLAYS = 7
    PROFILES = 8


class SizeSample(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a project's data of some kind on a day (in days since the epoch)."""

    day: int
    project_id: int
    kind: SizeKind
    bytes: int


class ProjectSize(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's data takes."""

    organization: str
    project: str
    by_kind: Mapping[SizeKind, int]

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """How the database grows; bytes."""

    now: int
    per_day: int | None
    """None until it was measured on two days."""
    left: int | None
    """What still fits; None where nothing is known of it."""

    @property
    def days_left(self) -> int | None:
        """How long that lasts; None for ever, or where nothing is known."""
        if self.left is None or not self.per_day or self.per_day <= 0:
            return None
        return max(0, self.left) // self.per_day


def growth_of(daily: Sequence[SizeSample], *, now: float, free: float, most: int) -> Growth:
    """How the database grew by its sizes of recent days. `now`, its size, and `free`, what is free
    on its disk, are not a number where nobody knows; `most` is what it may have, 0 for no limit."""
    size = 0 if math.isnan(now) else round(now)
    per_day = None
    if len(daily) > 1:
        first, last = daily[0], daily[-1]
        per_day = (last.bytes - first.bytes) // (last.day - first.day)
    rooms = [free, most - now] if most else [free]
    left = min((round(room) for room in rooms if not math.isnan(room)), default=None)
    return Growth(now=size, per_day=per_day, left=left)


def sizes_of(
    samples: Iterable[SizeSample],
    projects: Mapping[int, Project],
    organizations: Mapping[int, Organization],
) -> list[ProjectSize]:
    """What takes room by project, the largest first; what deleted projects left is one row."""
    found: dict[int, Counter[SizeKind]] = {}
    for each in samples:
        if each.kind is not SizeKind.DATABASE:
            own = each.project_id if each.project_id in projects else 0
            found.setdefault(own, Counter())[each.kind] += each.bytes
    rows = [
        ProjectSize(
            organization=organizations[projects[id_].organization_id].slug if id_ else "",
            project=projects[id_].slug if id_ else "",
            by_kind=by_kind,
        )
        for id_, by_kind in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.total, row.organization, row.project))
