"""The HTTP request: URL, pairs, cookies and bodies."""

from typing import Any

import pytest

from tests.unit.normalize.events import errors_of, normalized


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"url": "http://x/a?b=c&d#frag"},
            {"url": "http://x/a", "query_string": [["b", "c"], ["d", ""]], "fragment": "frag"},
        ),
        ({"url": "/a?b=c", "query_string": "?e=f"}, {"url": "/a", "query_string": [["e", "f"]]}),
        ({"query_string": {"b": 1, "a": [2]}}, {"query_string": [["a", "[2]"], ["b", "1"]]}),
        ({"query_string": [["b", "c"]]}, {"query_string": [["b", "c"]]}),
        ({"query_string": "a=b%20c+d"}, {"query_string": [["a", "b c d"]]}),
        ({"cookies": "a=b; c=d=e;;f"}, {"cookies": [["a", "b"], ["c", "d=e"], ["f", ""]]}),
        ({"cookies": {"a": "b"}}, {"cookies": [["a", "b"]]}),
        ({"headers": {"cookie": "a=b"}}, {"cookies": [["a", "b"]]}),
        (
            {"headers": [["cookie", "a=b"], ["x-id", 1]], "cookies": "c=d"},
            {"cookies": [["c", "d"]], "headers": [["X-Id", "1"]]},
        ),
        ({"headers": {"b": ["1", "2"], "A": "x"}}, {"headers": [["A", "x"], ["B", "1,2"]]}),
        ({"method": "post"}, {"method": "POST"}),
        ({"env": {"A": 1}, "unknown": 2}, {"env": {"A": 1}}),
    ],
)
def test_parts(given: dict[str, Any], expected: dict[str, Any]) -> None:
    event = normalized({"request": given})
    assert event["request"] == expected
    assert "errors" not in event


@pytest.mark.parametrize(
    ("body", "declared", "parsed", "inferred"),
    [
        ('{"a":1}', None, {"a": 1}, "application/json"),
        ("[1]", None, [1], "application/json"),
        ("a=1&b=2&a=3", None, {"a": ["1", "3"], "b": "2"}, "application/x-www-form-urlencoded"),
        ("plain text", None, "plain text", None),
        ("a b=c", None, "a b=c", None),
        ('{"a":1}', "text/plain", '{"a":1}', "text/plain"),
        ('{"a":', "application/json; charset=utf-8", '{"a":', "application/json"),
        ({"a": 1}, None, {"a": 1}, None),
    ],
)
def test_bodies(body: Any, declared: str | None, parsed: Any, inferred: str | None) -> None:
    given: dict[str, Any] = {"data": body}
    if declared:
        given["headers"] = {"Content-Type": declared}
    request = normalized({"request": given})["request"]
    assert request["data"] == parsed
    assert request.get("inferred_content_type") == inferred


def test_a_bad_method_is_null_and_told() -> None:
    event = normalized({"request": {"url": "/", "method": "1234"}})
    assert event["request"] == {"url": "/", "method": None}
    assert errors_of(event) == [("request.method", "invalid_data")]


def test_a_long_url_is_cut_after_it_was_split() -> None:
    event = normalized({"request": {"url": "http://x/" + "p" * 400 + "?a=b"}})
    assert len(event["request"]["url"]) == 256
    assert event["request"]["query_string"] == [["a", "b"]]


def test_an_empty_request_is_none() -> None:
    assert "request" not in normalized({"request": {"headers": {}, "cookies": "", "data": None}})


def test_an_empty_body_is_a_body() -> None:
    assert normalized({"request": {"data": {}}})["request"] == {"data": {}}
