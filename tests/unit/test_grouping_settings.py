"""A project's move from one configuration to another, and the transition in between."""

from urgentry import clock
from urgentry.domain.grouping_settings import (
    TRANSITION,
    GroupingSettings,
    read_grouping_settings,
    stored_grouping_settings,
)

OLD, LATER, NEW = "newstyle:2023-01-11", "newstyle:2025-11-21", "newstyle:2026-01-20"
AT = 1_800_000_000 * clock.SECOND


def test_nothing_is_former_at_first() -> None:
    assert GroupingSettings(config=NEW).former_at(AT) == ()


def test_what_was_left_counts_for_ninety_days() -> None:
    moved = GroupingSettings(config=LATER).moved(NEW, at=AT)
    assert moved.config == NEW
    assert moved.former_at(AT) == moved.former_at(AT + TRANSITION - 1) == (LATER,)
    assert moved.former_at(AT + TRANSITION) == ()


def test_a_name_that_was_computed_in_two_ways_counts_in_both() -> None:
    moved = GroupingSettings(config=OLD).moved(NEW, at=AT)
    assert moved.former_at(AT) == (OLD, OLD + "@2026")


def test_one_transition_follows_another() -> None:
    twice = GroupingSettings(config=OLD).moved(LATER, at=AT).moved(NEW, at=AT + 1)
    assert twice.former_at(AT + 2) == (LATER, OLD, OLD + "@2026")


def test_one_that_is_over_is_forgotten() -> None:
    later = AT + TRANSITION
    twice = GroupingSettings(config=OLD).moved(LATER, at=AT).moved(NEW, at=later)
    assert twice.former_at(later) == (LATER,)


def test_going_back_never_looks_itself_up_twice() -> None:
    back = GroupingSettings(config=LATER).moved(NEW, at=AT).moved(LATER, at=AT + 1)
    assert back.former_at(AT + 2) == (NEW,)


def test_the_same_one_again_changes_nothing() -> None:
    moved = GroupingSettings(config=LATER).moved(NEW, at=AT)
    assert moved.moved(NEW, at=AT + clock.DAY) == moved


def test_settings_are_kept() -> None:
    settings = GroupingSettings(
        config=LATER, enhancements="family:native +app", fingerprinting="level:info -> x"
    ).moved(NEW, at=AT)
    assert read_grouping_settings(NEW, stored_grouping_settings(settings)) == settings
    assert read_grouping_settings(NEW, {}) == GroupingSettings(config=NEW)
