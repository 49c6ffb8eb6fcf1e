"""Log messages and breadcrumbs."""

from typing import Any

import pytest

from tests.unit.normalize.events import NOW, errors_of, normalized


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("hello", {"formatted": "hello"}),
        (42, {"formatted": "42"}),
        ({"message": "hello"}, {"formatted": "hello"}),
        ({"message": "a", "formatted": "b"}, {"message": "a", "formatted": "b"}),
        ({"message": "a", "formatted": "a"}, {"formatted": "a"}),
    ],
)
def test_messages(given: Any, expected: dict[str, Any]) -> None:
    assert normalized({"logentry": given})["logentry"] == expected


@pytest.mark.parametrize(
    ("message", "params", "formatted"),
    [
        ("hi %s and %d%%", ["a", 2], "hi a and 2%"),
        ("hi %(n)s", {"n": "bob"}, "hi bob"),
        ("hi %s %s", ["a"], "hi a %s"),
        ("hi {0} {1} {0}", ["a", 2], "hi a 2 a"),
        ("hi {} {}", ["a", 2], "hi a 2"),
        ("hi {name}", {"name": "bob"}, "hi bob"),
        ("hi {9}", ["a"], "hi {9}"),
        ("hi {} %", [{"b": 1}], "hi {} %"),
    ],
)
def test_interpolation(message: str, params: Any, formatted: str) -> None:
    entry = normalized({"logentry": {"message": message, "params": params}})["logentry"]
    assert entry["formatted"] == formatted
    assert entry["params"] == params


@pytest.mark.parametrize("given", ["", {}, {"message": ""}, {"formatted": ""}])
def test_an_empty_message_is_none(given: Any) -> None:
    assert "logentry" not in normalized({"logentry": given})


def test_parameters_alone_are_no_message() -> None:
    event = normalized({"logentry": {"params": ["a"]}})
    assert event["logentry"] is None
    assert errors_of(event) == [("logentry", "invalid_data")]


def test_long_messages_are_cut() -> None:
    entry = normalized({"message": "m" * 9000})["logentry"]
    assert entry == {"formatted": "m" * 8189 + "..."}
    assert normalized({"message": "m" * 8392})["logentry"] == {"formatted": "m" * 8392}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"type": "default", "level": "info"}),
        ({"type": None, "level": "critical"}, {"type": "default", "level": "fatal"}),
        ({"timestamp": NOW}, {"type": "default", "level": "info", "timestamp": NOW}),
        ({"data": {}, "odd": 1}, {"type": "default", "level": "info"}),
        (
            {"type": "http", "category": "c", "message": "m", "data": {"url": "x"}},
            {
                "type": "http",
                "category": "c",
                "message": "m",
                "data": {"url": "x"},
                "level": "info",
            },
        ),
    ],
)
def test_breadcrumbs(given: dict[str, Any], expected: dict[str, Any]) -> None:
    event = normalized({"breadcrumbs": {"values": [given]}})
    assert event["breadcrumbs"] == {"values": [expected]}
    assert "errors" not in event


def test_the_newest_breadcrumbs_are_kept() -> None:
    event = normalized({"breadcrumbs": [{"message": str(i)} for i in range(130)]})
    messages = [crumb["message"] for crumb in event["breadcrumbs"]["values"]]
    assert messages == [str(i) for i in range(30, 130)]
    assert event["_meta"]["breadcrumbs"]["values"][""]["len"] == 130


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"data": "x"}, "breadcrumbs.values.0.data"),
        ({"level": "bogus"}, "breadcrumbs.values.0.level"),
        ({"timestamp": "x"}, "breadcrumbs.values.0.timestamp"),
        ("x", "breadcrumbs.values.0"),
    ],
)
def test_bad_breadcrumbs_are_told(given: Any, name: str) -> None:
    assert errors_of(normalized({"breadcrumbs": [given]})) == [(name, "invalid_data")]


@pytest.mark.parametrize("given", [[], {}, {"values": []}, {"values": None}, [None]])
def test_no_breadcrumbs(given: Any) -> None:
    assert "breadcrumbs" not in normalized({"breadcrumbs": given})
