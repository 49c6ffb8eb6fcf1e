"""Tags in every shape, and the attributes that become tags or were sent as tags."""

from typing import Any

import pytest

from tests.unit.normalize.events import errors_of, normalized


@pytest.mark.parametrize(
    ("given", "pairs"),
    [
        ({"b": 1, "a": "x"}, [["a", "x"], ["b", "1"]]),
        ([["b", 1], ["a", "x"]], [["b", "1"], ["a", "x"]]),
        ([["a", "first"], ["a", "second"]], [["a", "first"]]),
        ([{"key": "a", "value": "x"}], [["a", "x"]]),
        ([None, ["a", "x"]], [["a", "x"]]),
        ({"foo bar ": " baz "}, [["foo-bar", "baz"]]),
        ({"yes": True, "no": False, "f": 1.5}, [["f", "1.5"], ["no", "False"], ["yes", "True"]]),
        ({"nothing": None}, [["nothing", None]]),
        ({"release": "r", "dist": "d", "user": "u", "filename": "f", "function": "g"}, None),
    ],
)
def test_pairs(given: Any, pairs: Any) -> None:
    event = normalized({"tags": given})
    assert event.get("tags") == pairs
    assert "errors" not in event


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"": "x"}, "tags.0.0"),
        ({"a": ""}, "tags.0.1"),
        ({"a": "x\ny"}, "tags.0.1"),
        ({"a": {}}, "tags.0.1"),
        ({"ä": "x"}, "tags.0.0"),
        ({"k" * 201: "x"}, "tags.0.0"),
        (7, "tags"),
    ],
)
def test_what_no_tag_may_be_is_told(given: Any, name: str) -> None:
    assert errors_of(normalized({"tags": given})) == [(name, "invalid_data")]


def test_long_values_are_cut_and_told() -> None:
    event = normalized({"tags": {"a": "x" * 300}})
    assert event["tags"] == [["a", "x" * 197 + "..."]]
    assert event["_meta"]["tags"]["0"]["1"][""] == {"len": 300, "rem": [["!limit", "s", 197, 200]]}


def test_there_are_at_most_200() -> None:
    event = normalized({"tags": {f"k{i:04}": "x" for i in range(500)}})
    assert len(event["tags"]) == 200
    assert event["_meta"]["tags"][""]["len"] == 500


def test_environment_is_promoted() -> None:
    event = normalized({"tags": {"environment": "prod", "a": "x"}})
    assert event["environment"] == "prod"
    assert event["tags"] == [["a", "x"]]


def test_the_events_own_environment_wins() -> None:
    event = normalized({"tags": {"environment": "tag"}, "environment": "own"})
    assert event["environment"] == "own"
    assert "tags" not in event


def test_server_name_and_site_become_tags_unless_they_are_there() -> None:
    event = normalized({"server_name": "h1", "site": "s", "tags": {"site": "mine"}})
    assert event["tags"] == [["site", "mine"], ["server_name", "h1"]]
    assert event.keys().isdisjoint({"server_name", "site"})


@pytest.mark.parametrize(
    ("device", "rank"),
    [
        ({"family": "iPhone", "model": "iPhone8,1"}, "1"),
        ({"family": "iOS", "model": "iPhone12,1"}, "2"),
        ({"family": "iPhone", "model": "iPhone15,2"}, "3"),
        ({"processor_frequency": 1800, "processor_count": 8, "memory_size": 2**33}, "1"),
        ({"processor_frequency": 2400, "processor_count": 8, "memory_size": 2**33}, "2"),
        ({"processor_frequency": 3000, "processor_count": 8, "memory_size": 2**33}, "3"),
        ({"family": "Mac"}, None),
    ],
)
def test_device_class(device: dict[str, Any], rank: str | None) -> None:
    tags = normalized({"contexts": {"device": device}}).get("tags")
    assert tags == (None if rank is None else [["device.class", rank]])
