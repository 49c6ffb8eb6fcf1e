"""Stack-trace and fingerprint rules: what is understood, and where an error is pointed at."""

import pytest

from urgentry.grouping.enhancements import parse_rules
from urgentry.grouping.enhancements.rules import Flag, Matcher, Setting
from urgentry.grouping.fingerprints.syntax import parse_fingerprint_rules
from urgentry.grouping.invalid import InvalidRule


def test_a_rule_with_everything() -> None:
    (rule,) = parse_rules(
        '[ category:a ] | !stack.function:"foo bar" app:no | [ module:b ] ^-group +app max-frames=3'
    )
    assert rule.caller == Matcher("category", "a")
    assert rule.matchers == (Matcher("function", "foo bar", negated=True), Matcher("app", "no"))
    assert rule.callee == Matcher("module", "b")
    assert rule.actions == (
        Flag("group", value=False, span="^"),
        Flag("app", value=True),
        Setting("max-frames", "3"),
    )


def test_comments_blank_lines_and_trailing_comments() -> None:
    rules = parse_rules("# nothing\n\n  path:**/x/** -app # why\nfunction:a category = b\n")
    assert [rule.text for rule in rules] == ["path:**/x/** -app", "function:a category=b"]


def test_doubled_backslashes_are_one() -> None:
    (rule,) = parse_rules(r'function:"*::\\{dtor\\}" -group')
    assert rule.matchers[0].argument == r"*::\{dtor\}"


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("path:a -app\nwhere:b -app", 2, 1, "unknown matcher 'where'"),
        ("path:a", 1, 7, "expected an action"),
        ("-app", 1, 1, "expected a matcher"),
        ("path:a -app wat", 1, 13, "expected an action"),
        ("path:a max-frames=x", 1, 8, "max-frames takes a number of at most 9 digits"),
        (f"path:a min-frames={'9' * 10}", 1, 8, "min-frames takes a number of at most 9 digits"),
        ("path:a invert-stacktrace=yes", 1, 8, "invert-stacktrace takes 0 or 1"),
        ("[ type:A ] | path:a -app", 1, 3, "a caller or callee is matched by its frame"),
        ("path:a | [  error.value:b ] -app", 1, 13, "a caller or callee is matched by its frame"),
        (f"path:{'{a,b}' * 9} -app", 1, 1, "invalid pattern: too many alternatives"),
        (f"function:{'{' * 9}a{'}' * 9} -app", 1, 1, "invalid pattern: braces are too deep"),
        ("[ path:a | path:b -app", 1, 10, "expected ] after one matcher"),
        ("[ path:a ] path:b -app", 1, 12, "expected | after the caller"),
        ("path:b | path:c -app", 1, 10, "expected [ after |"),
        ("error.value:foo{a -app", 1, 1, "invalid pattern: unclosed {"),
    ],
)
def test_errors_of_stack_trace_rules(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(InvalidRule) as caught:
        parse_rules(text)
    assert (caught.value.line, caught.value.column, caught.value.reason) == (line, column, reason)


def test_a_fingerprint_rule_with_everything() -> None:
    (rule,) = parse_fingerprint_rules(
        '!error.type:A* "tags.my:tag":"x \\"y\\"" '
        '-> one, {{ type }} "two three" title="T {{ level }}"'
    )
    assert [str(m) for m in rule.matchers] == ['!error.type:"A*"', 'tags.my:tag:"x "y""']
    assert rule.fingerprint == ("one", "{{ type }}", "two three")
    assert rule.title == "T {{ level }}"


def test_escapes_of_a_pattern_stay() -> None:
    (rule,) = parse_fingerprint_rules(r'message:"\{\[\*\?\]\}" -> escaped # done')
    assert rule.matchers[0].accepts("{[*?]}")
    assert rule.fingerprint == ("escaped",)


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("# fine\ntyp:A -> a", 2, 1, "unknown matcher 'typ'"),
        ("type:A", 1, 7, "expected a matcher or ->"),
        ("-> a", 1, 3, "expected a matcher"),
        ("type:A ->", 1, 10, "expected a fingerprint after ->"),
        ("type:A -> {x", 1, 11, "expected a value"),
        ('type:A -> a color="red"', 1, 13, "unknown attribute 'color'"),
        ("type:a[b -> c", 1, 6, "invalid pattern: unclosed ["),
    ],
)
def test_errors_of_fingerprint_rules(text: str, line: int, column: int, reason: str) -> None:
    with pytest.raises(InvalidRule) as caught:
        parse_fingerprint_rules(text)
    assert (caught.value.line, caught.value.column, caught.value.reason) == (line, column, reason)
