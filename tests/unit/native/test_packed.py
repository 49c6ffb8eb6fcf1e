"""MessagePack of crash reporters, also where it breaks off or goes on for ever."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.ingest.native.form import form_event
from urgentry.ingest.native.packed import merge_breadcrumbs, unpack_breadcrumbs, unpack_event
from urgentry.protocol.outcome import Rejected

pack = msgspec.msgpack.encode
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@given(st.lists(VALUES.filter(lambda value: not isinstance(value, list)), max_size=5))
def test_objects_in_a_row_are_told_apart(values: list[Any]) -> None:
    assert unpack_breadcrumbs(memoryview(b"".join(map(pack, values)))) == values


@given(st.binary(max_size=200))
def test_nothing_is_an_error_of_ours(content: bytes) -> None:
    unpack_breadcrumbs(memoryview(content))
    with suppress(Rejected):
        unpack_event(memoryview(content))


@pytest.mark.parametrize("length", [0, 31, 32, 255, 256, 65_535, 65_536])
def test_texts_and_bytes_of_every_length_are_passed_over(length: int) -> None:
    for value in ("x" * length, ["x"] * length, dict.fromkeys(map(str, range(length)), 1)):
        content = pack({"value": value, "raw": b"y" * length}) + pack(7)
        assert unpack_breadcrumbs(memoryview(content))[-1] == 7


def test_what_breaks_off_is_left_out() -> None:
    content = pack({"message": "whole"}) + pack({"message": "broken off"})[:-3]
    assert unpack_breadcrumbs(memoryview(content)) == [{"message": "whole"}]
    assert unpack_breadcrumbs(memoryview(b"\x91" * 100_000)) == []
    assert unpack_breadcrumbs(memoryview(b"\xdd\xff\xff\xff\xff")) == []


def test_lists_may_stand_for_single_ones() -> None:
    assert unpack_breadcrumbs(memoryview(pack([1, 2]) + pack(3))) == [1, 2, 3]


def test_an_event_is_an_object() -> None:
    assert unpack_event(memoryview(pack({"a": b"\xff", "b": {1: 2}}))) == {
        "a": "\ufffd",
        "b": {"1": 2},
    }
    for content in (b"", pack([1]), b"\xc1", pack({"a": 1}) + b"\0"):
        with pytest.raises(Rejected):
            unpack_event(memoryview(content))


def test_breadcrumbs_of_two_files_are_merged_in_time() -> None:
    def crumbs(*seconds: int) -> list[dict[str, str]]:
        return [{"timestamp": f"2026-01-01T00:00:0{each}Z"} for each in seconds]

    assert merge_breadcrumbs(crumbs(4, 5), crumbs(1, 2, 3)) == crumbs(3, 4, 5)
    assert merge_breadcrumbs(crumbs(1, 2, 3), crumbs(4)) == crumbs(2, 3, 4)
    assert merge_breadcrumbs([], crumbs(1)) == crumbs(1)
    assert merge_breadcrumbs([], []) == []


def test_fields_of_a_form_make_an_event() -> None:
    assert form_event(
        [
            ("sentry", '{"release": "a", "tags": {"x": "1"}}'),
            ("sentry___scope", '{"release": "b", "tags": {"y": "2"}}'),
            ("sentry[contexts][app][name]", "game"),
            ("sentry[", "odd"),
            ("sentry__2", '"dist": "7"}'),
            ("sentry__1", "{"),
            ("other", "value"),
        ]
    ) == {
        "release": "a",
        "tags": {"x": "1", "y": "2"},
        "contexts": {"app": {"name": "game"}},
        "dist": "7",
        "extra": {"sentry[": "odd", "other": "value"},
    }


def test_fields_beyond_reason_are_refused() -> None:
    with pytest.raises(Rejected) as refused:
        form_event([("sentry" + "[a]" * 30, "x")])
    assert refused.value.reason == "nesting_too_deep"
    assert form_event([("sentry", "[]"), ("sentry__1", "{nonsense")]) == {}
