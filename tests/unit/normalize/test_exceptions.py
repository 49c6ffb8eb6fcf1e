"""Exceptions, their mechanisms, threads and stack traces."""

from typing import Any

import pytest

from tests.unit.normalize.events import errors_of, normalized

FRAMES = {"frames": [{"function": "f"}]}


def first(given: Any, **payload: Any) -> Any:
    return normalized({"exception": given, **payload})["exception"]["values"][0]


@pytest.mark.parametrize(
    "given",
    [
        {"type": "A", "value": "b"},
        [{"type": "A", "value": "b"}],
        {"values": [{"type": "A", "value": "b"}]},
        {"values": {"type": "A", "value": "b"}},
    ],
)
def test_every_shape_of_a_list(given: Any) -> None:
    assert normalized({"exception": given})["exception"] == {
        "values": [{"type": "A", "value": "b"}]
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ValueError: foo", {"type": "ValueError", "value": "foo"}),
        ("ValueError:foo\nbar", {"type": "ValueError", "value": "foo\nbar"}),
        ("two words: foo", {"value": "two words: foo"}),
        ("std::bad_alloc", {"value": "std::bad_alloc"}),
        ({"b": 1, "a": 2}, {"value": '{"a":2,"b":1}'}),
        (1, {"value": "1"}),
    ],
)
def test_a_value_without_type(value: Any, expected: dict[str, Any]) -> None:
    assert first({"value": value}) == expected


def test_neither_type_nor_value_is_null_and_told() -> None:
    event = normalized({"exception": {"values": [{"module": "m"}, {"type": "A"}]}})
    assert event["exception"]["values"] == [None, {"type": "A"}]
    assert errors_of(event) == [("exception.values.0", "missing_attribute")]


def test_null_members_stay_in_place() -> None:
    event = normalized({"exception": {"values": [None, {"type": "A"}]}})
    assert event["exception"]["values"] == [None, {"type": "A"}]


def test_only_the_oldest_and_the_newest_of_a_long_chain_are_kept() -> None:
    event = normalized({"exception": [{"type": f"E{i}"} for i in range(80)]})
    types = [entry["type"] for entry in event["exception"]["values"]]
    assert types == [f"E{i}" for i in (*range(25), *range(55, 80))]
    assert event["_meta"]["exception"]["values"][""]["len"] == 80


def test_the_events_own_stack_trace_goes_to_a_lone_exception() -> None:
    event = normalized({"exception": {"type": "A"}, "stacktrace": FRAMES})
    assert event["exception"]["values"][0]["stacktrace"] == FRAMES
    assert "stacktrace" not in event


@pytest.mark.parametrize(
    "given", [[{"type": "A"}, {"type": "B"}], [{"type": "A", "stacktrace": FRAMES}]]
)
def test_else_it_stays_where_it_was(given: Any) -> None:
    assert normalized({"exception": given, "stacktrace": FRAMES})["stacktrace"] == FRAMES


