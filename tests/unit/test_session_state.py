"""The states of a session: whatever order its updates come in, and however often, it ends the same,
and the counts change by what it became."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.domain.session import (
    Final,
    SessionCounts,
    SessionState,
    Unresponsive,
    UserKind,
)

CRASHED, ABNORMAL = Final.CRASHED, Final.ABNORMAL


@st.composite
def updates(draw: st.DrawFn) -> SessionState:
    final = draw(st.sampled_from(Final))
    return SessionState(
        is_errored=draw(st.booleans()) or final is not Final.NONE,
        is_unhandled=draw(st.booleans()),
        final=final,
        final_seq=draw(st.integers(0, 4)) if final is not Final.NONE else 0,
        unresponsive=draw(st.sampled_from(Unresponsive)),
    )


def fold(states: list[SessionState]) -> SessionState:
    merged = states[0]
    for state in states[1:]:
        merged = merged.merged(state)
    return merged


@given(st.lists(updates(), min_size=1, max_size=8), st.randoms())
def test_order_and_repetition_change_nothing(
    states: list[SessionState], rnd: random.Random
) -> None:
    again = states + rnd.choices(states, k=4)
    rnd.shuffle(again)
    assert fold(again) == fold(states)


@given(updates(), updates(), updates())
def test_parts_may_be_merged_first(a: SessionState, b: SessionState, c: SessionState) -> None:
    """As two servers do that each have some of the updates."""
    assert a.merged(b).merged(c) == a.merged(b.merged(c))


@given(st.lists(updates(), min_size=1, max_size=6))
def test_counts_are_those_of_one_session(states: list[SessionState]) -> None:
    counts = fold(states).counts()
    assert counts.started == 1
    assert counts.crashed + counts.abnormal + counts.unhandled <= counts.errored <= 1
    assert counts.healthy + counts.errored == 1


@given(st.lists(updates(), min_size=1, max_size=6))
def test_changes_add_up_to_what_it_became(states: list[SessionState]) -> None:
    total, known = SessionCounts(), SessionCounts()
    for index in range(len(states)):
        now = fold(states[: index + 1]).counts()
        total = total.plus(now.minus(known))
        known = now
    assert total == fold(states).counts()


@given(st.lists(updates(), min_size=1, max_size=6))
def test_what_went_wrong_is_not_taken_back(states: list[SessionState]) -> None:
    errored = [fold(states[: index + 1]).counts().errored for index in range(len(states))]
    assert errored == sorted(errored)


def state(**given: Any) -> SessionState:
    return SessionState(**given)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((CRASHED, 5), (ABNORMAL, 7), CRASHED),
        ((ABNORMAL, 5), (CRASHED, 7), ABNORMAL),
        ((ABNORMAL, 5), (CRASHED, 5), CRASHED),
        ((CRASHED, 5), (Final.NONE, 0), CRASHED),
    ],
)
def test_the_first_end_stays(
    first: tuple[Final, int], second: tuple[Final, int], expected: Final
) -> None:
    one, two = (
        state(is_errored=True, final=final, final_seq=seq) for final, seq in (first, second)
    )
    assert one.merged(two).final is two.merged(one).final is expected


@pytest.mark.parametrize(
    ("given_state", "expected"),
    [
        (state(), SessionCounts(started=1)),
        (state(is_errored=True), SessionCounts(started=1, errored=1)),
        (state(is_unhandled=True), SessionCounts(started=1, errored=1, unhandled=1)),
        (
            state(is_unhandled=True, final=CRASHED),
            SessionCounts(started=1, errored=1, crashed=1),
        ),
        (state(final=ABNORMAL), SessionCounts(started=1, errored=1, abnormal=1)),
    ],
)
def test_what_a_session_counts_as(given_state: SessionState, expected: SessionCounts) -> None:
    assert given_state.counts() == expected


@pytest.mark.parametrize(
    ("given_state", "expected"),
    [
        (state(), {UserKind.ALL}),
        (state(is_errored=True), {UserKind.ALL, UserKind.ERRORED}),
        (
            state(final=ABNORMAL, unresponsive=Unresponsive.FOREGROUND),
            {
                *(UserKind.ALL, UserKind.ERRORED, UserKind.ABNORMAL, UserKind.UNRESPONSIVE),
                UserKind.UNRESPONSIVE_FOREGROUND,
            },
        ),
        (
            state(final=CRASHED, unresponsive=Unresponsive.FOREGROUND),
            {UserKind.ALL, UserKind.ERRORED, UserKind.CRASHED},
        ),
    ],
)
def test_which_users_it_is_of(given_state: SessionState, expected: set[UserKind]) -> None:
    assert given_state.user_kinds() == expected
