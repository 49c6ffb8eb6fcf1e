"""Release, dist, environment, logger and the other short names of an event."""

from typing import Any

import pytest

from tests.unit.normalize.events import errors_of, normalized


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("release", " shop@1.0 ", "shop@1.0"),
        ("release", "sp ace é", "sp ace é"),
        ("release", 42, "42"),
        ("release", "r" * 200, "r" * 200),
        ("dist", " 7 ", "7"),
        ("dist", 7, "7"),
        ("environment", " prod ", "prod"),
        ("environment", "e" * 64, "e" * 64),
    ],
)
def test_good_names(name: str, given: Any, kept: str) -> None:
    event = normalized({name: given})
    assert event[name] == kept
    assert "errors" not in event


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("release", "latest"), ("release", "LATEST"), ("release", "."), ("release", ".."),
        ("release", "a/b"), ("release", "a\\b"), ("release", "a\tb"), ("release", "a\nb"),
        ("release", "r" * 201), ("release", "  "), ("release", ["1"]),
        ("dist", "d" * 65), ("dist", ""),
        ("environment", "None"), ("environment", ".."), ("environment", "a/b"),
        ("environment", "a\nb"), ("environment", "e" * 65), ("environment", ""),
    ],
)  # fmt: skip
def test_bad_names_are_null_and_told(name: str, given: Any) -> None:
    event = normalized({name: given})
    assert event[name] is None
    assert errors_of(event) == [(name, "invalid_data")]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("short.name", "short.name"),
        ("x" * 64, "x" * 64),
        ("io." + "w" * 63, "*" + "w" * 63),
        ("a" * 30 + "." + "b" * 40, "*." + "b" * 40),
        ("y" * 70, "*" + "y" * 63),
        ("   ", ""),
    ],
)
def test_java_loggers_lose_words_from_their_start(given: str, kept: str) -> None:
    assert normalized({"platform": "java", "logger": given})["logger"] == kept


def test_other_loggers_are_cut_at_their_end() -> None:
    assert normalized({"platform": "python", "logger": "x" * 70})["logger"] == "x" * 61 + "..."


@pytest.mark.parametrize(
    ("given", "kept"), [("python", "python"), ("cobol", "other"), (3, "other")]
)
def test_platforms(given: Any, kept: str) -> None:
    assert normalized({"platform": given})["platform"] == kept


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        (["a", 1, 2.5, True, None], ["a", "1", "2", "True"]),
        ([], []),
        (["{{ default }}", "x"], ["{{ default }}", "x"]),
    ],
)
def test_fingerprints(given: list[Any], parts: list[str]) -> None:
    event = normalized({"fingerprint": given})
    assert event["fingerprint"] == parts
    assert "errors" not in event


def test_a_fingerprint_of_another_type_is_no_fingerprint() -> None:
    event = normalized({"fingerprint": "x"})
    assert event["fingerprint"] is None
    assert errors_of(event) == [("fingerprint", "invalid_data")]
