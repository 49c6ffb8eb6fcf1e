"""The whole server as its administrators see it: room, what takes it, jobs; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from urgentry.domain.sizes import SizeKind
from urgentry.protocol.stats import stats_name
from urgentry.storage.outcomes import OutcomeSum
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


def fares_of(sums: Iterable[OutcomeSum]) -> list[Fared]:
    """What was received, by kind, and what became of it; what nothing came of is left out."""
    fate_of = {outcome: fate.name for fate in FATES for outcome in fate.outcomes}
    found: dict[str, Counter[str]] = {}
    for each in sums:
        if each.category is not None and each.outcome in fate_of:
            own = found.setdefault(stats_name(each.category), Counter())
            own[fate_of[each.outcome]] += each.quantity
    return [Fared(kind=kind, by_fate=found[kind.name]) for kind in KINDS if kind.name in found]
