"""Chunks of a text, and remarks that go on naming the right places."""

from typing import Any

import pytest

from tests.unit.privacy.scrubbing import note, pattern, rules, scrubbed

CUT = [["!limit", "s", 11, 14]]


def after(text: str, given: list[Any], *steps: dict[str, Any]) -> tuple[Any, Any]:
    named = {f"r{number}": step for number, step in enumerate(steps)}
    settings = rules(*(("$string", name) for name in named), **named)
    meta = {"_meta": {"extra": {"k": {"": {"rem": given, "len": 100}}}}} if given else {}
    event = scrubbed({"extra": {"k": text}} | meta, settings)
    return event["extra"]["k"], note(event, "extra", "k")


def test_places_count_bytes_and_lengths_characters() -> None:
    text, told = after("aé ééb ß é", [], pattern("é+", put="ü"))
    assert text == "aü üb ß ü"
    spans = [["project:r0", "s", start, stop] for start, stop in ((1, 3), (4, 6), (11, 13))]
    assert told == {"rem": spans, "len": 10}


def test_what_was_taken_before_is_not_looked_at() -> None:
    text, told = after("hello world...", CUT, pattern(r"wor|\.", put="X"))
    assert text == "hello Xld..."
    assert told == {"rem": [["project:r0", "s", 6, 7], ["!limit", "s", 9, 12]], "len": 100}


def test_a_cut_is_found_at_the_end_however_it_was_counted() -> None:
    text, told = after("héllo w...", [["!limit", "s", 7, 10]], pattern("w", put="WW"))
    assert text == "héllo WW..."
    assert told["rem"] == [["project:r0", "s", 7, 9], ["!limit", "s", 9, 12]]


def test_what_surrounds_a_remark_takes_it_along() -> None:
    given = [["@ip", "s", 2, 6]]
    text, told = after("a [ip] b", given, pattern("(?s)a.*b", put="gone"))
    assert (text, told["rem"]) == ("gone", [["project:r0", "s", 0, 4]])


def test_later_rules_see_what_earlier_ones_left() -> None:
    text, told = after("foo bar foo", [], pattern("foo", put="A"), pattern("o", put="-"))
    assert text == "A bar A"
    assert [each[0] for each in told["rem"]] == ["project:r0", "project:r0"]


@pytest.mark.parametrize(
    "given", [[["r", "s", 50, 60]], [["r", "s", 5, 2]], [["r"]], ["x"], [["r", "s", "0", 1]], [5]]
)
def test_remarks_that_make_no_sense_are_dropped(given: list[Any]) -> None:
    text, told = after("foo", given, pattern("foo", put="A"))
    assert (text, told["rem"]) == ("A", [["project:r0", "s", 0, 1]])


def test_the_mark_of_what_was_taken_cannot_be_sent() -> None:
    event = scrubbed({"extra": {"k": "a\0 secret 1.2.3.4\0"}}, rules(("$string", "@ip")))
    assert event["extra"] == {"k": "a secret [ip]"}


def test_nothing_is_said_where_nothing_changes() -> None:
    event = scrubbed({"extra": {"password": "[Filtered]"}}, rules(("$string", "@password:filter")))
    assert event == {"extra": {"password": "[Filtered]"}}


def test_a_removed_object_takes_along_what_was_said_of_its_parts() -> None:
    event = {
        "extra": {"a": {"b": "c..."}},
        "_meta": {"extra": {"a": {"b": {"": {"rem": [["!limit", "s", 1, 4]]}}}}},
    }
    left = scrubbed(event, rules(("extra.a", "@anything:remove")))
    assert left == {
        "extra": {"a": None},
        "_meta": {"extra": {"a": {"": {"rem": [["@anything:remove", "x"]]}}}},
    }


def test_a_part_that_went_and_then_all_of_it() -> None:
    settings = rules(("$string", "@ip"), ("user.ip_address", "@anything:remove"))
    event = scrubbed({"user": {"id": "1", "ip_address": "127.0.0.1"}}, settings)
    assert event["user"] == {"id": "1", "ip_address": None}
    remarks = [["@ip", "s", 0, 4], ["@anything:remove", "x"]]
    assert note(event, "user", "ip_address") == {"rem": remarks, "len": 9}


def test_what_is_said_is_bounded() -> None:
    extra = {f"k{number}": "secret" for number in range(5_000)}
    event = scrubbed({"extra": extra}, rules(("$string", "@password:filter")))
    assert set(event["extra"].values()) == {"[Filtered]"}
    assert len(event["_meta"]["extra"]) == 2_000


@pytest.mark.parametrize(
    ("rule", "path", "left"),
    [
        ("@userpath:replace", "/home/jane/app/x.py", "/home/[user]/app/x.py"),
        ("@anything:hash", "foo.py", "foo.py"),
        ("@anything:remove", "C:\\a\\x.py", "x.py"),
        ("@anything:replace", "C:\\a\\x.py", "[Filtered]\\x.py"),
        ("@anything:remove", "/x.py", "/x.py"),
    ],
)
def test_of_a_path_the_name_stays(rule: str, path: str, left: str) -> None:
    event = {"stacktrace": {"frames": [{"abs_path": path}]}}
    found = scrubbed(event, rules(("$frame.abs_path", rule)))
    assert found["stacktrace"]["frames"][0]["abs_path"] == left


def test_a_pattern_about_the_end_of_a_path_means_its_folder() -> None:
    event = {"stacktrace": {"frames": [{"abs_path": "/srv/jane/x.py"}]}}
    settings = rules(("$frame.abs_path", "r"), r=pattern("jane$", put="J"))
    frame = scrubbed(event, settings)["stacktrace"]["frames"][0]
    assert frame["abs_path"] == "/srv/J/x.py"
