"""An event's hashes: fingerprints, hybrids, checksums, fallback, and which variant counts."""

from hashlib import md5
from typing import Any

import pytest

from urgentry.grouping import DEFAULT_CONFIG, Grouping, compile_config, explain_event, group_event

Event = dict[str, Any]


def digest(*values: str) -> bytes:
    return md5("".join(values).encode(), usedforsecurity=False).digest()


def grouped(
    event: Event,
    config_id: str = DEFAULT_CONFIG,
    *,
    enhancements: str = "",
    fingerprinting: str = "",
) -> Grouping:
    config = compile_config(config_id, enhancements=enhancements, fingerprinting=fingerprinting)
    return group_event(event, config)


def failure(*frames: Event, **exception: Any) -> Event:
    trace = {"stacktrace": {"frames": list(frames)}} if frames else {}
    return {
        "platform": "python",
        "exception": {"values": [{"type": "E", "value": "no 7", **trace, **exception}]},
    }


def frame(function: str, *, in_app: bool | None = True, **more: Any) -> Event:
    return {"function": function, "module": "m", "in_app": in_app, **more}


def test_a_message_groups_without_its_numbers() -> None:
    first, second = (
        grouped({"logentry": {"formatted": "a 1"}}),
        grouped({"logentry": {"formatted": "a 2"}}),
    )
    assert first.hashes == second.hashes == (digest("a <int>"),)


def test_the_template_of_a_message_goes_before_its_text() -> None:
    event = {"logentry": {"message": "a %s", "formatted": "a b"}}
    assert grouped(event).hashes == (digest("a %s"),)


def test_only_two_lines_of_a_message_count() -> None:
    assert grouped({"logentry": {"formatted": "a\n\nb\nc"}}).hashes == (digest("a\nb..."),)


def test_the_stack_silences_the_message() -> None:
    first, second = failure(frame("f")), failure(frame("f"), value="else")
    assert grouped(first).hashes == grouped(second).hashes == (digest("E", "m", "f"),)


def test_both_variants_are_hashed_where_they_differ_and_app_stands_first() -> None:
    event = failure(frame("sys", in_app=False), frame("f"))
    assert grouped(event).hashes == (digest("E", "m", "f"), digest("E", "m", "sys", "m", "f"))


def test_an_event_without_frames_of_the_app_groups_by_system() -> None:
    grouping = grouped(failure(frame("sys", in_app=False)))
    assert grouping.hashes == (digest("E", "m", "sys"),)
    assert [v.name for v in grouping.variants if v.hash] == ["system"]
    assert grouping.in_app_frame_mix == "system-only"


def test_in_2023_system_is_mandatory_and_keeps_the_hash() -> None:
    grouping = grouped(failure(frame("f")), "newstyle:2023-01-11")
    assert [v.name for v in grouping.variants if v.hash] == ["system"]
    assert grouping.hashes == (digest("m", "f", "E"),)


def test_a_custom_fingerprint_replaces_everything() -> None:
    event = failure(frame("f"))
    event["fingerprint"] = ["a", "{{ type }}", "{{ tags.t }}", "{{ nope }}"]
    event["tags"] = [["t", "v"]]
    assert grouped(event).hashes == (digest("a", "E", "v", "<unrecognized-variable-nope>"),)


def test_a_hybrid_fingerprint_takes_the_place_of_default() -> None:
    event = failure(frame("f"))
    event["fingerprint"] = ["a", "{{default}}", "b"]
    assert grouped(event).hashes == (digest("a", "E", "m", "f", "b"),)


def test_the_message_in_a_fingerprint_is_cleaned() -> None:
    event = failure()
    event["fingerprint"] = ["{{ message }}", "no 7", "7"]
    assert grouped(event).hashes == (digest("no <int>", "no <int>", "7"),)


def test_where_nothing_speaks_all_events_share_an_issue() -> None:
    assert grouped({"platform": "python"}).hashes == (digest(""),)


@pytest.mark.parametrize(
    ("checksum", "expected"),
    [("0" * 32, bytes(16)), ("short", digest("short")), ("z" * 32, digest("z" * 32))],
)
def test_a_checksum_is_all_that_counts(checksum: str, expected: bytes) -> None:
    assert grouped({**failure(frame("f")), "checksum": checksum}).hashes == (expected,)


def test_a_rule_replaces_the_fingerprint_and_regrouping_forgets_it() -> None:
    event = {**failure(frame("f")), "fingerprint": ["client"]}
    rules = 'type:E -> rule "{{ function }}" title="{{ type }} in {{ function }}"'
    first = grouped(event, fingerprinting=rules)
    assert (first.hashes, first.title) == ((digest("rule", "f"),), "E in f")
    assert event["fingerprint"] == ["rule", "{{ function }}"]
    assert grouped(event, fingerprinting=rules).hashes == first.hashes
    assert grouped(event).hashes == (digest("client"),)
    assert event["fingerprint"] == ["client"]


def test_matchers_of_one_kind_must_hold_for_one_frame() -> None:
    frames = frame("f", module="a"), frame("g", module="b")
    both = compile_config(fingerprinting="function:f module:b -> x")
    assert group_event(failure(*frames), both).hashes != (digest("x"),)
    one = compile_config(fingerprinting="function:f module:a -> x")
    assert group_event(failure(*frames), one).hashes == (digest("x"),)


