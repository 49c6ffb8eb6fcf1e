"""What items count as, by their headers alone."""

from typing import Any

import pytest

from urgentry.protocol.items import (
    CATEGORY_BY_NAME,
    DataCategory,
    ItemType,
    creates_event,
    known_type,
    main_category,
    quantities,
)


def counted(name: str, size: int = 10, **headers: Any) -> dict[str, int]:
    full = {"type": name, **headers}
    return {c.wire_name: n for c, n in quantities(known_type(name, full), full, size)}


@pytest.mark.parametrize(
    ("name", "headers", "expected"),
    [
        ("event", {}, {"error": 1}),
        (
            "transaction",
            {"span_count": 4},
            {"transaction": 1, "transaction_indexed": 1, "span": 5, "span_indexed": 5},
        ),
        ("attachment", {}, {"attachment": 10, "attachment_item": 1}),
        ("attachment", {"attachment_length": 900}, {"attachment": 900, "attachment_item": 1}),
        ("attachment", {"attachment_type": "who.knows"}, {}),
        ("session", {}, {"session": 1}),
        ("log", {"item_count": 3}, {"log_item": 3, "log_byte": 10}),
        ("log", {"item_count": -3}, {"log_item": 1, "log_byte": 10}),
        ("log", {"item_count": True}, {"log_item": 1, "log_byte": 10}),
        ("trace_metric", {"item_count": 2}, {"trace_metric": 2, "trace_metric_byte": 10}),
        ("span", {"item_count": 2}, {"span": 2, "span_indexed": 2}),
        ("feedback", {}, {"feedback": 1}),
        ("user_report", {}, {"feedback": 1}),
        ("profile", {}, {"profile": 1, "profile_indexed": 1, "profile_backend": 1}),
        ("profile", {"platform": "cocoa"}, {"profile": 1, "profile_indexed": 1, "profile_ui": 1}),
        ("profile_chunk", {"platform": "python"}, {"profile_chunk": 1}),
        ("profile_chunk", {"platform": "android"}, {"profile_chunk_ui": 1}),
        ("profile_chunk_ui", {}, {"profile_chunk_ui": 1}),
        ("replay_event", {}, {"replay": 1}),
        ("check_in", {}, {"monitor": 1}),
        ("client_report", {}, {}),
        ("statsd", {}, {}),
    ],
)
def test_quantities(name: str, headers: dict[str, Any], expected: dict[str, int]) -> None:
    assert counted(name, **headers) == expected


def test_every_type_has_an_answer() -> None:
    for item_type in ItemType:
        assert isinstance(quantities(item_type, {}, 1), tuple)


def test_main_category() -> None:
    assert main_category(ItemType.LOG, {}) is DataCategory.LOG_ITEM
    assert main_category(ItemType.CLIENT_REPORT, {}) is DataCategory.UNKNOWN
    assert main_category(None, {}) is DataCategory.UNKNOWN


def test_category_ids_are_sentrys() -> None:
    assert [DataCategory(number).wire_name for number in (0, 1, 22, 24, 33, 38)] == [
        "default",
        "error",
        "attachment_item",
        "log_byte",
        "trace_metric",
        "snapshot_image",
    ]
    assert CATEGORY_BY_NAME["log_item"] is DataCategory.LOG_ITEM


@pytest.mark.parametrize(
    ("name", "headers", "expected"),
    [
        ("event", {}, True),
        ("feedback", {}, True),
        ("session", {}, False),
        ("attachment", {}, False),
        ("attachment", {"attachment_type": "event.minidump"}, True),
        ("attachment", {"attachment_type": ["event.minidump"]}, False),
        ("statsd", {}, False),
    ],
)
def test_what_makes_an_event(name: str, headers: dict[str, Any], expected: bool) -> None:
    assert creates_event(known_type(name, headers), headers) is expected
