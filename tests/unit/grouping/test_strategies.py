"""The strategies one by one: what each says, and which of them is heard."""

from hashlib import md5
from typing import Any

import pytest

from urgentry.grouping import compile_config, explain_event, group_event
from urgentry.grouping.strategies import normalized_blocked_uri

Json = dict[str, Any]

APP = {"module": "m", "function": "f", "in_app": True}
SYSTEM = {"module": "lib", "function": "g", "in_app": False}
STACK = {"frames": [APP]}
SYSTEM_STACK = {"frames": [SYSTEM]}


def digest(*values: str) -> bytes:
    return md5("".join(values).encode(), usedforsecurity=False).digest()


def hashes(event: Json, config_id: str = "newstyle:2026-01-20", rules: str = "") -> list[bytes]:
    return list(group_event(event, compile_config(config_id, enhancements=rules)).hashes)


def chain(*exceptions: Json) -> Json:
    return {"exception": {"values": list(exceptions)}}


@pytest.mark.parametrize(
    ("event", "leaves"),
    [
        # order of the parts of an exception
        (chain({"type": "E", "value": "v", "stacktrace": STACK}), "Emf"),
        (chain({"type": "E", "value": "v"}), "Ev"),
        (chain({"value": "v 7"}), "v <int>"),
        (chain({"type": "E", "mechanism": {"synthetic": True}, "stacktrace": STACK}), "mf"),
        (
            chain(
                {
                    "type": "E",
                    "value": "v",
                    "mechanism": {"meta": {"ns_error": {"domain": "D", "code": 7}}},
                }
            ),
            "ED7",
        ),
        (
            chain(
                {
                    "type": "E",
                    "mechanism": {"meta": {"ns_error": {"domain": "D", "code": 7}}},
                    "stacktrace": STACK,
                }
            ),
            "ED7mf",
        ),
        (chain({"type": "A", "value": "a"}, {"type": "B", "value": "b"}), "AaBb"),
        # which strategy is heard
        (chain({"type": "E"}) | {"stacktrace": STACK, "logentry": {"formatted": "x"}}, "E"),
        ({"stacktrace": STACK, "logentry": {"formatted": "x"}}, "mf"),
        ({"stacktrace": {"frames": []}, "logentry": {"formatted": "x"}}, "x"),
        (
            {"threads": {"values": [{"id": 1, "stacktrace": STACK}]}, "logentry": {"message": "x"}},
            "mf",
        ),
        ({"threads": {"values": [{"id": 1}]}, "logentry": {"message": "x"}}, "x"),
        (
            {
                "threads": {"values": [{"id": 1}]},
                "stacktrace": {"frames": [{**APP, "module": "s"}]},
            },
            "sf",
        ),
        (
            {"template": {"filename": "a/b.html", "context_line": " {% x %} "}},
            "a/b.html {% x %} ",
        ),
        ({"logentry": {"formatted": ""}}, ""),
        ({"logentry": {"message": "a %s", "formatted": "a b"}}, "a %s"),
        ({"logentry": {"message": "", "formatted": "a b"}}, "a b"),
    ],
)
def test_what_an_event_groups_by(event: Json, leaves: str) -> None:
    assert hashes(event) == [digest(leaves)]


def test_in_2023_the_stack_stood_before_the_type() -> None:
    ns_error = {"mechanism": {"meta": {"ns_error": {"domain": "D", "code": 7}}}}
    event = chain({"type": "E", "value": "v", "stacktrace": STACK, **ns_error})
    assert hashes(event, "newstyle:2023-01-11") == [digest("mfED7")]


def test_an_exception_without_stack_is_in_app_alone() -> None:
    event = chain({"type": "A"}, {"type": "B", "stacktrace": {"frames": [SYSTEM, APP]}})
    assert hashes(event) == [digest("ABmf"), digest("Blibgmf")]


@pytest.mark.parametrize("holder", ["exception", "threads", "stacktrace"])
def test_an_event_of_library_frames_groups_by_them(holder: str) -> None:
    """In 2023 as well, and there the type and the value of the app's side are not heard."""
    given: Json = {
        "exception": chain({"type": "E", "value": "v", "stacktrace": SYSTEM_STACK}),
        "threads": {"threads": {"values": [{"id": 1, "stacktrace": SYSTEM_STACK}]}},
        "stacktrace": {"stacktrace": SYSTEM_STACK},
    }[holder]
    named = "E" if holder == "exception" else ""
    assert hashes(given) == [digest(named, "libg")]
    assert hashes(given, "newstyle:2023-01-11") == [digest("libg", named)]


