"""What an issue is and how its status moves; pure rules that ingest and triage share."""

from enum import IntEnum, StrEnum
from typing import Any

import msgspec


class Status(IntEnum):
    """Where an issue stands; the number is stored."""

    UNRESOLVED = 0
    RESOLVED = 1
    ARCHIVED = 2


class Substatus(StrEnum):
    """Why an issue stands there, in the words of Sentry's API."""

    NEW = "new"
    ONGOING = "ongoing"
    REGRESSED = "regressed"
    ESCALATING = "escalating"
    ARCHIVED_UNTIL_ESCALATING = "archived_until_escalating"
    ARCHIVED_UNTIL_CONDITION_MET = "archived_until_condition_met"
    ARCHIVED_FOREVER = "archived_forever"


class Resolution(StrEnum):
    """How a resolved issue may come back."""

    NOW = "now"
    NEXT_RELEASE = "next_release"
    IN_RELEASE = "in_release"


class Priority(IntEnum):
    """How urgent an issue is; the numbers are Sentry's."""

    LOW = 25
    MEDIUM = 50
    HIGH = 75


class Level(IntEnum):
    """Severity of an event; the numbers are Sentry's."""

    SAMPLE = 0
    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    FATAL = 50


LEVELS = {level.name.lower(): level for level in Level}


def initial_priority(level: Level) -> Priority:
    """The priority that a new issue gets from the level of its first event."""
    if level >= Level.ERROR:
        return Priority.HIGH
    return Priority.MEDIUM if level == Level.WARNING else Priority.LOW


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """Events that have one cause, as a person sees them; times in microseconds."""

    id: int
    project_id: int
    short_id: int
    type: str
    title: str
    culprit: str
    level: Level
    platform: str
    logger: str
    metadata: dict[str, Any]
    status: Status
    substatus: Substatus | None
    """None while it is resolved."""
    status_changed_at: int
    priority: Priority
    priority_locked: bool
    """A person set the priority: it is not computed any more."""
    first_seen: int
    last_seen: int
    times_seen: int
    users_seen: int
    first_release_id: int | None
    last_release_id: int | None
    resolution: Resolution | None
    resolution_release_id: int | None
    resolved_by: int | None
    archive_until_at: int | None
    archive_until_times_seen: int | None
    archive_until_users_seen: int | None
    archived_by: int | None
    assignee_account_id: int | None
    assignee_team_id: int | None


class TriageState(msgspec.Struct, frozen=True, kw_only=True):
    """What decides whether a new event changes an issue's status; times in microseconds."""

    status: Status
    status_changed_at: int
    times_seen: int
    users_seen: int
    resolution: Resolution | None = None
    resolution_release_id: int | None = None
    archive_until_at: int | None = None
    archive_until_times_seen: int | None = None
    archive_until_users_seen: int | None = None


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """The newest event of an issue in a batch, as the transition rules see it."""

    timestamp: int
    received: int
    release_id: int | None
    release_is_newer: bool | None
    """Against the release of the resolution; None when either is not known or not comparable."""


def substatus_after(state: TriageState, arrival: Arrival) -> Substatus | None:
    """The substatus that an arriving event moves an issue to (its status becomes unresolved), or
    None when it stays where it is (spec/grouping.md §12)."""
    if state.status is Status.RESOLVED:
        return Substatus.REGRESSED if _regresses(state, arrival) else None
    if state.status is Status.ARCHIVED:
        return Substatus.ONGOING if _archive_ends(state, arrival) else None
    return None


def _regresses(state: TriageState, arrival: Arrival) -> bool:
    if arrival.timestamp < state.status_changed_at:
        return False
    if state.resolution in (Resolution.NEXT_RELEASE, Resolution.IN_RELEASE):
        return _release_regresses(state, arrival)
    return True


def _release_regresses(state: TriageState, arrival: Arrival) -> bool:
    """An event without a release says nothing about the fix, and one of the release where the
    fix is still awaited is expected. "In release R" is broken by R itself and what follows."""
    if arrival.release_id is None or state.resolution_release_id is None:
        return state.resolution_release_id is None
    if arrival.release_id == state.resolution_release_id:
        return state.resolution is Resolution.IN_RELEASE
    return bool(arrival.release_is_newer)


def _archive_ends(state: TriageState, arrival: Arrival) -> bool:
    until_at = state.archive_until_at
    until_times = state.archive_until_times_seen
    until_users = state.archive_until_users_seen
    return (
        (until_at is not None and arrival.received >= until_at)
        or (until_times is not None and state.times_seen >= until_times)
        or (until_users is not None and state.users_seen >= until_users)
    )
