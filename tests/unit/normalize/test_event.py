"""What every event gets, whatever it came with, and what becomes of what no event may have."""

import json
from typing import Any

import orjson
import pytest

from tests.unit.normalize.events import EVENT_ID, NOW, errors_of, normalized
from urgentry.ingest.normalize import parse_event_json


def test_an_empty_payload_becomes_a_whole_event() -> None:
    assert normalized({}, sdk_client="sentry.python/2.1") == {
        "event_id": EVENT_ID,
        "project": 7,
        "key_id": "3",
        "version": "7",
        "received": NOW,
        "timestamp": NOW,
        "type": "default",
        "level": "error",
        "platform": "other",
        "logger": "",
        "sdk": {"name": "sentry.python", "version": "2.1"},
        "contexts": {
            "trace": {
                "type": "trace",
                "trace_id": EVENT_ID,
                "span_id": EVENT_ID[:16],
                "status": "unknown",
            }
        },
    }


@pytest.mark.parametrize(
    ("old", "value", "name"),
    [
        ("sentry.interfaces.Exception", {"type": "A"}, "exception"),
        ("sentry.interfaces.Stacktrace", {"frames": [{"function": "f"}]}, "stacktrace"),
        ("sentry.interfaces.Http", {"url": "http://x/"}, "request"),
        ("sentry.interfaces.User", {"id": "1"}, "user"),
        ("sentry.interfaces.Message", {"message": "m"}, "logentry"),
        ("message", "m", "logentry"),
        ("sentry.interfaces.Breadcrumbs", [{"message": "m"}], "breadcrumbs"),
        ("sentry.interfaces.Template", {"filename": "f"}, "template"),
    ],
)
def test_old_names_are_understood(old: str, value: Any, name: str) -> None:
    event = normalized({old: value})
    assert event[name]
    assert old not in event
    assert "errors" not in event


def test_the_present_name_wins_over_the_old_one() -> None:
    event = normalized({"message": "old", "logentry": {"formatted": "new"}})
    assert event["logentry"] == {"formatted": "new"}


def test_unknown_attributes_are_named_and_dropped() -> None:
    event = normalized({"zebra": {"x": 1}, "ape": 2})
    assert errors_of(event) == [("ape", "invalid_attribute"), ("zebra", "invalid_attribute")]
    assert event["ape"] is None
    assert event["zebra"] is None


def test_what_only_sentry_itself_sends_is_dropped_silently() -> None:
    event = normalized({"hashes": ["a"], "grouping_config": {"id": "x"}, "metadata": {}})
    assert "errors" not in event
    assert event.keys().isdisjoint({"hashes", "grouping_config", "metadata"})


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({}, "default"),
        ({"exception": {"type": "A"}}, "error"),
        ({"type": "error"}, "default"),
        ({"csp": {"document_uri": "http://x"}}, "csp"),
        ({"type": "transaction"}, "transaction"),
        ({"type": ["error"]}, "default"),
    ],
)
def test_type_follows_from_what_is_there(payload: dict[str, Any], kind: str) -> None:
    assert normalized(payload)["type"] == kind


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ("debug", "debug"), ("INFO", "info"), ("log", "info"), ("critical", "fatal"),
        (10, "debug"), (50, "fatal"), ("30", "warning"),
    ],
)  # fmt: skip
def test_levels_by_name_and_number(given: Any, level: str) -> None:
    event = normalized({"level": given})
    assert event["level"] == level
    assert "errors" not in event


@pytest.mark.parametrize("given", ["bogus", 11, True, ["error"], {}])
def test_a_bad_level_is_error_and_told(given: Any) -> None:
    event = normalized({"level": given})
    assert event["level"] == "error"
    assert errors_of(event) == [("level", "invalid_data")]


def test_a_transaction_is_no_error() -> None:
    assert normalized({"type": "transaction"})["level"] == "info"


@pytest.mark.parametrize("given", ["zzz", "ab", 5, None, "0" * 33])
def test_a_bad_event_id_does_not_lose_the_event(given: Any) -> None:
    event = normalized({"event_id": given})
    assert event["event_id"] == EVENT_ID
    assert bool(event.get("errors")) is (given is not None)


_HOSTILE: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    "x",
    "",
    [],
    [[]],
    [None],
    {},
    {"values": 3},
    {"": {}},
]
_ATTRIBUTES = (
    "breadcrumbs checksum contexts csp culprit debug_meta dist environment errors exception extra "
    "fingerprint level logentry logger measurements message modules platform received release "
    "request sdk server_name site spans stacktrace start_timestamp tags template threads timestamp "
    "transaction transaction_info type user version _meta"
)


@pytest.mark.parametrize("attribute", _ATTRIBUTES.split())
@pytest.mark.parametrize("value", _HOSTILE)
def test_no_shape_of_an_attribute_loses_the_event(attribute: str, value: Any) -> None:
    event = normalized({attribute: value})
    assert event["event_id"] == EVENT_ID
    assert event["type"]


def test_the_clients_own_remarks_are_kept_if_they_have_the_form() -> None:
    remarks = {"extra": {"a": {"": {"len": 9, "err": [[1, 2, 3]]}}}, "tags": 4}
    event = normalized({"extra": {"a": "b"}, "_meta": remarks})
    assert event["_meta"] == {"extra": {"a": {"": {"len": 9}}}}
    assert "errors" not in event


GIANT = 10**40


def test_giant_numbers_stay_within_what_databases_take() -> None:
    payload = {
        "extra": {"n": GIANT},
        "user": {"id": GIANT},
        "tags": {"n": GIANT},
        "stacktrace": {"frames": [{"function": "f", "lineno": GIANT}]},
        "contexts": {"device": {"memory_size": GIANT}},
        "time_spent": -GIANT,
    }
    event = normalized(parse_event_json(json.dumps(payload).encode()))
    assert event["extra"] == {"n": 1e40}
    assert event["user"]["id"] == "1e+40"
    assert event["stacktrace"]["frames"][0]["lineno"] == 2**64 - 1
    assert event["contexts"]["device"]["memory_size"] == 2**64 - 1
    assert event["time_spent"] is None
    orjson.dumps(event)


@pytest.mark.parametrize("depth", [6, 7, 64, 65, 200])
def test_deep_nesting_is_kept_as_text(depth: int) -> None:
    raw = b'{"extra":{"a":' + b'{"b":' * depth + b"1" + b"}" * depth + b"}}"
    event = normalized(parse_event_json(raw))
    levels, inner = 0, event["extra"]
    while isinstance(inner, dict):
        levels, inner = levels + 1, next(iter(inner.values()))
    assert levels == min(depth + 1, 6)
    assert (inner == 1) is (depth < 6)
