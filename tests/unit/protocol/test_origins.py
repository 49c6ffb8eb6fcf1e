"""Allowed domains against the page that sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.protocol.origins import (
    MAX_PATTERNS,
    check_envelope_origin,
    origin_allowed,
    origin_refused,
    patterns_problem,
)
from urgentry.protocol.outcome import Rejected


@pytest.mark.parametrize(
    ("pattern", "origin"),
    [
        ("*", "https://anything.example"),
        ("shop.example", "http://shop.example:8080"),
        ("SHOP.example", "https://Shop.Example"),
        ("shop.example/path", "https://shop.example"),
        ("*.shop.example", "https://shop.example"),
        ("*.shop.example", "https://a.b.shop.example"),
        ("https://shop.example", "https://shop.example"),
        ("https://*", "https://shop.example"),
        ("*://shop.example", "http://shop.example"),
        ("https://shop.example:8443", "https://shop.example:8443"),
        ("https://shop.example:443", "https://shop.example"),
        ("*:8080", "http://localhost:8080"),
        ("shop.example:*", "http://shop.example:1234"),
        ("[::1]", "http://[::1]:3000"),
        ("[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_matches(pattern: str, origin: str) -> None:
    assert origin_allowed(origin, None, [pattern])
    assert origin_allowed(None, f"{origin}/page?x=1", [pattern])


@pytest.mark.parametrize(
    ("pattern", "origin"),
    [
        ("shop.example", "https://evil-shop.example"),
        ("shop.example", "https://a.shop.example"),
        ("*.shop.example", "https://evilshop.example"),
        ("*.shop.example", "https://shop.example.evil"),
        ("https://shop.example", "http://shop.example"),
        ("https://shop.example:8443", "https://shop.example"),
        ("*:8080", "http://localhost"),
        ("shop.example", "https://shop.example@evil.example"),
    ],
)
def test_does_not_match(pattern: str, origin: str) -> None:
    assert not origin_allowed(origin, None, [pattern])


@pytest.mark.parametrize("origin", [None, "", "null", "file:///x", "nonsense", "https://", "//x"])
def test_who_says_nothing_may(origin: str | None) -> None:
    assert origin_allowed(origin, None, [])


def test_the_origin_counts_before_the_referer() -> None:
    assert not origin_allowed("https://evil.example", "https://shop.example/", ["shop.example"])
    assert not origin_allowed("null", "https://evil.example/", ["shop.example"])


def test_refusal() -> None:
    rejected = origin_refused()
    assert (rejected.status, rejected.reason) == (403, "cors")


@given(st.text() | st.text().map("https://".__add__), st.text())
def test_whatever_comes_has_an_answer(origin: str, pattern: str) -> None:
    assert origin_allowed(origin, None, [pattern]) in (True, False)


@pytest.mark.parametrize(
    ("told", "origin", "referer", "reason"),
    [
        (None, "https://evil.example", None, ""),
        (5, None, None, ""),
        ("https://shop.example", None, None, ""),
        ("https://shop.example", "https://shop.example", None, ""),
        ("https://evil.example", None, "https://shop.example/", ""),
        ("https://evil.example", None, None, "cors"),
        ("https://shop.example", "https://evil.example", None, "invalid_envelope"),
    ],
)
def test_an_envelope_may_say_from_where_it_is(
    told: object, origin: str | None, referer: str | None, reason: str
) -> None:
    try:
        check_envelope_origin(told, origin, referer, ["shop.example"])
    except Rejected as rejected:
        assert rejected.reason == reason  # noqa: PT017 - some are not refused
    else:
        assert not reason


@pytest.mark.parametrize(
    "patterns", [[], [""], ["a b"], ["x" * 256], ["a.example"] * (MAX_PATTERNS + 1)]
)
def test_what_is_no_list_of_domains(patterns: list[str]) -> None:
    assert patterns_problem(patterns)


def test_what_is_a_list_of_domains() -> None:
    assert patterns_problem(["*", "*.example.com", "https://x.com:8443", "*:8080"]) is None
