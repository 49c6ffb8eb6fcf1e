"""What of a frame is hashed, by platform: the cases of the specification that no corpus has."""

from typing import Any

import pytest

from urgentry.grouping import compile_config
from urgentry.grouping.component import contributing_leaves
from urgentry.grouping.config import GroupingConfig
from urgentry.grouping.stacktrace import GroupedStack

CURRENT = compile_config()
OF_2023 = compile_config("newstyle:2023-01-11")

Json = dict[str, Any]


def stack(*frames: Json, config: GroupingConfig = CURRENT) -> GroupedStack:
    given = [{"in_app": True, **frame} for frame in frames]
    return config.stacktraces.group(given, "other", None)


def leaves(*frames: Json, config: GroupingConfig = CURRENT) -> list[str]:
    """Of every frame, whosever it is."""
    return list(contributing_leaves(stack(*frames, config=config).system))


@pytest.mark.parametrize(
    ("platform", "frame", "expected"),
    [
        # the file
        ("python", {"filename": "a/B\\Ünit.PY"}, ["ünit.py"]),
        ("python", {"filename": "<anonymous>"}, []),
        ("python", {"filename": "[native code]"}, []),
        ("python", {"filename": "a.py", "abs_path": "https://x/a.py"}, []),
        ("python", {"filename": "a.py", "abs_path": "blob:x"}, []),
        ("python", {"filename": "a.py", "abs_path": "applewebdata://x"}, []),
        ("python", {"filename": "a.py", "abs_path": "file:///a.py"}, ["a.py"]),
        ("java", {"filename": "A$$_javassist_seam_3.java"}, ["a$$_javassist<auto>.java"]),
        ("python", {"filename": "A$$_javassist_3"}, ["a$$_javassist_3"]),
        # the module
        ("python", {"module": "m", "filename": "a.py"}, ["m"]),
        ("javascript", {"module": "a/b", "abs_path": "http://x/a/b", "filename": "b"}, []),
        ("javascript", {"module": "ab", "abs_path": "http://x/ab", "filename": "b"}, ["ab"]),
        ("node", {"module": "a/b", "abs_path": "/a/b", "filename": "b"}, ["a/b"]),
        ("java", {"module": "a.B$$Lambda$7.x", "filename": "B.java"}, ["b.java"]),
        ("python", {"module": "a.B$$Lambda$7.x"}, ["a.B$$Lambda$7.x"]),
        (
            "java",
            {"module": "sun.reflect.GeneratedMethodAccessor12"},
            ["sun.reflect.GeneratedMethodAccessor"],
        ),
        (
            "java",
            {"module": "jdk.internal.reflect.GeneratedMethodAccessor1"},
            ["jdk.internal.reflect.GeneratedMethodAccessor"],
        ),
        (
            "java",
            {"module": "x.sun.reflect.GeneratedConstructorAccessor77"},
            ["x.sun.reflect.GeneratedConstructorAccessor<auto>"],
        ),
        (
            "java",
            {"module": "sun.reflect.GeneratedSerializationConstructorAccessor77"},
            ["sun.reflect.GeneratedSerializationConstructorAccessor<auto>"],
        ),
        ("java", {"module": "a.B$$Spring6CGLIB$$1f_0"}, ["a.B$$Spring6CGLIB$$<auto>"]),
        ("java", {"module": "a.B$$_javassist_seam_3"}, ["a.B$$_javassist<auto>"]),
        ("java", {"module": "a.b$fn__123"}, ["a.b$fn__<auto>"]),
        ("java", {"module": "A$EnhancerByX$ab12_1"}, ["A$EnhancerByX$<auto>"]),
        ("java", {"module": "A$$FastClassByX$$ab12"}, ["A$$FastClassByX$$<auto>"]),
        ("java", {"module": "A$HibernateProxy$xYz9"}, ["A$HibernateProxy$<auto>"]),
        ("java", {"module": "A$$Lambda$1$$_javassist_3"}, ["A$$Lambda$1$$_javassist<auto>"]),
        # the function
        ("csharp", {"function": "A.B", "raw_function": "A.B (int)"}, ["A.B (int)"]),
        ("csharp", {"function": "A.B (int)"}, ["A.B (int)"]),
        ("python", {"raw_function": "f"}, ["f"]),
        ("native", {"function": "a::b(int)"}, ["a::b"]),
        ("c", {"function": "void a::b<int>(int)"}, ["a::b<T>"]),
        ("rust", {"function": "a::b::h0123456789abcdef"}, ["a::b::h0123456789abcdef"]),
        ("ruby", {"function": "block in call"}, ["block"]),
        ("ruby", {"function": "_app__1234_56789"}, ["_app"]),
        ("ruby", {"function": "_app__123_56789"}, ["_app__123_56789"]),
        ("php", {"function": "[Anonymous class]"}, []),
        ("php", {"function": "class@anonymous\x00/a.php:1"}, []),
        ("php", {"function": "class@anonymous\x00/a.php::run"}, ["run"]),
        ("php", {"function": "class@anonymous::run"}, ["run"]),
        ("java", {"function": "lambda$x$0", "module": "m"}, ["m"]),
        ("python", {"function": "lambda$x$0"}, ["lambda$x$0"]),
        ("cocoa", {"function": "<redacted>"}, []),
        ("native", {"function": "<unknown>"}, []),
        ("python", {"function": "<unknown>"}, ["<unknown>"]),
        ("javascript", {"function": "Object.a.b", "module": "m"}, ["m", "b"]),
        ("node", {"function": "a.?", "module": "m"}, ["m"]),
        ("node", {"function": "a.", "module": "m"}, ["m"]),
        ("node", {"function": "x/<", "module": "m"}, ["m"]),
        ("node", {"function": "a.<anonymous>", "module": "m"}, ["m"]),
        ("node", {"function": "Anonymous function", "module": "m"}, ["m"]),
        ("node", {"function": "<anonymous function>", "module": "m"}, ["m"]),
        ("node", {"function": "b", "raw_function": "a.?", "module": "m"}, ["m"]),
        (
            "javascript",
            {"function": "f", "context_line": "f()", "data": {"sourcemap": "x"}},
            ["f()"],
        ),
        ("javascript", {"function": "f", "data": {"sourcemap": "x"}}, ["f"]),
        # the line
        ("python", {"context_line": "  a   =\t1 "}, ["a = 1"]),
        ("python", {"context_line": " \t"}, []),
        ("python", {"context_line": "x" * 120}, ["x" * 120]),
        ("python", {"context_line": "x" * 121}, []),
        ("php", {"context_line": "a"}, ["a"]),
        ("ruby", {"context_line": "a"}, ["a"]),
        ("go", {"context_line": "a"}, []),
        ("java", {"context_line": "a"}, []),
        ("javascript", {"context_line": "a", "abs_path": "file:///x", "module": "m"}, ["m"]),
        ("javascript", {"context_line": "a", "abs_path": "/x", "module": "m"}, ["m", "a"]),
        ("node", {"context_line": "a", "abs_path": "http://x", "function": "f"}, ["f", "a"]),
        (
            "python",
            {"context_line": "from x import spawn_main; spawn_main(tracker_fd=12, pipe=31) # 7"},
            ["from x import spawn_main; spawn_main(tracker_fd=<int>, pipe=<int>) # 7"],
        ),
        ("ruby", {"context_line": "spawn_main(a=1)"}, ["spawn_main(a=1)"]),
        # the frame as a whole
        ("javascript", {"function": "a.eval", "module": "m"}, []),
        ("node", {"function": "f", "abs_path": "[native code]"}, []),
        ("node", {"function": "f", "abs_path": "native code"}, []),
        ("node", {"function": "f", "abs_path": "eval code"}, []),
        ("node", {"function": "f", "abs_path": "<anonymous>"}, []),
        ("python", {"function": "eval"}, ["eval"]),
    ],
)
def test_what_is_hashed_of_a_frame(platform: str, frame: Json, expected: list[str]) -> None:
    # A second frame, since a lone frame of JavaScript has rules of its own.
    assert leaves({"platform": platform, **frame}, {"function": "end"}) == [*expected, "end"]


