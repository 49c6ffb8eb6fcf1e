"""When an event brings an issue back (spec/grouping.md §12), and when an archive ends."""

import pytest

from urgentry.domain.issue import (
    Arrival,
    Level,
    Priority,
    Resolution,
    Status,
    Substatus,
    TriageState,
    initial_priority,
    substatus_after,
)

RELEASE, OTHER = 1, 2


def resolved(how: Resolution = Resolution.NOW, release_id: int | None = None) -> TriageState:
    return TriageState(
        status=Status.RESOLVED,
        status_changed_at=100,
        times_seen=5,
        users_seen=1,
        resolution=how,
        resolution_release_id=release_id,
    )


def arrival(
    at: int = 200, release_id: int | None = None, *, is_newer: bool | None = None
) -> Arrival:
    return Arrival(timestamp=at, received=at, release_id=release_id, release_is_newer=is_newer)


NEXT = resolved(Resolution.NEXT_RELEASE, RELEASE)
GIVEN = resolved(Resolution.IN_RELEASE, RELEASE)
REGRESSED = Substatus.REGRESSED


@pytest.mark.parametrize(
    ("state", "event", "substatus"),
    [
        (resolved(), arrival(), REGRESSED),
        (resolved(), arrival(at=99), None),
        (resolved(), arrival(release_id=OTHER), REGRESSED),
        (NEXT, arrival(release_id=RELEASE), None),
        (NEXT, arrival(release_id=OTHER, is_newer=True), REGRESSED),
        (NEXT, arrival(release_id=OTHER, is_newer=False), None),
        (NEXT, arrival(), None),
        (GIVEN, arrival(release_id=RELEASE), REGRESSED),
        (GIVEN, arrival(release_id=OTHER, is_newer=True), REGRESSED),
        (GIVEN, arrival(release_id=OTHER, is_newer=False), None),
        (GIVEN, arrival(release_id=OTHER, is_newer=True, at=99), None),
    ],
)
def test_resolved(state: TriageState, event: Arrival, substatus: Substatus | None) -> None:
    assert substatus_after(state, event) is substatus


def archived(
    at: int | None = None, times: int | None = None, users: int | None = None
) -> TriageState:
    return TriageState(
        status=Status.ARCHIVED,
        status_changed_at=100,
        times_seen=5,
        users_seen=3,
        archive_until_at=at,
        archive_until_times_seen=times,
        archive_until_users_seen=users,
    )


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        (archived(), False),
        (archived(at=200), True),
        (archived(at=201), False),
        (archived(times=5), True),
        (archived(times=6), False),
        (archived(users=3), True),
        (archived(users=4), False),
        (archived(at=999, times=5), True),
    ],
)
def test_archived(state: TriageState, ends: bool) -> None:
    assert substatus_after(state, arrival()) is (Substatus.ONGOING if ends else None)


def test_what_is_open_stays_as_it_is() -> None:
    state = TriageState(status=Status.UNRESOLVED, status_changed_at=1, times_seen=1, users_seen=0)
    assert substatus_after(state, arrival()) is None


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (Level.FATAL, Priority.HIGH),
        (Level.ERROR, Priority.HIGH),
        (Level.WARNING, Priority.MEDIUM),
        (Level.INFO, Priority.LOW),
    ],
)
def test_the_first_priority(level: Level, priority: Priority) -> None:
    assert initial_priority(level) is priority
