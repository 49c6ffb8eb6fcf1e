"""How alike two events are, and in what."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.grouping.similarity import compare, features_of, shingles


def event(kind: str, said: str, *functions: str, **more: Any) -> dict[str, Any]:
    frames = [{"module": "shop", "function": name, "in_app": True} for name in functions]
    library = {"module": "lib", "function": "loop", "in_app": False}
    stacktrace = {"frames": [library, *frames]}
    return {
        "exception": {"values": [{"type": kind, "value": said, "stacktrace": stacktrace}]},
        **more,
    }


ONE = event("KeyError", "no order 17 of user 4", "main", "pay", "charge")


def likeness(other: dict[str, Any], one: dict[str, Any] = ONE) -> Any:
    return compare(features_of(one), features_of(other))


def test_the_same_but_for_its_ids_is_wholly_alike() -> None:
    same = likeness(event("KeyError", "no order 99 of user 1", "main", "pay", "charge"))
    assert (same.frames, same.message, same.type, same.score) == (1, 1, 1, 1)


def test_frames_of_the_app_are_compared() -> None:
    half = likeness(event("KeyError", "no order 17 of user 4", "main", "pay", "refund"))
    assert (half.shared_frames, half.all_frames, half.frames) == (2, 4, 0.5)
    assert half.score == pytest.approx(0.6 * 0.5 + 0.25 + 0.15)


def test_another_type_and_message_on_the_same_way() -> None:
    other = likeness(event("Timeout", "gateway closed", "main", "pay", "charge"))
    assert (other.frames, other.type) == (1, 0)
    assert other.message is not None
    assert other.message < 0.2
    assert 0.6 <= other.score < 0.7


def test_what_neither_has_does_not_count() -> None:
    said, also = (
        {"logentry": {"formatted": "disk 1 full"}},
        {"logentry": {"message": "disk 2 full"}},
    )
    alike = likeness(said, also)
    assert (alike.frames, alike.type, alike.message, alike.score) == (None, None, 1, 1)
    assert likeness({}, {}).score == 0


def test_what_only_one_has_counts_against_it() -> None:
    assert likeness({"logentry": {"formatted": "no order 17 of user 4"}}).frames == 0


def test_short_messages_are_one_piece() -> None:
    assert shingles("No") == shingles("no") == {"no"}
    assert shingles("") == frozenset()


def test_frames_of_every_exception_of_a_chain_count() -> None:
    cause, effect = (event("E", "x", name)["exception"]["values"][0] for name in ("a", "b"))
    assert len(features_of({"exception": {"values": [cause, effect]}}).frames) == 2


TEXTS = st.text(max_size=40)


@given(TEXTS, TEXTS, st.lists(TEXTS), st.lists(TEXTS))
def test_it_is_a_share_and_has_no_direction(
    said: str, also: str, one: list[str], other: list[str]
) -> None:
    first, second = event("A", said, *one), event("B", also, *other)
    there, back = likeness(first, second), likeness(second, first)
    assert there == back
    assert 0 <= there.score <= 1