def test_in_2023_the_line_of_a_child_process_is_left_as_it_is() -> None:
    frame = {"platform": "python", "context_line": "spawn_main(tracker_fd=12)"}
    assert leaves(frame, config=OF_2023) == ["spawn_main(tracker_fd=12)"]


@pytest.mark.parametrize("address", ["https://x/a.js", "file:///a.js", "blob:x", "applewebdata:x"])
@pytest.mark.parametrize("platform", ["javascript", "node"])
def test_a_lone_frame_of_javascript_without_function(platform: str, address: str) -> None:
    frame = {"platform": platform, "module": "m"}
    remote, local = {**frame, "abs_path": address}, {**frame, "abs_path": "/a.js"}
    assert (leaves(remote), leaves(local)) == (["m"], [])
    assert (leaves(remote, config=OF_2023), leaves(local, config=OF_2023)) == ([], ["m"])
    assert leaves({**local, "function": "f"}) == ["m", "f"]
    assert leaves(local, local | {"lineno": 2}) == ["m", "m"]


@pytest.mark.parametrize(
    "other",
    [
        {"lineno": 2},
        {"colno": 2},
        {"abs_path": "/b"},
        {"module": "n"},
        {"package": "p"},
        {"filename": "b"},
        {"function": "g"},
    ],
)
def test_a_frame_repeats_the_one_before_only_where_everything_is_equal(other: Json) -> None:
    frame = {"function": "f", "module": "m", "lineno": 1}
    assert len(leaves(frame, frame, frame)) == 2
    assert len(leaves(frame, frame | other)) == 4
    assert len(leaves(frame, frame | other, frame)) == 6


def test_overloads_are_recursion_since_names_are_compared_trimmed() -> None:
    frames = [{"platform": "native", "function": name} for name in ("f(int)", "f(char)")]
    assert leaves(*frames) == ["f"]


def test_what_frames_say_of_themselves_goes_before_their_event() -> None:
    frame = {"context_line": "a()", "function": "block in x"}
    stacktraces = CURRENT.stacktraces
    for platform, own, expected in (
        ("ruby", None, ["block", "a()"]),
        ("ruby", "go", ["block in x"]),
        ("go", "ruby", ["block", "a()"]),
    ):
        given: list[Json] = [{**frame, "in_app": True, "platform": own}]
        found = stacktraces.group(given, platform, None)
        assert list(contributing_leaves(found.app)) == expected


def test_a_rule_brings_back_a_frame_but_none_of_the_system_into_the_app() -> None:
    rules = "function:f +group"
    ignored = {"platform": "node", "function": "f", "abs_path": "native code", "in_app": True}
    system = {"function": "f", "in_app": False}
    for config_id, expected in (
        ("newstyle:2026-01-20", (["f"], ["f", "f"])),
        ("newstyle:2023-01-11@2026", (["f"], ["f", "f"])),
        ("newstyle:2023-01-11", (["f", "f"], ["f", "f"])),
    ):
        found = stack(ignored, system, config=compile_config(config_id, enhancements=rules))
        trees = (found.app, found.system)
        assert tuple(list(contributing_leaves(tree)) for tree in trees) == expected
