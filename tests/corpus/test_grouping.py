"""Hashes, fingerprints and categories against Sentry's own, on the shared corpus."""

import json

import pytest

from tests.corpus.grouping_corpus import CORPUS, Disagreements
from tests.corpus.grouping_tables import TABLES, disagreements
from tests.corpus.score_grouping import (
    KNOWN,
    as_sent,
    categories,
    current_hashes,
    fingerprints,
    hashes_of_2023,
    normalized,
)
from urgentry.grouping import compile_config, explain_event, group_event

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")


def test_hashes_of_2023() -> None:
    assert hashes_of_2023(prepare=as_sent) == {}


def test_hashes_of_2023_after_normalisation() -> None:
    assert set(hashes_of_2023(prepare=normalized)) <= set(KNOWN)


def test_current_hashes() -> None:
    none: Disagreements = {}
    assert current_hashes(prepare=as_sent) == none
    assert current_hashes(prepare=normalized) == none


def test_fingerprint_rules() -> None:
    assert fingerprints() == {}


def test_categories() -> None:
    assert categories() == {}


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str) -> None:
    rows = list(TABLES[name]())
    assert rows
    assert disagreements(rows) == {}


def test_grouping_again_gives_the_same() -> None:
    """What is stored after grouping explains itself by the same hashes."""
    config = compile_config()
    for path in sorted((CORPUS / "inputs").glob("*.json")):
        event = as_sent(json.loads(path.read_bytes()))
        first = group_event(event, config)
        assert explain_event(event, config).hashes == first.hashes, path.name
