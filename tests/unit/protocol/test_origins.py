"""Allowed domains against the page that sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.protocol.origins import origin_allowed, origin_refused


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
