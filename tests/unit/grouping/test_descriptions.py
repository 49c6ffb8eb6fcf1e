"""Title, culprit, type, metadata, location and search text: what the corpus leaves open."""

from typing import Any

import pytest

from urgentry.grouping import Description, compile_config, describe, group_event
from urgentry.grouping.culprit import culprit_of

Json = dict[str, Any]

LONG = "x" * 2000


def described(event: Json, config_id: str = "newstyle:2026-01-20", rules: str = "") -> Description:
    config = compile_config(config_id, fingerprinting=rules)
    return describe(event, group_event(event, config))


def failure(*frames: Json, **exception: Any) -> Json:
    trace = {"stacktrace": {"frames": list(frames)}} if frames else {}
    return {"exception": {"values": [{"type": "E", "value": "v", **trace, **exception}]}}


@pytest.mark.parametrize(
    ("exception", "title"),
    [
        ({}, "E: v"),
        ({"value": None}, "E"),
        ({"value": "  one  \ntwo"}, "E: one"),
        ({"value": "one\rtwo"}, "E: one"),
        ({"value": "\n\none"}, "E: one"),
        ({"type": None}, "Error: v"),
        ({"value": "a" * 256}, "E: " + "a" * 256),
        ({"value": "a" * 257}, "E: " + "a" * 253 + "..."),
        ({"type": "T" * 129, "value": ""}, "T" * 125 + "..."),
        ({"mechanism": {"synthetic": True}}, "<unknown>"),
    ],
)
def test_titles_of_errors(exception: Json, title: str) -> None:
    assert described(failure(**exception)).title == title


def test_titles_were_shorter_in_2023() -> None:
    shown = described(failure(value="a" * 101), "newstyle:2023-01-11")
    assert shown.title == "E: " + "a" * 97 + "..."


@pytest.mark.parametrize(
    ("event", "title"),
    [
        ({}, "<unlabeled event>"),
        ({"logentry": {"formatted": " \n "}}, "<unlabeled event>"),
        ({"logentry": {"formatted": "\n one \n two"}}, "one"),
        ({"logentry": {"message": "%s", "formatted": "one"}}, "one"),
        ({"logentry": {"message": "%s"}}, "%s"),
        ({"logentry": {"formatted": LONG}}, "x" * 253 + "..."),
    ],
)
def test_titles_of_messages(event: Json, title: str) -> None:
    shown = described(event)
    assert (shown.type, shown.title, shown.metadata["title"]) == ("default", title, title)


def test_metadata_of_an_error_is_bounded() -> None:
    metadata = described(failure(type=LONG, value=LONG)).metadata
    assert (len(metadata["type"]), len(metadata["value"])) == (128, 1024)
    assert metadata["value"].endswith("...")


APP = {"function": "app", "filename": "app.py", "in_app": True}
LIBRARY = {"function": "lib", "filename": "lib.py", "in_app": False}
NAMELESS = {"filename": "x.py", "in_app": True}
UNKNOWN = {"function": "<redacted>", "filename": "y.py", "in_app": True}


@pytest.mark.parametrize(
    ("event", "function", "filename"),
    [
        (failure(APP, LIBRARY), "app", "app.py"),
        (failure(LIBRARY), "lib", "lib.py"),
        (failure(APP, NAMELESS), "app", "app.py"),
        (failure(LIBRARY, UNKNOWN), "lib", "lib.py"),
        (failure({**APP, "filename": None, "abs_path": "/a"}), "app", "/a"),
        (failure({**APP, "platform": "native", "function": "void a(int)"}), "a", "app.py"),
        (failure() | {"stacktrace": {"frames": [APP]}}, "app", "app.py"),
        (failure() | {"threads": {"values": [{"stacktrace": {"frames": [APP]}}]}}, "app", "app.py"),
        (failure() | {"threads": {"values": [{"stacktrace": {"frames": [APP]}}] * 2}}, None, None),
    ],
)
def test_where_an_error_happened(event: Json, function: str | None, filename: str | None) -> None:
    shown = described(event)
    assert (shown.metadata.get("function"), shown.metadata.get("filename")) == (function, filename)
    assert shown.location == filename


def test_a_synthetic_error_is_called_after_its_function() -> None:
    shown = described(failure(APP, mechanism={"synthetic": True}))
    assert shown.title == "app"
    assert "type" not in shown.metadata


def test_a_rule_gives_the_title() -> None:
    rules = 'type:E -> x title="{{ type }} in {{ function }}: {{ tags.a }} {{ nothing }}"'
    shown = described(failure(APP) | {"tags": [["a", "b"]]}, rules=rules)
    assert shown.title == "E in app: b {{ nothing }}"
    assert shown.metadata["title"] == shown.title


