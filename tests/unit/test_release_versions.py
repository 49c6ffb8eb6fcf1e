"""The order of versions, and what is told of one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.domain.release import parse_version

ASCENDING = [
    "0.9",
    "1.0.0-1",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-alpha-1",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.0+1",
    "1.0.0+9",
    "1.0.0+10",
    "1.0.0+a1",
    "1.0.0.1",
    "1.0.9",
    "1.0.10",
    "1.2",
    "1.10.0",
    "2.0",
    "10.0.0",
]


def test_sort_keys_stand_in_the_order_of_versions() -> None:
    shuffled = random.Random(7).sample(ASCENDING, len(ASCENDING))  # noqa: S311 - no secret
    keys = {version: parse_version(version).sort_key or "" for version in shuffled}
    assert sorted(shuffled, key=lambda version: keys[version].encode()) == ASCENDING


@pytest.mark.parametrize(
    "version", ["20260101", "7a1c0ffee", "latest build", "app@7a1c0ffee", "1", "", "@", "a@b@c"]
)
def test_what_is_no_version_has_no_order(version: str) -> None:
    assert parse_version(version).sort_key is None


@pytest.mark.parametrize(
    ("version", "package", "rest"),
    [
        ("shop@1.2.3+4", "shop", "1.2.3+4"),
        ("@acme/shop@1.2.3", "@acme/shop", "1.2.3"),
        ("com.acme.shop@7a1c0ffee", "com.acme.shop", "7a1c0ffee"),
        ("1.2.3", "", "1.2.3"),
    ],
)
def test_the_package_stands_before_the_version(version: str, package: str, rest: str) -> None:
    parsed = parse_version(version)
    assert (parsed.package, parsed.rest) == (package, rest)


@pytest.mark.parametrize(
    ("version", "description"),
    [
        ("shop@1.2.3", "1.2.3"),
        ("shop@1.2.3-rc.1+45", "1.2.3-rc.1 (45)"),
        ("shop@1.2.3+" + "a" * 40, "1.2.3 (aaaaaaaaaaaa)"),
        ("b" * 40, "bbbbbbbbbbbb"),
        ("nightly", "nightly"),
    ],
)
def test_people_read_a_short_form(version: str, description: str) -> None:
    assert parse_version(version).description == description


@given(st.text(max_size=40))
def test_any_text_parses(version: str) -> None:
    parsed = parse_version(version)
    assert parsed.raw == version
    assert parsed.description == parsed.description.strip("\n") or not parsed.numbers
