"""Contexts, debug images and the SDK."""

from typing import Any

import pytest

from tests.unit.normalize.events import EVENT_ID, errors_of, normalized

ID = "395835f4-03e0-4436-80d3-136f0749a893"


def context(name: str, given: dict[str, Any]) -> Any:
    return normalized({"contexts": {name: given}})["contexts"][name]


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("mine", {"a": None, "b": 1}, {"a": None, "b": 1, "type": "mine"}),
        ("mine", {"type": "os", "name": "X"}, {"type": "os", "name": "X", "os": "X"}),
        ("device", {"battery_level": 100, "odd": 1}, {"battery_level": 100.0, "odd": 1}),
        ("app", {"app_build": 7}, {"app_build": "7"}),
        ("os", {"name": "X", "version": "9"}, {"name": "X", "version": "9", "os": "X 9"}),
        ("browser", {"name": "F", "version": "1"}, {"name": "F", "version": "1", "browser": "F 1"}),
    ],
)  # fmt: skip
def test_contexts(name: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert context(name, given) == {"type": name} | expected


@pytest.mark.parametrize(
    ("name", "described", "expected"),
    [
        ("os", "Microsoft Windows 6.1.7601 S", ("Windows", "7", "7601")),
        ("os", "Windows 10.0.22621", ("Windows", "11", "22621")),
        ("os", "Android OS 9 / API-28 (PPR1.1)", ("Android", "9", "PPR1.1")),
        ("os", "macOS 14.2.1 (23C71)", ("macOS", "14.2.1", "23C71")),
        ("os", "Linux 5.4.0-26-generic #30", ("Linux", "5.4.0", None)),
        ("runtime", ".NET Core 3.1.2", (".NET Core", "3.1.2", None)),
        ("runtime", "Mono 5.11.0 (x)", ("Mono", "5.11.0", None)),
        ("runtime", "weird", (None, None, None)),
    ],
)
def test_descriptions(name: str, described: str, expected: tuple[str | None, ...]) -> None:
    found = context(name, {"raw_description": described})
    assert (found.get("name"), found.get("version"), found.get("build")) == expected


def test_wrong_members_are_null_and_told() -> None:
    event = normalized({"contexts": {"device": {"memory_size": "big"}, "x": 3, "y": None}})
    assert event["contexts"]["device"]["memory_size"] is None
    assert "y" not in event["contexts"]
    assert errors_of(event) == [
        ("contexts.device.memory_size", "invalid_data"),
        ("contexts.x", "invalid_data"),
    ]


def test_a_trace_is_completed() -> None:
    assert context("trace", {"trace_id": "a" * 32, "op": "http"}) == {
        "type": "trace",
        "trace_id": "a" * 32,
        "span_id": EVENT_ID[:16],
        "op": "http",
        "status": "unknown",
    }


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (
            {"type": "apple", "name": "Foo", "uuid": ID.upper(), "image_addr": "0x01000"},
            {"type": "macho", "code_file": "Foo", "debug_id": ID, "image_addr": "0x1000"},
        ),
        (
            {"type": "elf", "code_file": "f", "debug_id": ID.replace("-", "") + "a", "odd": 1},
            {"type": "elf", "code_file": "f", "debug_id": ID + "-a"},
        ),
        (
            {"type": "sourcemap", "code_file": "http://x/a.js", "debug_id": ID},
            {"type": "sourcemap", "code_file": "http://x/a.js", "debug_id": ID},
        ),
        ({"type": "proguard", "uuid": ID}, {"type": "proguard", "uuid": ID}),
        (None, None),
    ],
)
def test_images(image: Any, expected: Any) -> None:
    event = normalized({"debug_meta": {"images": [image]}})
    assert event["debug_meta"] == {"images": [expected]}
    assert "errors" not in event


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ({"type": "bogus"}, "debug_meta.images.0"),
        ({}, "debug_meta.images.0"),
        ({"type": "jvm", "debug_id": "x"}, "debug_meta.images.0.debug_id"),
        ({"type": "proguard"}, "debug_meta.images.0.uuid"),
    ],
)
def test_bad_images_are_told(image: Any, name: str) -> None:
    found = errors_of(normalized({"debug_meta": {"images": [image]}}))
    assert [told for told, _ in found] == [name]


def test_an_sdk_says_its_name_and_version() -> None:
    event = normalized({"sdk": {"name": "x", "integrations": ["a"], "odd": 1}})
    assert event["sdk"] == {"name": "x", "integrations": ["a"], "version": None}
    assert errors_of(event) == [("sdk.version", "missing_attribute")]
