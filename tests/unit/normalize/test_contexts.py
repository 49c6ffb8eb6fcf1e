"""Contexts, debug images and the SDK."""

from typing import Any
from uuid import UUID

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
    ("given", "expected"),
    [
        ({"trace_id": "A" * 32, "span_id": "B" * 16}, ("a" * 32, "b" * 16)),
        ({"trace_id": str(UUID("c" * 32)), "span_id": "d" * 16}, ("c" * 32, "d" * 16)),
        ({"trace_id": "0" * 32, "span_id": "0" * 16}, (EVENT_ID, EVENT_ID[:16])),
        ({"trace_id": "xyz", "span_id": 7}, (EVENT_ID, EVENT_ID[:16])),
    ],
)
def test_ids_of_a_trace(given: dict[str, Any], expected: tuple[str, str]) -> None:
    event = normalized({"contexts": {"trace": given}})
    trace = event["contexts"]["trace"]
    assert (trace["trace_id"], trace["span_id"]) == expected
    told = sorted(name for name, _ in errors_of(event))
    is_wrong = expected[0] == EVENT_ID
    assert told == ["contexts.trace.span_id", "contexts.trace.trace_id"] * is_wrong


@pytest.mark.parametrize(
    ("given", "status"),
    [("ok", "ok"), ("unknown_error", "unknown"), ("internal", "internal_error"), ("mine", "mine")],
)
def test_the_status_of_a_trace(given: str, status: str) -> None:
    assert context("trace", {"status": given})["status"] == status


def test_the_replay_of_the_envelopes_trace() -> None:
    event = normalized({}, replay_id="b" * 32)
    assert event["contexts"]["replay"] == {"type": "replay", "replay_id": "b" * 32}


def test_the_events_own_replay_goes_before() -> None:
    given = {"replay": {"replay_id": str(UUID("c" * 32)).upper()}}
    event = normalized({"contexts": given}, replay_id="b" * 32)
    assert event["contexts"]["replay"] == {"type": "replay", "replay_id": "c" * 32}


def test_the_profile_of_an_event() -> None:
    event = normalized({"contexts": {"profile": {"profile_id": "d" * 32, "profiler_id": "x"}}})
    assert event["contexts"]["profile"] == {
        "type": "profile",
        "profile_id": "d" * 32,
        "profiler_id": None,
    }
    assert errors_of(event) == [("contexts.profile.profiler_id", "invalid_data")]


def test_feature_flags() -> None:
    flags = [
        {"flag": "new-cart", "result": True},
        {"flag": "f" * 300, "result": "r" * 300},
        {"flag": "n", "result": 1.5, "variant": "b"},
        "odd",
        None,
    ]
    event = normalized({"contexts": {"flags": {"values": flags}}})
    kept = event["contexts"]["flags"]["values"]
    assert kept[0] == flags[0]
    assert [len(kept[1][name]) for name in ("flag", "result")] == [200, 200]
    assert kept[2:] == [flags[2], None, None]
    assert errors_of(event) == [("contexts.flags.values.3", "invalid_data")]


def test_a_response_is_read_as_a_request_is() -> None:
    headers = {"set-cookie": "a=b; c=d", "content-type": "application/json"}
    assert context("response", {"headers": headers, "data": '{"x": [1]}', "status_code": 500}) == {
        "type": "response",
        "headers": [["Content-Type", "application/json"]],
        "cookies": [["a", "b"], ["c", "d"]],
        "data": {"x": [1]},
        "inferred_content_type": "application/json",
        "status_code": 500,
    }


def test_each_context_has_a_size_of_its_own() -> None:
    many = {f"c{n}": {"text": "x" * 5000} for n in range(4)}
    event = normalized({"contexts": many | {"big": {"text": "y" * 9000}}})
    assert all(event["contexts"][name]["text"] == "x" * 5000 for name in many)
    assert len(event["contexts"]["big"]["text"]) <= 8192
    assert event["_meta"]["contexts"]["big"]["text"][""]["len"] == 9000


DEVICES = (
    ({"family": "iPhone", "model": "iPhone8,1"}, "1"),
    ({"family": "iOS", "model": "iPhone13,2"}, "2"),
    ({"family": "iOS-Device", "model": "iPhone14,5"}, "3"),
    ({"family": "iOS", "model": "iPad8,1"}, None),
    ({"processor_frequency": 1900, "processor_count": 8, "memory_size": 8 << 30}, "1"),
    ({"processor_frequency": 2400, "processor_count": 8, "memory_size": 8 << 30}, "2"),
    ({"processor_frequency": 2600, "processor_count": 8, "memory_size": 5 << 30}, "2"),
    ({"processor_frequency": 2600, "processor_count": 8, "memory_size": 6 << 30}, "3"),
    ({"processor_frequency": 2600}, None),
    ({"processor_frequency": None, "processor_count": 8, "memory_size": "x"}, None),
)


@pytest.mark.parametrize(("device", "rank"), DEVICES)
def test_the_class_of_a_device(device: dict[str, Any], rank: str | None) -> None:
    tags = dict(normalized({"contexts": {"device": device}}).get("tags", []))
    assert tags.get("device.class") == rank


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


@pytest.mark.parametrize("kind", ["symbolic", "elf", "macho", "pe", "pe_dotnet", "wasm"])
def test_images_of_native_code(kind: str) -> None:
    image = {
        "type": kind,
        "id": "C05B4DDD69A73840A64932180D341587-000A",
        "name": "/bin/x",
        "code_id": "ABCD",
        "image_addr": 4096,
        "image_vmaddr": "0X0",
        "image_size": 5,
        "arch": None,
    }
    assert normalized({"debug_meta": {"images": [image]}})["debug_meta"]["images"] == [
        {
            "type": kind,
            "debug_id": "c05b4ddd-69a7-3840-a649-32180d341587-a",
            "code_file": "/bin/x",
            "code_id": "abcd",
            "image_addr": "0x1000",
            "image_vmaddr": "0x0",
            "image_size": 5,
        }
    ]


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
