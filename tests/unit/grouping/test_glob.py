"""Glob patterns of rules: the whole language, and time that no pattern can stretch."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.grouping.stopwatch import megabyte, seconds
from urgentry.grouping.enhancements.rules import Matcher
from urgentry.grouping.glob import compile_glob


def matches(pattern: str, value: str, *, path: bool = False) -> bool:
    return bool(compile_glob(pattern, path=path).test(value))


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("*", "a/b\nc", True),
        ("a*", "b", False),
        ("a*b", "ab", True),
        ("a*b", "a", False),
        ("ab*ba", "aba", False),
        ("*a*a*", "a", False),
        ("a?c", "a/c", True),
        ("a?c", "ac", False),
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "bx", False),
        ("[^a]", "b", True),
        ("[]]", "]", True),
        ("[!]]", "]", False),
        ("[a-]", "-", True),
        ("[-a]", "-", True),
        ("[+--]", ",", True),
        (r"[\d]", "d", True),
        (r"[\d]", "\\", True),
        ("[a&&b]", "&", True),
        ("[[:x]", "[", True),
        (r"\*", "*", True),
        (r"\*", "a", False),
        (r"\a", "a", True),
        ("a]b", "a]b", True),
        ("a,b", "a,b", True),
        ("{a,b}c", "bc", True),
        ("{a,b}{c,d}", "ad", True),
        ("{a,b{c,d}}", "bd", True),
        ("{a*,b}c", "axc", True),
        ("{*,b}c", "zc", True),
        (r"{a\,b,c}", "a,b", True),
        ("{[,],x}y", ",y", True),
        ("a{,b}", "ab", True),
        ("a{,b}", "a", False),
        ("a{}b", "ab", True),
        ("x{a", "xa", False),
        ("xa}", "xa}", False),
        ("x[a", "x[a", False),
        ("[z-a]", "b", False),
        ("a\\", "a\\", False),
    ],
)
def test_patterns(pattern: str, value: str, expected: bool) -> None:
    assert bool(Matcher("function", pattern).glob.test(value)) is expected


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("A/B", "a/b", True),
        ("a\\b", "a/b", True),
        ("*", "a/b", False),
        ("*/b", "a/b", True),
        ("a*/b", "a/c/b", False),
        ("**", "a/b", True),
        ("**/b", "b", True),
        ("**/b", "/b", True),
        ("**/b", "a/c/b", True),
        ("**/b", "ab", False),
        ("**/a/**", "x/a/b", True),
        ("**/a/**", "x/a/", False),
        ("**/a/**", "x/a", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "ab", False),
        ("**/a*b/c/**/d", "x/ab/y/axb/c/z/d", True),
        ("**/a/*/b", "a/a/x/b", True),
        ("**/a/*/b/**/c", "a/a/x/b/c", True),
        ("***/b", "a/b", True),
        ("***/b", "a/c/b", False),
        ("a**", "a/b", False),
        ("{**/a,b/**}", "x/a", True),
        ("{**/a,b/**}", "b/x/y", True),
    ],
)
def test_patterns_of_paths(pattern: str, value: str, expected: bool) -> None:
    assert matches(pattern, value, path=True) is expected


PATTERNS = st.lists(
    st.sampled_from(["a", "b", "/", "*", "**", "?", "[ab]", "[!a/]", "**/", "/**/", "{a,b*}"]),
    max_size=8,
).map("".join)
VALUES = st.text("ab/", max_size=10)


@given(PATTERNS, VALUES, st.booleans())
def test_taking_the_first_place_finds_what_trying_all_finds(
    pattern: str,
    value: str,
    path: bool,
) -> None:
    forms = _without_braces(pattern)
    expected = any(form == "**" or _tries_all(form, value, path=path) for form in forms)
    assert matches(pattern, value, path=path) is expected


def _without_braces(pattern: str) -> Iterator[str]:
    if "{a,b*}" not in pattern:
        yield pattern
        return
    for option in ("a", "b*"):
        yield from _without_braces(pattern.replace("{a,b*}", option, 1))


def _tries_all(pattern: str, value: str, *, path: bool, start: bool = True) -> bool:
    """The same language by trial at every place. `start`: a component of a path may begin here."""
    if not pattern:
        return not value
    stars = len(pattern) - len(pattern.lstrip("*"))
    rest = pattern[stars:]
    if stars == 2 and start and (not rest or rest.startswith("/")):
        if not rest:
            return bool(value)
        places = [0, *(at + 1 for at, char in enumerate(value) if char == "/")]
        return any(_tries_all(rest[1:], value[at:], path=path) for at in places)
    if stars:
        end = value.find("/") if path and "/" in value else len(value)
        return any(_tries_all(rest, value[at:], path=path, start=False) for at in range(end + 1))
    return bool(value) and _fits_one(pattern, value, path=path)


def _fits_one(pattern: str, value: str, *, path: bool) -> bool:
    if pattern.startswith("["):
        inside, rest = pattern[1:].split("]", 1)
        negated = inside.startswith("!")
        return (value[0] in inside.lstrip("!")) is not negated and _tries_all(
            rest, value[1:], path=path, start=False
        )
    fits = not path or value[0] != "/" if pattern[0] == "?" else pattern[0] == value[0]
    return fits and _tries_all(pattern[1:], value[1:], path=path, start=pattern[0] == "/")


@pytest.mark.parametrize("path", [False, True])
@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 20 + "b", "*?a" * 20 + "b", "**/a/" * 20 + "b", "**/*a*/" * 12 + "b",
        "{*a,*b}" * 7 + "c", "*[a-b]*[a-b]" * 12 + "c",
    ],
)  # fmt: skip
def test_no_pattern_takes_long(pattern: str, path: bool) -> None:
    test = compile_glob(pattern, path=path).test
    for value in ("a" * 512, "a/" * 256, "/" * 512):
        assert not test(value)
        assert seconds(lambda value=value: test(value)) < megabyte()  # type: ignore[misc]
