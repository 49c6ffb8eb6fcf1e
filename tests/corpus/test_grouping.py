"""Hashes, fingerprints and categories against Sentry's own, on the shared corpus."""

import json
from typing import Any

import pytest

from tests.corpus.score_grouping import (
    CORPUS,
    Disagreements,
    as_sent,
    categories,
    current_hashes,
    fingerprints,
    hashes_of_2023,
    normalized,
    read,
)
from urgentry.grouping import compile_config, explain_event, group_event
from urgentry.grouping.culprit import culprit_of, generated_culprit
from urgentry.grouping.describe import metadata_of, title_of
from urgentry.grouping.functions import trim_function
from urgentry.grouping.glob import compile_glob
from urgentry.grouping.messages import replacer

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")

# Expect-CT reports are dropped before grouping, as by Relay since 26.9.
DROPPED_REPORTS = {"expectct"}
PLATFORM_OF_TABLE = {
    "test_trim_native_function_name": "native",
    "test_trim_csharp_function_name": "csharp",
    "test_trim_cocoa_function_name": "cocoa",
}
PADDINGS = (("", ""), ("prefix ", ""), ("", " suffix"), ("prefix ", " suffix"))


def _table(name: str) -> Any:
    return read(CORPUS / "cases" / f"{name}.json") if CORPUS.is_dir() else []


def test_hashes_of_2023() -> None:
    assert hashes_of_2023(prepare=as_sent) == {}


def test_hashes_of_2023_after_normalisation() -> None:
    assert set(hashes_of_2023(prepare=normalized)) == DROPPED_REPORTS


def test_current_hashes() -> None:
    none: Disagreements = {}
    assert current_hashes(prepare=as_sent) == none
    assert current_hashes(prepare=normalized) == none


def test_fingerprint_rules() -> None:
    assert fingerprints() == {}


def test_categories() -> None:
    assert categories() == {}


@pytest.mark.parametrize(
    ("platform", "name", "expected"),
    [
        (PLATFORM_OF_TABLE[table["test"]], *case)
        for table in _table("trim_function_name")
        if table["test"] in PLATFORM_OF_TABLE
        for case in table["cases"]
    ],
)
def test_function_names(platform: str, name: str, expected: str) -> None:
    assert trim_function(name, platform) == expected


def test_messages_of_2024() -> None:
    replace = replacer("2024")
    table = next(t for t in _table("normalize_message_2024") if t["test"].startswith("test_norm"))
    released = [case for case in table["cases"] if len(case) == len(("name", "input", "output"))]
    assert [replace(text) for _, text, _ in released] == [expected for *_, expected in released]


def test_messages_of_2026() -> None:
    replace = replacer("2026")
    tables = _table("parameterization_2025_2026")
    rows = [
        *tables["standard"],
        *([name, text, late] for name, text, _, late in tables["version_dependent"]),
        *([name, text, late] for name, text, _, late in tables["until_2025"]),
    ]
    for _, text, expected in rows:
        for before, after in PADDINGS:
            assert replace(f"{before}{text}{after}") == f"{before}{expected}{after}"


@pytest.mark.parametrize("case", _table("enhancement_glob"))
def test_globs(case: dict[str, Any]) -> None:
    is_path = case["matcher"] in ("path", "package")
    pattern = case["pattern"].strip('"').replace("\\\\", "\\")
    config = f'{case["matcher"]}:"{pattern}" +app'
    frame = {"package": case["value"]} if is_path else {case["matcher"]: case["value"]}
    if case["matcher"] == "path":
        frame = {"abs_path": case["value"]}
    event = {"platform": "other", "stacktrace": {"frames": [{**frame, "in_app": False}]}}
    group_event(event, compile_config("newstyle:2023-01-11", enhancements=config))
    assert event["stacktrace"]["frames"][0]["in_app"] is case["matches"]  # type: ignore[index]


def test_broken_globs_are_refused() -> None:
    with pytest.raises(ValueError, match="unclosed"):
        compile_glob("foo{a")


@pytest.mark.parametrize("case", _table("culprit"))
def test_culprits(case: dict[str, Any]) -> None:
    answer = {"get_culprit": culprit_of, "generate_culprit": generated_culprit}[case["fn"]]
    assert answer(case["input"]) == case["expected"]


@pytest.mark.parametrize("case", _table("title_metadata"))
def test_titles_and_metadata(case: dict[str, Any]) -> None:
    given, expected = case["input"], case["expected"]
    if isinstance(expected, str):
        metadata = {name: value or "" for name, value in given.items()}
        assert title_of(metadata, "error", title_chars=100) == expected
    else:
        expected.pop("display_title_with_tree_label", None)
        assert metadata_of(given, case["eventtype"]) == expected


def test_grouping_again_gives_the_same() -> None:
    """What is stored after grouping explains itself by the same hashes."""
    config = compile_config()
    for path in sorted((CORPUS / "inputs").glob("*.json")):
        event = as_sent(json.loads(path.read_bytes()))
        first = group_event(event, config)
        assert explain_event(event, config).hashes == first.hashes, path.name
