"""From bytes to an object that every database takes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.ingest.normalize import parse_event_json
from urgentry.ingest.normalize.parse import clean
from urgentry.protocol.outcome import Rejected


@pytest.mark.parametrize(
    ("raw", "payload"),
    [
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a\\u0000b": "c\\u0000"}', {"ab": "c"}),
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b'{"a": "x\\ud800y"}', {"a": "x\ufffdy"}),
        (b'{"a": 18446744073709551615}', {"a": 18446744073709551615}),
        (b'{"a": 1e400}', {"a": None}),
    ],
)
def test_parses(raw: bytes, payload: dict[str, Any]) -> None:
    assert parse_event_json(raw) == payload


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"3", b"{", b'{"a": NaN}', b'"\xff"', b'{"a": "\xed"}']
)
def test_refuses_what_is_no_event(raw: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        parse_event_json(raw)
    assert refused.value.reason == "invalid_json"


def test_old_python_clients_may_say_nan() -> None:
    raw = b'{"a": NaN, "b": [-Infinity, 1]}'
    assert parse_event_json(raw, "raven-python/6.0") == {"a": None, "b": [None, 1]}
    with pytest.raises(Rejected):
        parse_event_json(raw, "sentry.javascript.browser/7")


@pytest.mark.parametrize("depth", [1_500, 200_000])
def test_nesting_that_no_parser_bears_is_refused(depth: int) -> None:
    with pytest.raises(Rejected):
        parse_event_json(b'{"a":' + b"[" * depth + b"]" * depth + b"}")


def test_deep_nesting_survives_cleaning() -> None:
    raw = b'{"x": "\\u0000", "a":' + b"[" * 900 + b"]" * 900 + b"}"
    assert parse_event_json(raw)["x"] == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_whatever_is_parsed_can_be_stored(payload: dict[str, Any]) -> None:
    raw = json.dumps(payload).encode()
    parsed = parse_event_json(raw, "raven-python/1")
    assert clean(parsed) == parsed
    assert "\\u0000" not in json.dumps(parsed).replace("\\\\", "")