def test_our_own_rules_gather_failures_to_load_a_chunk() -> None:
    event = {**failure(type="ChunkLoadError"), "platform": "javascript"}
    grouping = grouped(event)
    assert grouping.hashes == (digest("chunkloaderror"),)
    assert grouping.variants[-1].name == "built_in_fingerprint"


def test_rules_of_a_project_stand_after_ours() -> None:
    event = failure(frame("f", in_app=True, abs_path="/x/site-packages/y.py"))
    grouped(event)
    assert event["exception"]["values"][0]["stacktrace"]["frames"][0]["in_app"] is False
    grouped(event, enhancements="path:**/y.py +app")
    shown = event["exception"]["values"][0]["stacktrace"]["frames"][0]
    assert shown["in_app"] is True
    assert shown["data"] == {"orig_in_app": 1}


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ("function:*", True),
        ("function:f", True),
        ("function:f*", True),
        ("function:?", True),
        ("!function:g", True),
        ("!function:f", False),
        ("module:*", True),
        ("package:*", False),
        ("!package:*", True),
        ("family:other", True),
        ("family:native,javascript", False),
        ("!family:native", True),
        ("category:*", False),
        ("!category:x", True),
        ("app:no", True),
        ("app:maybe", False),
        ("!app:maybe", True),
        ("error.type:E function:f", True),
        ("error.type:F function:f", False),
        ("!error.mechanism:x function:f", True),
        ("error.mechanism:<unknown> function:f", True),
        ("[ function:* ] | function:f", False),
        ("function:f | [ !function:g ]", True),
        ("function:f | [ function:g ]", False),
        ("path:x.py", True),
        ("path:/x.py", True),
        ("path:X.PY", True),
        ("function:{f", False),
        ("!function:{f", True),
    ],
)
def test_what_a_rule_matches(rule: str, matches: bool) -> None:
    last = {"function": "h", "in_app": False}
    event = failure(frame("f", in_app=False, abs_path="x.py"), last)
    grouped(event, enhancements=f"{rule} category=found")
    first = event["exception"]["values"][0]["stacktrace"]["frames"][0]
    assert ((first.get("data") or {}).get("category") == "found") is matches


def test_frames_without_in_app_become_system_frames() -> None:
    event = failure(frame("f", in_app=None))
    grouped(event)
    assert event["exception"]["values"][0]["stacktrace"]["frames"][0]["in_app"] is False


def test_recursion_counts_once_but_another_line_twice() -> None:
    once = grouped(failure(frame("f", lineno=1), frame("f", lineno=1)))
    twice = grouped(failure(frame("f", lineno=1), frame("f", lineno=2)))
    assert once.hashes == (digest("E", "m", "f"),)
    assert twice.hashes == (digest("E", "m", "f", "m", "f"),)


def test_limits_of_frames() -> None:
    frames = frame("f"), frame("g"), frame("h")
    last = grouped(failure(*frames), enhancements="function:f max-frames=2")
    assert last.hashes == (digest("E", "m", "g", "m", "h"),)
    none = grouped(failure(*frames), enhancements="function:f min-frames=4")
    assert none.hashes == (digest("E", "no <int>"),)


def test_the_one_crashed_thread_speaks() -> None:
    threads: list[Event] = [
        {"id": 1, "crashed": True, "stacktrace": {"frames": [frame("f")]}},
        {"id": 2, "current": True, "stacktrace": {"frames": [frame("g")]}},
    ]
    assert grouped({"threads": {"values": threads}}).hashes == (digest("m", "f"),)
    threads[1].update(crashed=True)
    assert grouped({"threads": {"values": threads}}).hashes == (digest("m", "g"),)


def test_a_group_of_equal_exceptions_is_one_exception() -> None:
    def member(number: int, parent: int | None, **more: Any) -> Event:
        ids = {"exception_id": number, "parent_id": parent}
        return {"type": "E", "value": f"no {number}", "mechanism": {**ids, **more}}

    group = {"exception_id": 0, "is_exception_group": True}
    root = {"type": "Group", "value": "two", "mechanism": group}
    event: Event = {"exception": {"values": [member(2, 0), member(1, 0), root]}}
    assert grouped(event).hashes == (digest("E", "no <int>"),)
    assert event["main_exception_id"] == 1


def test_frames_that_are_no_frames_harm_nobody() -> None:
    event = failure(frame("f"))
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    frames += [None, 7, {"function": ["list"], "module": {"a": 1}, "in_app": "yes", "data": 3}]
    assert grouped(event).hashes == (digest("E", "m", "f"),)


def test_another_event_of_the_same_shape_shows_no_foreign_message() -> None:
    config = compile_config()
    group_event(failure(frame("sys", in_app=False), value="secret"), config)
    second = group_event(failure(frame("sys", in_app=False), value="mine"), config)
    assert "secret" not in repr(second)
    assert "mine" in repr(explain_event(failure(frame("sys", in_app=False), value="mine"), config))
