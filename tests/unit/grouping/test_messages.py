"""Replacing ids in messages: what the tables of the corpus leave open."""

import re
import time
from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.grouping.messages import patterns_2024, patterns_2026, replacer, shorten

HOSTILE = (
    "a", "1.", "1.1.1.", "a.", "a-", "com.", "::", "a:", "1:", "@", "a@", "a@a.", "ffffffff-",
    "f0", "1", "='", '="a', "http://", "Mon ", "Mon Jan ", "datetime.datetime(", ".", "-", "-1",
    "2024-", "0x", "1 ", "é", "_", "/a/b1", "fe80:", "tx", "12ab ", "x@a-a-", "=true",
)  # fmt: skip
WORDS = st.sampled_from(
    [*HOSTILE, "error", "The", "deadbeef", "DEADBEEF", "facade", "Jan 18, 2019", "10:30", "10ms",
     "a=true", "a='b'", "x@y.org", "www.example.net", "fe80::1", "::1", "1.2.3", "-5", "utf-8", ",",
     "(", ")", " ", "  ", "\n", '"', "Sun", "éfoo@bar.com", "didn't", "word.", "a10ms", "0x9f"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at 1.2.3", "at <int>.<int>.<int>"),
        ("Réf. 12", "Réf. <int>"),
        ("é12", "é12"),
        ("(12)", "(<int>)"),
        ("user-12", "user-<int>"),
        ("offset -12", "offset <int>"),
        ("Jan is a name", "Jan is a name"),
        ("a=true b=truely", "a=<bool> b=truely"),
        ("x='1' y=\"z\"", "x=<quoted_str> y=<quoted_str>"),
        ("see https://a.b/c?d=1, then", "see <url> then"),
        ("12345678", "<hex>"),
        ("facade of deadbeef", "facade of <hex>"),
    ],
)
def test_replacements(text: str, expected: str) -> None:
    assert replacer("2026")(text) == expected


def test_a_text_beyond_the_limit_is_left_alone() -> None:
    assert replacer("2026")("1 " * 5000) == "1 " * 5000


@pytest.mark.parametrize(
    ("text", "short"),
    [("a", "a"), ("a\nb", "a\nb"), ("a\n \nb", "a\nb..."), ("\na\nb\nc", "a\nb..."), ("", "")],
)
def test_shortening(text: str, short: str) -> None:
    assert shorten(text) == short


@given(st.lists(WORDS, max_size=12))
def test_skipping_plain_words_changes_nothing(words: list[str]) -> None:
    """The quick pass finds what trying every pattern at every position finds."""
    text = "".join(words)
    for generation in (patterns_2024, patterns_2026):
        assert generation.replace_ids(text) == _slowly(text, generation.PATTERNS)


def _slowly(text: str, patterns: dict[str, str]) -> str:
    alternation = "|".join(f"(?P<{name}>{pattern})" for name, pattern in patterns.items())
    return re.sub(alternation, lambda match: f"<{match.lastgroup}>", text, flags=re.VERBOSE)


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("generation", ["2024", "2026"])
def test_time_grows_with_length_alone(generation: str, piece: str) -> None:
    replace = replacer(generation)
    short, long = (piece * 8192)[:512], (piece * 8192)[:8192]
    # Sixteen times the text: what is quadratic takes 256 times as long.
    assert _seconds(lambda: replace(long)) < 64 * max(_seconds(lambda: replace(short)), _unit())


def _unit() -> float:
    """A hundred microseconds or so on any machine, below which clocks tell little."""
    return _seconds(lambda: orjson.loads(b"[" + b"1," * 5000 + b"1]"))


def _seconds(run: Callable[[], object]) -> float:
    """Processor time of the best of five runs."""
    times = []
    for _ in range(5):
        start = time.thread_time()
        run()
        times.append(time.thread_time() - start)
    return min(times)
