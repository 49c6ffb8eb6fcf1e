"""Databags: what is small stays as it is, what is not is cut the same way every time."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.normalize.events import normalized
from urgentry.ingest.normalize.bags import _Trimming, is_small
from urgentry.ingest.normalize.report import ROOT, Report

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


@given(JSON, st.integers(1, 5), st.integers(0, 200))
def test_the_proof_that_nothing_changes_is_right(value: Any, depth: int, size: int) -> None:
    if is_small(value, depth, size):
        report = Report()
        assert _Trimming(size, None, report).trim(value, depth, ROOT) == value
        assert not report.tree


@given(JSON, st.integers(1, 5), st.integers(0, 200))
def test_trimming_is_deterministic_and_bounded(value: Any, depth: int, size: int) -> None:
    once = _Trimming(size, None, Report()).trim(value, depth, ROOT)
    again = _Trimming(size, None, Report()).trim(value, depth, ROOT)
    assert once == again
    assert _depth(once) <= depth


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def test_what_lies_too_deep_becomes_its_json_text() -> None:
    deep = {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}}
    assert normalized({"extra": deep})["extra"] == {
        "a": {"b": {"c": {"d": {"e": {"f": '{"g":{"h":1}}'}}}}}
    }


def test_one_large_member_does_not_cost_the_others() -> None:
    event = normalized({"extra": {"a": "x" * 300_000, "b": 2}})
    assert len(event["extra"]["a"]) == 16_384
    assert event["extra"]["b"] == 2
    assert event["_meta"]["extra"]["a"][""]["len"] == 300_000


def test_members_beyond_the_bags_size_are_left_out_and_counted() -> None:
    event = normalized({"request": {"env": {f"k{i:03}": "x" * 100 for i in range(200)}}})
    assert 70 < len(event["request"]["env"]) < 90
    assert event["_meta"]["request"]["env"][""]["len"] == 200


def test_frame_variables() -> None:
    frame = {"vars": {"a": "x" * 3000, "b": 1}}
    event = normalized({"stacktrace": {"frames": [frame]}})
    assert event["stacktrace"]["frames"][0]["vars"] == {"a": "x" * 2045 + "..."}


def test_nesting_beyond_every_encoder_is_survived() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    event = normalized({"extra": {"a": deep}, "contexts": {"x": {"y": deep}}})
    assert event["type"] == "default"
