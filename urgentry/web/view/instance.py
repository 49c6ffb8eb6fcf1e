"""The whole server as its administrators see it: room, what takes it, jobs; pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from urgentry.domain.organization import Organization
from urgentry.domain.project import Project
from urgentry.domain.sizes import SizeKind, SizeSample
from urgentry.protocol.stats import stats_name
from urgentry.storage.outcomes import OutcomeSum
from urgentry.web.charts import spark_path
from urgentry.web.view.stats import FATES, KINDS, Kind

KIND_LABELS = {
    SizeKind.EVENTS: "Events",
    SizeKind.SPANS: "Spans",
    SizeKind.LOGS: "Logs",
    SizeKind.METRICS: "Metrics",
    SizeKind.TRANSACTIONS: "Transactions",
    SizeKind.ATTACHMENTS: "Attachments",
    SizeKind.REPLAYS: "Replays",
    SizeKind.PROFILES: "Profiles",
}
IN_BLOBS = frozenset({SizeKind.ATTACHMENTS, SizeKind.REPLAYS, SizeKind.PROFILES})
"""What stands beside the database."""
_DAYS = 30


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """How the database grows; bytes."""

    now: int
    per_day: int | None
    """None until it was measured on two days."""
    left: int | None
    """What still fits; None where nothing is known of it."""
    spark: str

    @property
    def days_left(self) -> int | None:
        """How long that lasts; None for ever, or where nothing is known."""
        if self.left is None or not self.per_day or self.per_day <= 0:
            return None
        return max(0, self.left) // self.per_day


class ProjectSize(msgspec.Struct, frozen=True, kw_only=True):
    """What a project's data takes."""

    organization: str
    project: str
    by_kind: Mapping[SizeKind, int]

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


class Fared(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one kind of data; quantities by the name of the fate."""

    kind: Kind
    by_fate: Mapping[str, int]

    @property
    def received(self) -> int:
        return sum(self.by_fate.values())


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A background job of this server, and when it was last heard of (microseconds)."""

    name: str
    heard: int
    restarts: int


def growth_of(samples: Sequence[SizeSample], *, now: float, free: float, most: int) -> Growth:
    """How the database grew by its daily sizes. `free` is that of its disk and not a number where
    nobody knows; `most` is what it may have, 0 for no limit."""
    size = 0 if math.isnan(now) else round(now)
    recent = samples[-_DAYS:]
    per_day = None
    if len(recent) > 1:
        first, last = recent[0], recent[-1]
        per_day = (last.bytes - first.bytes) // (last.day - first.day)
    rooms = [most - size] if most else []
    if not math.isnan(free):
        rooms.append(round(free))
    return Growth(
        now=size,
        per_day=per_day,
        left=min(rooms, default=None),
        spark=spark_path([each.bytes for each in recent]),
    )


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


def fares_of(sums: Iterable[OutcomeSum]) -> list[Fared]:
    """What was received, by kind, and what became of it; what nothing came of is left out."""
    fate_of = {outcome: fate.name for fate in FATES for outcome in fate.outcomes}
    found: dict[str, Counter[str]] = {}
    for each in sums:
        if each.category is not None and each.outcome in fate_of:
            own = found.setdefault(stats_name(each.category), Counter())
            own[fate_of[each.outcome]] += each.quantity
    return [Fared(kind=kind, by_fate=found[kind.name]) for kind in KINDS if kind.name in found]
