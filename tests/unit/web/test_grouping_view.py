"""The page that says why: titles, what decided, and parts without a say."""

from typing import Any

import pytest

from urgentry.grouping import compile_config, explain_event
from urgentry.web.view.grouping import Way, ways

FRAME = {"module": "app", "function": "f", "in_app": True}
LIBRARY = {"module": "lib", "function": "g", "in_app": False}


def told(event: dict[str, Any], *, rules: str = "", lists_all: bool = False) -> list[Way]:
    grouping = explain_event(event, compile_config(fingerprinting=rules))
    deciding = grouping.hashes[-1].hex()
    return ways(grouping, {deciding}, deciding=deciding, lists_all=lists_all)


def failure(*frames: dict[str, Any], **more: Any) -> dict[str, Any]:
    stack = {"stacktrace": {"frames": list(frames)}} if frames else {}
    return {"exception": {"values": [{"type": "E", "value": "no 7", **stack}]}, **more}


@pytest.mark.parametrize(
    ("event", "rules", "titles"),
    [
        (failure(LIBRARY, FRAME), "", ["Stack trace of the app", "Whole stack trace"]),
        (failure(), "", ["Exception"]),
        ({"logentry": {"formatted": "x"}}, "", ["Message"]),
        (
            failure(FRAME, fingerprint=["a"]),
            "",
            ["Fingerprint that the client sent", "Whole stack trace", "Stack trace of the app"],
        ),
        (
            {"logentry": {"formatted": "x"}},
            "message:x -> y",
            ["Fingerprint by a rule of the project", "Message"],
        ),
        (
            {"logentry": {"formatted": "x"}, "fingerprint": ["{{ default }}", "a"]},
            "",
            ["Message and fingerprint"],
        ),
        ({"checksum": "0" * 32}, "", ["Checksum"]),
        ({}, "", ["Nothing to go by"]),
    ],
)
def test_each_way_has_a_name(event: dict[str, Any], rules: str, titles: list[str]) -> None:
    assert [way.title for way in told(event, rules=rules)] == titles


def test_one_decided_and_others_lead_there_too() -> None:
    app, system = told(failure(LIBRARY, FRAME))
    assert (app.standing, app.is_new) == ("also", True)
    assert (system.standing, system.is_new) == ("decided", False)


def test_what_had_no_say_is_counted_or_listed() -> None:
    app = told(failure(LIBRARY, FRAME))[0]
    assert all(part.counts for part in app.parts)
    everything = told(failure(LIBRARY, FRAME), lists_all=True)[0]
    mute = [part for part in everything.parts if not part.counts]
    assert (everything.left_out, len(mute)) == (0, app.left_out)
    assert "non app frame" in [part.hint for part in mute]


def test_a_way_that_is_not_used_says_why_in_full() -> None:
    message = told(failure(FRAME, logentry={"formatted": "x"}))[-1]
    assert (message.standing, message.left_out) == ("unused", 0)
    assert [part.text for part in message.parts] == ["x"]
