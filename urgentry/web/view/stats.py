"""What became of everything that was sent, ready to print."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec

from urgentry import clock
from urgentry.domain.project import Project
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.protocol.stats import stats_name
from urgentry.storage.outcomes import OutcomeSum
from urgentry.web import formats
from urgentry.web.picks import Buckets
from urgentry.web.view.reasons import told
from urgentry.web.view.stacked import Stacked, round_up, round_up_bytes, stack

_MAX_PROJECTS = 50
_MAX_REASONS = 40


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """A way in which things end, as people tell them apart."""

    name: str
    label: str
    outcomes: tuple[Outcome, ...]
    about: str


FATES = (
    Fate(
        name="accepted",
        label="Accepted",
        outcomes=(Outcome.ACCEPTED,),
        about="Stored, or counted where a project stores only some",
    ),
    Fate(
        name="filtered",
        label="Filtered",
        outcomes=(Outcome.FILTERED,),
        about="Kept out by inbound filters",
    ),
    Fate(
        name="limited",
        label="Rate limited",
        outcomes=(Outcome.RATE_LIMITED, Outcome.CARDINALITY_LIMITED),
        about="Refused by a limit, or because it was too much at once",
    ),
    Fate(
        name="invalid",
        label="Invalid",
        outcomes=(Outcome.INVALID, Outcome.ABUSE),
        about="Refused because something was wrong with it",
    ),
    Fate(
        name="discarded",
        label="Dropped by clients",
        outcomes=(Outcome.CLIENT_DISCARD,),
        about="Never sent: SDKs say that they dropped it. It is no part of what was received.",
    ),
)
_FATE_OF = {outcome: fate for fate in FATES for outcome in fate.outcomes}
DISCARDED = "discarded"


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A data category as its tab names it."""

    name: str
    label: str
    unit: str = "count"

    def told(self, quantity: int) -> str:
        """A quantity in short."""
        return _SHORT[self.unit](quantity)

    def told_in_full(self, quantity: int) -> str:
        """A quantity as exactly as it is worth."""
        return _FULL[self.unit](quantity)