def test_where_both_sides_are_equal_one_keeps_the_hash() -> None:
    event = chain({"type": "E", "stacktrace": STACK})
    for config_id, keeps in (("newstyle:2026-01-20", "app"), ("newstyle:2023-01-11", "system")):
        grouping = group_event(event, compile_config(config_id))
        assert [v.name for v in grouping.variants if v.hash] == [keeps]


@pytest.mark.parametrize(
    ("threads", "module"),
    [
        ([{"crashed": True, "m": "a"}, {"current": True, "m": "b"}], "a"),
        ([{"crashed": True, "m": "a"}, {"crashed": True, "current": True, "m": "b"}], "b"),
        ([{"m": "a"}, {"current": True, "m": "b"}], "b"),
        ([{"m": "a"}], "a"),
        ([{"m": "a"}, {"m": "b"}], None),
        ([{"current": True, "m": "a"}, {"current": True, "m": "b"}], None),
        ([{"crashed": True}, {"current": True, "m": "b"}], None),
    ],
)
def test_the_telling_thread(threads: list[Json], module: str | None) -> None:
    for number, thread in enumerate(threads):
        name = thread.pop("m", None)
        thread["id"] = number
        if name:
            thread["stacktrace"] = {"frames": [{**APP, "module": name}]}
    event = {"threads": {"values": threads}, "logentry": {"formatted": "x"}}
    assert hashes(event) == [digest(f"{module}f" if module else "x")]


@pytest.mark.parametrize(
    ("report", "leaves"),
    [
        ({"effective_directive": "img-src", "blocked_uri": "https://a.b:8/c"}, "img-srca.b:8"),
        ({"effective_directive": "img-src"}, "img-src'self'"),
        ({"effective_directive": "script-src", "blocked_uri": "data"}, "script-srcdata:"),
        (
            {
                "effective_directive": "script-src",
                "blocked_uri": "self",
                "violated_directive": "script-src 'unsafe-eval' 'unsafe-inline'",
            },
            "script-src'unsafe-inline'",
        ),
        (
            {
                "effective_directive": "script-src",
                "blocked_uri": "self",
                "violated_directive": "script-src 'unsafe-eval'",
            },
            "script-src'unsafe-eval'",
        ),
        (
            {
                "effective_directive": "style-src",
                "blocked_uri": "self",
                "violated_directive": "style-src 'unsafe-inline'",
            },
            "style-src'self'",
        ),
    ],
)
def test_reports_of_blocked_content(report: Json, leaves: str) -> None:
    assert hashes({"csp": report}) == [digest(leaves)]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("", "'self'"),
        ("self", "'self'"),
        ("'self'", "'self'"),
        ("data", "data:"),
        ("blob", "blob:"),
        ("data:image/png;base64,x", "data:"),
        ("blob:https://x/y", "blob:"),
        ("https://a.b/c?d", "a.b"),
        ("http://a.b:80/", "a.b:80"),
        ("wss://a.b/c", "wss://a.b"),
        ("http://[", ""),
    ],
)
def test_what_was_blocked(uri: str, expected: str) -> None:
    assert normalized_blocked_uri(uri) == expected


@pytest.mark.parametrize(
    ("interface", "name"),
    [("hpkp", "hpkp"), ("expectct", "expect-ct"), ("expectstaple", "expect-staple")],
)
def test_retired_reports(interface: str, name: str) -> None:
    assert hashes({interface: {"hostname": "a.b"}}) == [digest(name, "a.b")]


def test_the_weaker_strategies_are_shown_and_not_heard() -> None:
    event = chain({"type": "E"}) | {"logentry": {"formatted": "x"}}
    app, default = explain_event(event, compile_config()).variants
    assert (app.name, app.hash) == ("app", digest("E"))
    assert (default.name, default.hash, default.hint) == (
        "default",
        None,
        "exception of app takes precedence",
    )


def grouped(number: int, parent: int | None, kind: str, value: str, **more: Any) -> Json:
    mechanism = {"exception_id": number, "parent_id": parent, **more}
    return {"type": kind, "value": value, "mechanism": mechanism}


def tree(*members: Json) -> Json:
    """A root group and its members, as SDKs send them: the root last."""
    root = grouped(0, None, "Group", "several", is_exception_group=True)
    return chain(*members, root)


