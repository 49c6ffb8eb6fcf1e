"""Stack traces as pages show them."""

from typing import Any

import pytest

from urgentry.web.view.stack import Frame, Trace, exceptions, lone_trace, threads


def frame(name: str, *, app: bool = False, **more: Any) -> dict[str, Any]:
    return {"function": name, "filename": f"{name}.py", "lineno": 3, "in_app": app, **more}


def raised(*frames: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "E", "value": "v", "stacktrace": {"frames": list(frames)}, **more}


def shape(trace: Trace | None) -> list[tuple[bool, list[str]]]:
    assert trace is not None
    return [(run.is_folded, [each.function for each in run.frames]) for run in trace.runs]


def only_frame(event: dict[str, Any]) -> Frame:
    trace = exceptions(event)[0].trace
    assert trace is not None
    return trace.runs[0].frames[0]


def test_newest_call_stands_first_and_library_runs_are_folded() -> None:
    frames = [frame("a"), frame("b"), frame("main", app=True), frame("c"), frame("d"), frame("e")]
    (shown,) = exceptions({"exception": {"values": [raised(*frames)]}})
    assert shape(shown.trace) == [
        (False, ["e"]),
        (True, ["d", "c"]),
        (False, ["main"]),
        (True, ["b", "a"]),
    ]


def test_the_apps_newest_frame_is_open() -> None:
    frames = [frame("main", app=True), frame("work", app=True), frame("lib")]
    trace = exceptions({"exception": {"values": [raised(*frames)]}})[0].trace
    assert trace is not None
    opened = [each.function for run in trace.runs for each in run.frames if each.is_open]
    assert opened == ["work"]


def test_without_frames_of_the_app_nothing_is_folded() -> None:
    (shown,) = exceptions({"exception": {"values": [raised(frame("a"), frame("b"), frame("c"))]}})
    assert shape(shown.trace) == [(False, ["c", "b", "a"])]


def test_causes_follow_what_they_caused() -> None:
    values = [{"type": "Cause"}, {"type": "Effect"}]
    assert [each.kind for each in exceptions({"exception": {"values": values}})] == [
        "Effect",
        "Cause",
    ]


def test_lines_are_numbered_around_the_current_one() -> None:
    source: dict[str, Any] = {
        "pre_context": ["one", "two"],
        "context_line": "three",
        "post_context": ["four"],
    }
    shown = only_frame({"exception": {"values": [raised(frame("a", **source))]}})
    assert [(line.number, line.text, line.is_current) for line in shown.lines] == [
        (1, "one", False),
        (2, "two", False),
        (3, "three", True),
        (4, "four", False),
    ]


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://source.example/a.py", "https://source.example/a.py"),
        (
            "https://raw.githubusercontent.com/me/shop/c0ffee/src/a.py",
            "https://www.github.com/me/shop/blob/c0ffee/src/a.py#L3",
        ),
        (
            "https://raw.githubusercontent.com/me/shop/c0ffee",
            "https://raw.githubusercontent.com/me/shop/c0ffee",
        ),
        ("javascript:alert(1)", None),
        ("https://[", None),
        (7, None),
        (None, None),
    ],
)
def test_the_source_is_linked_where_it_can_be_read(link: Any, shown: str | None) -> None:
    found = only_frame({"exception": {"values": [raised(frame("a", source_link=link))]}})
    assert found.source == shown


def test_variables_of_every_type_are_text() -> None:
    given = {"text": "x", "number": 1, "list": [1, None], "none": None}
    shown = only_frame({"exception": {"values": [raised(frame("a", vars=given))]}})
    assert [(each.name, each.text) for each in shown.variables] == [
        ("text", "x"),
        ("number", "1"),
        ("list", "[1,null]"),
        ("none", "null"),
    ]


def test_what_was_lost_or_is_no_frame_is_left_out() -> None:
    odd = {"frames": [None, "x", {"function": None, "lineno": "7", "pre_context": "no"}]}
    (shown,) = exceptions({"exception": [None, {"type": None, "stacktrace": odd}]})
    assert shown.kind == "Error"
    assert shape(shown.trace) == [(False, ["<unknown>"])]


def test_raw_traces_look_as_the_language_writes_them() -> None:
    called = frame("work", abs_path="/app/work.py", context_line="    boom()")
    event = {"platform": "python", "exception": {"values": [raised(called)]}}
    assert exceptions(event)[0].raw == (
        "Traceback (most recent call last):\n"
        '  File "/app/work.py", line 3, in work\n'
        "    boom()\n"
        "E: v"
    )
    other = exceptions({**event, "platform": "javascript"})[0].raw
    assert other == "E: v\n    at work (work.py:3)"


def test_crashed_threads_come_first() -> None:
    stacktrace = {"frames": [frame("a")]}
    values = [
        {"id": 1, "stacktrace": stacktrace},
        {"id": 2, "name": "main", "crashed": True, "stacktrace": stacktrace},
        {"id": 3},
    ]
    shown = [each.kind for each in threads({"threads": {"values": values}})]
    assert shown == ["main (crashed)", "Thread 1"]


def test_an_event_may_have_a_stack_trace_of_its_own() -> None:
    lone = lone_trace({"stacktrace": {"frames": [frame("a")]}})
    assert lone is not None
    assert shape(lone.trace) == [(False, ["a"])]
    assert lone_trace({}) is None