def _duration(quantity: int) -> str:
    return formats.span_text(quantity * clock.SECOND // 1000)


_SHORT: dict[str, Callable[[int], str]] = {
    "count": formats.short_number,
    "bytes": formats.size,
    "milliseconds": _duration,
}
_FULL = _SHORT | {"count": formats.full_number}

KINDS = (
    Kind(name="error", label="Errors"),
    Kind(name="transaction", label="Transactions"),
    Kind(name="span", label="Spans"),
    Kind(name="session", label="Sessions"),
    Kind(name="log_item", label="Logs"),
    Kind(name="log_byte", label="Logs by size", unit="bytes"),
    Kind(name="attachment", label="Attachments", unit="bytes"),
    Kind(name="attachment_item", label="Attachments by number"),
    Kind(name="monitor", label="Check-ins"),
    Kind(name="replay", label="Replays"),
    Kind(name="feedback", label="Feedback"),
    Kind(name="profile", label="Profiles"),
    Kind(name="profile_chunk", label="Profile chunks"),
    Kind(name="profile_chunk_ui", label="Profile chunks (UI)"),
    Kind(name="profile_duration", label="Profile time", unit="milliseconds"),
    Kind(name="profile_duration_ui", label="Profile time (UI)", unit="milliseconds"),
    Kind(name="trace_metric", label="Metrics"),
    Kind(name="trace_metric_byte", label="Metrics by size", unit="bytes"),
    Kind(name="metric_bucket", label="Metric buckets"),
    Kind(name="uptime", label="Uptime checks"),
    Kind(name="unknown", label="Unknown"),
)
"""In the order of their tabs. What is counted once more under a second name has none."""


class Tab(msgspec.Struct, frozen=True, kw_only=True):
    """A category with how much of it was received."""

    kind: Kind
    received: int


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """How much ended in one way."""

    fate: Fate
    quantity: int


class ReasonRow(msgspec.Struct, frozen=True, kw_only=True):
    """How much ended so for one reason."""

    fate: Fate
    reason: str
    about: str
    quantity: int


class ProjectRow(msgspec.Struct, frozen=True, kw_only=True):
    """How everything of a project ended, by the names of fates."""

    project: Project
    counts: dict[str, int]

    @property
    def received(self) -> int:
        return sum(count for name, count in self.counts.items() if name != DISCARDED)


class StatsView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page."""

    tabs: list[Tab]
    kind: Kind
    totals: list[Total]
    chart: Stacked
    reasons: list[ReasonRow]
    projects: list[ProjectRow]

    @property
    def received(self) -> int:
        return sum(one.quantity for one in self.totals if one.fate.name != DISCARDED)

    @property
    def everything(self) -> int:
        return sum(one.quantity for one in self.totals)

    @property
    def most(self) -> int:
        """The largest project's quantity."""
        return max((sum(row.counts.values()) for row in self.projects), default=0)


def kind_named(name: str) -> Kind | None:
    """The category of a tab."""
    return next((kind for kind in KINDS if kind.name == name), None)


def tabs_of(sums: Iterable[OutcomeSum], chosen: Kind) -> list[Tab]:
    """Tabs of what there is; errors and the chosen one always."""
    received: dict[str, int] = defaultdict(int)
    found = {"error", chosen.name}
    for each in sums:
        name = stats_name(each.category or DataCategory.UNKNOWN)
        found.add(name)
        if each.outcome is not Outcome.CLIENT_DISCARD:
            received[name] += each.quantity
    return [Tab(kind=kind, received=received[kind.name]) for kind in KINDS if kind.name in found]


def totals_of(sums: Iterable[OutcomeSum]) -> list[Total]:
    """Every way to end, also those in which nothing did."""
    counts = _by_fate(sums)
    return [Total(fate=fate, quantity=counts[fate.name]) for fate in FATES]


def chart_of(sums: Iterable[OutcomeSum], buckets: Buckets, kind: Kind) -> Stacked:
    """The bars of a period."""
    layers = {fate.name: [0] * buckets.count for fate in FATES}
    for each in sums:
        layers[_fate(each).name][each.bucket - buckets.first] += each.quantity
    return stack(
        layers,
        begins=buckets.begins,
        width=buckets.width,
        ceiling=round_up_bytes if kind.unit == "bytes" else round_up,
    )


def reasons_of(sums: Iterable[OutcomeSum]) -> list[ReasonRow]:
    """Why things were not stored, the most frequent first."""
    rows = [
        ReasonRow(
            fate=_fate(each),
            reason=each.reason or "",
            about=told(each.reason or ""),
            quantity=each.quantity,
        )
        for each in sums
        if each.outcome is not Outcome.ACCEPTED
    ]
    return sorted(rows, key=lambda row: (-row.quantity, row.reason))[:_MAX_REASONS]


def projects_of(sums: Iterable[OutcomeSum], projects: Sequence[Project]) -> list[ProjectRow]:
    """Projects of which there is anything, the largest first."""
    by_project: dict[int, list[OutcomeSum]] = defaultdict(list)
    for each in sums:
        by_project[each.project_id or 0].append(each)
    rows = [
        ProjectRow(project=project, counts=dict(_by_fate(by_project[project.id])))
        for project in projects
        if project.id in by_project
    ]
    return sorted(rows, key=lambda row: (-row.received, row.project.slug))[:_MAX_PROJECTS]


def _by_fate(sums: Iterable[OutcomeSum]) -> dict[str, int]:
    counts = {fate.name: 0 for fate in FATES}
    for each in sums:
        counts[_fate(each).name] += each.quantity
    return counts


def _fate(each: OutcomeSum) -> Fate:
    return _FATE_OF[each.outcome or Outcome.ACCEPTED]