@pytest.mark.parametrize(
    ("event", "leaves", "main"),
    [
        # members of one kind are one, and the path below the first is followed
        (tree(grouped(2, 0, "A", "a 2"), grouped(1, 0, "A", "a 1")), "Aa <int>", 1),
        (
            tree(grouped(3, 1, "Cause", "c"), grouped(2, 0, "A", "a 2"), grouped(1, 0, "A", "a 1")),
            "Aa <int>Causec",
            1,
        ),
        # several kinds: by type, descending, then the root
        (tree(grouped(2, 0, "A", "a"), grouped(1, 0, "B", "b")), "BbAaGroupseveral", None),
        # a group within a group is looked through
        (
            tree(
                grouped(3, 1, "A", "a"),
                grouped(2, 0, "B", "b"),
                grouped(1, 0, "Inner", "i", is_exception_group=True),
            ),
            "BbAaGroupseveral",
            None,
        ),
        # no tree: the whole list
        (tree(grouped(1, 0, "A", "a"), grouped(1, 0, "B", "b")), "AaBbGroupseveral", None),
        (tree(grouped(1, 1, "A", "a")), "AaGroupseveral", None),
        (tree({"type": "A", "value": "a"}), "AaGroupseveral", None),
        (chain(grouped(1, None, "A", "a"), grouped(2, 1, "B", "b")), "AaBb", None),
        # nothing but groups
        (tree(grouped(1, 0, "Inner", "i", is_exception_group=True)), "InneriGroupseveral", None),
        # version 3 of the Python SDK
        (
            tree(grouped(2, 0, "A", "a"), grouped(1, 0, "A", "a"))
            | {"sdk": {"name": "sentry.python", "version": "3.0.0"}},
            "AaAaGroupseveral",
            None,
        ),
    ],
)
def test_groups_of_exceptions(event: Json, leaves: str, main: int | None) -> None:
    assert hashes(event) == [digest(leaves)]
    assert event.get("main_exception_id") == main


def test_in_2024_a_group_without_members_was_its_root() -> None:
    event = tree(grouped(1, 0, "Inner", "i", is_exception_group=True))
    assert hashes(event, "newstyle:2023-01-11") == [digest("Groupseveral")]


@pytest.mark.parametrize(
    ("rules", "leaves"),
    [
        ("function:b -group", "ac"),
        ("function:b ^-group", "ab"),
        ("function:b v-group", "bc"),
        ("function:b ^-group -group", "a"),
        ("function:* -group\nfunction:b +group", "b"),
        ("function:b category=x\ncategory:x -group", "ac"),
        ("category:x -group\nfunction:b category=x", "ac"),
        ("[ function:a ] | function:* -group", "ac"),
        ("function:* | [ function:b ] -group", "bc"),
        ("[ !function:a ] | function:* -group", "ab"),
        ("function:b -app", "ac"),
        ("function:b ^-app\nfunction:c +app", "abc"),
        ("app:no -group\nfunction:b -app", "ac"),
        ("function:a max-frames=2", "bc"),
        ("function:a max-frames=0", "abc"),
        ("function:a max-frames=1\nfunction:b max-frames=2", "bc"),
        ("function:z max-frames=1", "abc"),
        ("function:a min-frames=3", "abc"),
        ("error.type:E function:b -group", "ac"),
        ("error.type:F function:b -group", "abc"),
        ("error.type:E -group\nfunction:a +group", "a"),
        ("error.value:v* function:b -group", "ac"),
        ("error.mechanism:m function:b -group", "ac"),
        ("family:other function:b -group", "ac"),
        ("family:native,all function:b -group", "ac"),
        ("function:b invert-stacktrace=1", "abc"),
    ],
)
def test_stack_trace_rules(rules: str, leaves: str) -> None:
    frames = [{"function": name, "in_app": True} for name in "abc"]
    exception = {"type": "E", "value": "v", "mechanism": {"type": "m"}}
    event = chain({**exception, "stacktrace": {"frames": frames}})
    assert hashes(event, rules=rules)[0] == digest("E", leaves)


def test_a_stack_that_is_too_short_is_discarded() -> None:
    event = chain({"type": "E", "value": "v", "stacktrace": STACK})
    assert hashes(event, rules="function:f min-frames=2") == [digest("Ev")]


def test_rules_on_exceptions_see_unknown_where_no_exception_owns_the_stack() -> None:
    event = {"stacktrace": {"frames": [APP, {**APP, "function": "h"}]}}
    assert hashes(event, rules="error.type:<unknown> function:f -group") == [digest("mh")]
    assert hashes(event, rules="!error.type:E function:f -group") == [digest("mh")]