def test_a_mechanism_of_the_first_sdks_is_understood() -> None:
    mechanism = {
        "posix_signal": {"signal": 11, "code": 0, "name": "SIGSEGV"},
        "mach_exception": {"exception": 1, "code": 1, "subcode": 8},
        "relevant_address": "0x1",
    }
    assert first({"type": "A", "mechanism": mechanism})["mechanism"] == {
        "type": "generic",
        "data": {"relevant_address": "0x1"},
        "meta": {
            "signal": {"number": 11, "code": 0, "name": "SIGSEGV"},
            "mach_exception": {
                "exception": 1, "code": 1, "subcode": 8, "name": "EXC_BAD_ACCESS",
            },
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("system", "name"), [("Linux", "SIGUSR1"), ("iOS", "SIGBUS"), ("Windows", None)]
)
def test_signals_are_named_as_the_system_does(system: str, name: str | None) -> None:
    entry = first(
        {"type": "A", "mechanism": {"type": "signal", "meta": {"signal": {"number": 10}}}},
        contexts={"os": {"name": system}},
    )
    assert entry["mechanism"]["meta"]["signal"].get("name") == name


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ({"filename": "a.py"}, {"filename": "a.py", "abs_path": "a.py"}),
        ({"abs_path": "/x/a.py"}, {"filename": "/x/a.py", "abs_path": "/x/a.py"}),
        ({"filename": "http://x/a.js"}, {"filename": "/a.js", "abs_path": "http://x/a.js"}),
        ({"filename": "http://x.com"}, {"filename": "http://x.com", "abs_path": "http://x.com"}),
        (
            {"filename": "a", "abs_path": "http://x/b"},
            {"filename": "a", "abs_path": "http://x/b"},
        ),
        ({"filename": ""}, {}),
        ({"function": "?"}, {}),
        ({"lineno": 3.0, "colno": None}, {"lineno": 3}),
        ({"pre_context": ["a", None]}, {"pre_context": ["a", ""]}),
        ({"vars": ["x"]}, {"vars": {"0": "x"}}),
        ({"vars": {}, "data": {}}, {}),
        ({"data": {"sourcemap": "s", "symbolicator_status": "x"}}, {"data": {"sourcemap": "s"}}),
        ({"instruction_addr": "0x000f"}, {"instruction_addr": "0xf"}),
        ({"image_addr": 255, "symbol_addr": "16"}, {"image_addr": "0xff", "symbol_addr": "0x10"}),
        ({"note": "unknown"}, {}),
    ],
)
def test_frames(frame: dict[str, Any], expected: dict[str, Any]) -> None:
    event = normalized({"stacktrace": {"frames": [frame]}})
    assert event["stacktrace"] == {"frames": [expected]}
    assert "errors" not in event


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        ({"function": 1}, "function"), ({"lineno": -1}, "lineno"), ({"lineno": "7"}, "lineno"),
        ({"in_app": 1}, "in_app"), ({"vars": "x"}, "vars"), ({"pre_context": "x"}, "pre_context"),
        ({"image_addr": "0xzz"}, "image_addr"), ({"filename": 1}, "abs_path"),
    ],
)  # fmt: skip
def test_members_of_another_type_are_null_and_told(frame: dict[str, Any], name: str) -> None:
    event = normalized({"stacktrace": {"frames": [frame, {"function": "ok"}]}})
    assert event["stacktrace"]["frames"][0].get(name) is None
    assert event["stacktrace"]["frames"][1] == {"function": "ok"}
    assert errors_of(event) == [(f"stacktrace.frames.0.{name}", "invalid_data")]


@pytest.mark.parametrize("frames", [[], None])
def test_a_stack_trace_without_frames_is_told(frames: Any) -> None:
    event = normalized({"stacktrace": {"frames": frames}})
    assert event["stacktrace"] == {"frames": None}
    assert [name for name, _ in errors_of(event)] == ["stacktrace.frames"]


def test_long_stack_traces_keep_both_ends() -> None:
    frames = [{"function": f"f{i}", "vars": {"a": 1}} for i in range(300)]
    kept = normalized({"stacktrace": {"frames": frames}})["stacktrace"]["frames"]
    assert [frame["function"] for frame in kept] == [
        f"f{i}" for i in (*range(50), *range(100, 300))
    ]
    assert sum("vars" in frame for frame in kept) == 50
    assert "vars" in kept[-1]


def test_the_applications_frames_keep_their_variables_first() -> None:
    frames = [{"in_app": i % 5 == 0, "vars": {"a": 1}} for i in range(101)]
    kept = normalized({"stacktrace": {"frames": frames}})["stacktrace"]["frames"]
    assert all("vars" in frame for frame in kept if frame["in_app"])
    assert sum("vars" in frame for frame in kept) == 50


def test_threads() -> None:
    thread = {"id": 1, "name": "main", "crashed": True, "stacktrace": FRAMES, "odd": 1}
    assert normalized({"threads": [thread]})["threads"] == {
        "values": [{"id": 1, "name": "main", "crashed": True, "stacktrace": FRAMES}]
    }


@pytest.mark.parametrize("given", [{}, [], {"values": []}, {"values": [{}]}, [None]])
def test_no_threads(given: Any) -> None:
    assert "threads" not in normalized({"threads": given})
