"""Monitors of scheduled jobs as their pages show them: schedules in words, runs over time; pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from urgentry.domain.monitor import CheckInStatus, Monitor, MonitorEnvironment, MonitorStatus
from urgentry.domain.schedule import Crontab, Schedule
from urgentry.storage.monitors import SlotCount
from urgentry.web.formats import plural

SLOTS = 60
"""Spans of time that a timeline has."""
_WORDS = {
    CheckInStatus.OK: "fine",
    CheckInStatus.ERROR: "failed",
    CheckInStatus.MISSED: "missed",
    CheckInStatus.TIMEOUT: "timed out",
    CheckInStatus.IN_PROGRESS: "in progress",
    CheckInStatus.UNKNOWN: "unknown",
}
_LABELS = {
    CheckInStatus.OK: "Fine",
    CheckInStatus.ERROR: "Failed",
    CheckInStatus.MISSED: "Missed",
    CheckInStatus.TIMEOUT: "Timed out",
    CheckInStatus.IN_PROGRESS: "Running",
    CheckInStatus.UNKNOWN: "Nothing yet",
}
_WORST_FIRST = (
    CheckInStatus.ERROR,
    CheckInStatus.TIMEOUT,
    CheckInStatus.MISSED,
    CheckInStatus.IN_PROGRESS,
    CheckInStatus.UNKNOWN,
    CheckInStatus.OK,
)
LEGEND = [(_name.name.lower(), _LABELS[_name]) for _name in _WORDS][:5]
"""What a timeline's colours mean."""


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A span of time with runs; `status` is how the worst of them ended."""

    place: int
    status: str
    begins: int
    said: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An environment of a monitor; times in microseconds."""

    name: str
    status: str
    label: str
    is_failing: bool
    is_muted: bool
    last: int | None
    next: int | None
    slots: list[Slot]


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A monitor with its environments."""

    monitor: Monitor
    schedule: str
    lines: list[Line]

    @property
    def is_disabled(self) -> bool:
        return self.monitor.status is MonitorStatus.DISABLED

    @property
    def is_failing(self) -> bool:
        """Whether somebody should look."""
        return not self.is_disabled and any(line.is_failing for line in self.lines)


def watched(
    monitor: Monitor,
    environments: Iterable[MonitorEnvironment],
    counts: Mapping[int, Sequence[SlotCount]],
    *,
    start: int,
    width: int,
) -> Watched:
    """A monitor with the timelines of its environments; `counts` are by environment."""
    return Watched(
        monitor=monitor,
        schedule=schedule_words(monitor.config.schedule),
        lines=[
            _line(monitor, each, counts.get(each.id, ()), start=start, width=width)
            for each in environments
        ],
    )


def schedule_words(schedule: Schedule) -> str:
    """A schedule as people read it: the line of a crontab, or an interval."""
    if isinstance(schedule, Crontab):
        return schedule.line
    return f"Every {plural(schedule.count, schedule.unit)}"


def status_label(status: CheckInStatus) -> str:
    """How a run stands, in a word."""
    return _LABELS[status]


def _line(
    monitor: Monitor,
    environment: MonitorEnvironment,
    counts: Iterable[SlotCount],
    *,
    start: int,
    width: int,
) -> Line:
    status = environment.health.status
    by_slot: dict[int, dict[CheckInStatus, int]] = {}
    for each in counts:
        by_slot.setdefault(each.slot, {})[each.status] = each.runs
    is_active = monitor.status is MonitorStatus.ACTIVE
    return Line(
        name=environment.name,
        status=status.name.lower(),
        label=_LABELS[status],
        is_failing=status.is_failure,
        is_muted=monitor.is_muted or environment.is_muted,
        last=environment.last_check_in,
        next=environment.next_check_in if is_active else None,
        slots=[
            _slot(place, runs, begins=start + place * width)
            for place, runs in sorted(by_slot.items())
        ],
    )


def _slot(place: int, runs: Mapping[CheckInStatus, int], *, begins: int) -> Slot:
    worst = next(status for status in _WORST_FIRST if status in runs)
    said = ", ".join(
        f"{runs[status]} {_WORDS[status]}" for status in _WORST_FIRST if status in runs
    )
    return Slot(place=place, status=worst.name.lower(), begins=begins, said=said)
