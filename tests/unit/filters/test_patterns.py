"""The patterns that people write: what they match, what is none, and what they cost."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.domain.patterns import (
    MAX_CHARS,
    MAX_LINES,
    MAX_PATTERN_CHARS,
    Patterns,
    lines_of,
    patterns_problem,
)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", ""),
        ("boom", "BOOM"),
        ("*", ""),
        ("*", "any\nthing"),
        ("TypeError: *", "TypeError: x is undefined"),
        ("*timed out*", "request to upstream timed out after 3 s"),
        ("*a*b*c", "xxaxxbxxbc"),
        ("*ab*ab", "ababab"),
        ("a?c", "a\nc"),
        ("1.[0-4].*", "1.3.9"),
        ("1.[!0-4].*", "1.7.9"),
        ("[]x]", "]"),
        ("{dev,beta}-*", "beta-7"),
        ("v{1,2{0,5}}", "v25"),
        ("a{,s}", "a"),
        (r"what\?", "what?"),
        (r"\[x\]*", "[x] gone"),
        ("ÜBER*", "über alles"),
        ("a}b,c", "a}b,c"),
    ],
)
def test_it_holds(pattern: str, text: str) -> None:
    assert Patterns([pattern]).match(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("", "x"),
        ("boom", "boom!"),
        ("boom", "a boom"),
        ("TypeError", "TypeError: x"),
        ("*ab*ba", "aba"),
        ("a*a", "a"),
        ("a?c", "ac"),
        ("1.[0-4].*", "1.7.9"),
        ("{dev,beta}-*", "rc-7"),
        (r"what\?", "whats"),
        (r"a\*", "abc"),
    ],
)
def test_it_does_not_hold(pattern: str, text: str) -> None:
    assert not Patterns([pattern]).match(text)


def test_one_of_several_is_enough() -> None:
    patterns = Patterns(["one*", "two*"])
    assert patterns.match("two three")
    assert not patterns.match("three two")


@given(st.text("ab*", max_size=8), st.text("ab", max_size=12))
def test_it_means_what_a_regular_expression_would(pattern: str, text: str) -> None:
    regex = pattern.replace("*", ".*")
    assert Patterns([pattern]).match(text) == bool(re.fullmatch(regex, text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fine*\na[b", '"a[b" is no pattern: a [ has no ].'),
        ("a{b", '"a{b" is no pattern: a { has no }.'),
        ("[z-a]", '"[z-a]" is no pattern: the class [z-a] cannot be read.'),
        ("[!]", '"[!]" is no pattern: the class [!] cannot be read.'),
        (
            "{a,b}" * 7,
            f'"{"{a,b}" * 7}" is no pattern: its braces stand for more than 64 patterns.',
        ),
        ("{a}" * 9, f'"{"{a}" * 9}" is no pattern: it has more than 8 pairs of braces.'),
        (
            "x" * (MAX_PATTERN_CHARS + 1),
            f'"{"x" * 20}…" is longer than {MAX_PATTERN_CHARS} characters.',
        ),
        ("x\n" * (MAX_LINES + 1), f"Ensure this field has no more than {MAX_LINES} lines."),
        (
            "b?\n" * 400 + "[a-z]*\n" * 40,
            "Patterns with ? or [ ] may have 1000 characters together.",
        ),
        (" " * (MAX_CHARS + 1), f"Ensure this field has no more than {MAX_CHARS} characters."),
    ],
)
def test_what_is_no_pattern_is_named(text: str, problem: str) -> None:
    assert patterns_problem(text) == problem


def test_blanks_and_empty_lines_say_nothing() -> None:
    assert lines_of(" a* \r\n\n\t\nb ") == ["a*", "b"]
    assert patterns_problem(" a* \r\n\n\t\nb ") is None


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [("*a*a*a*a*a*a*a*b", 4), ("*aaaaaaaaaaaaaaaaaaab*", 4), ("*a?a?a?a?a?a?a?a?b*", 4)],
)
def test_time_grows_with_the_text_and_not_faster(pattern: str, longest: int) -> None:
    patterns = Patterns([pattern])

    def spent(size: int) -> float:
        text = "a" * size
        rounds = []
        for _ in range(5):
            begun = time.process_time()
            for _ in range(20):
                patterns.match(text)
            rounds.append(time.process_time() - begun)
        return min(rounds)

    assert spent(40_000) < longest * 10 * max(spent(4_000), 1e-4)