@pytest.mark.parametrize(
    ("event", "kind", "title", "location"),
    [
        (
            {
                "csp": {"effective_directive": "img-src", "blocked_uri": "http://a/b"},
                "logentry": {"formatted": "Blocked 'image' from 'a'"},
            },
            "csp",
            "Blocked 'image' from 'a'",
            "a",
        ),
        ({"csp": {"effective_directive": "x"}}, "csp", "<unlabeled event>", "'self'"),
        (
            {
                "type": "transaction",
                "transaction": "/a",
                "contexts": {"trace": {"description": "GET /a"}},
            },
            "transaction",
            "GET /a",
            "/a",
        ),
        (
            {"type": "transaction"},
            "transaction",
            "<unlabeled transaction>",
            "<unlabeled transaction>",
        ),
        (
            {
                "type": "nel",
                "logentry": {"formatted": "dns"},
                "request": {"url": "https://a/"},
            },
            "nel",
            "dns",
            "https://a/",
        ),
    ],
)
def test_other_types(event: Json, kind: str, title: str, location: str) -> None:
    shown = described(event)
    assert (shown.type, shown.title, shown.location) == (kind, title, location)


@pytest.mark.parametrize(
    ("event", "culprit"),
    [
        ({"culprit": "c", "transaction": "t"}, "c"),
        ({"transaction": "t", **failure(APP)}, "t"),
        ({**failure({**APP, "module": "m"})}, "m in app"),
        ({**failure(APP, LIBRARY)}, "app.py in app"),
        ({**failure({"function": "f", "in_app": True}, APP)}, "app.py in app"),
        ({**failure({**LIBRARY}, {"function": "f", "in_app": True})}, "lib.py in lib"),
        ({**failure({"filename": "a.py", "in_app": True})}, "a.py in ?"),
        ({"platform": "node", **failure(APP)}, "app(app.py)"),
        ({"platform": "javascript", **failure({"module": "m", "in_app": True})}, "?(m)"),
        ({"platform": "native", **failure({"filename": "a.c", "in_app": True})}, "?"),
        ({"platform": "objc", **failure(APP)}, "app"),
        ({"platform": "swift", **failure(APP)}, "app.py in app"),
        ({**failure(APP, mechanism={"synthetic": True}), "request": {"url": "http://a"}}, ""),
        ({"stacktrace": {"frames": [APP]}}, "app.py in app"),
        ({**failure(), "stacktrace": {"frames": [APP]}, "request": {"url": "u"}}, "u"),
        ({"request": {"url": "http://" + LONG}}, "http://" + "x" * 190 + "..."),
    ],
)
def test_culprits(event: Json, culprit: str) -> None:
    assert culprit_of(event) == culprit


def test_the_last_exception_with_a_stack_gives_the_culprit() -> None:
    values = [
        {"type": "A", "stacktrace": {"frames": [LIBRARY]}},
        {"type": "B", "stacktrace": {"frames": [APP]}},
        {"type": "C"},
    ]
    assert culprit_of({"exception": {"values": values}}) == "app.py in app"


def test_what_can_be_searched_holds_each_text_once() -> None:
    shown = described({"logentry": {"formatted": "one two"}, "transaction": "two", **failure(APP)})
    assert shown.search_text == "one two v E app.py in-app-only"


@pytest.mark.parametrize("exceptions", ["react", "rx"])
def test_a_wrapper_names_what_it_hides(exceptions: str) -> None:
    values = _react() if exceptions == "react" else _rx()
    old = described({"exception": {"values": _copy(values)}}, "newstyle:2023-01-11")
    new = described({"exception": {"values": _copy(values)}})
    assert new.title == "Real: why"
    assert old.title != new.title


def _copy(values: list[Json]) -> list[Json]:
    return [dict(value) for value in values]


def _react() -> list[Json]:
    sentence = (
        "There was an error during concurrent rendering but React was able to recover by instead "
        "synchronously rendering the entire root."
    )
    cause = {"exception_id": 1, "parent_id": 0, "source": "cause"}
    return [
        {"type": "Real", "value": "why", "mechanism": cause},
        {"type": "Error", "value": sentence, "mechanism": {"exception_id": 0}},
    ]


def _rx() -> list[Json]:
    return [
        {"type": "Real", "value": "why", "mechanism": {"exception_id": 1, "parent_id": 0}},
        {
            "type": "UndeliverableException",
            "value": "wrapped",
            "module": "io.reactivex.rxjava3.exceptions",
            "mechanism": {"exception_id": 0, "type": "UncaughtExceptionHandler"},
        },
    ]
