"""Normalisation against what Sentry's own made of the same events."""

import pytest

from tests.corpus.score_normalize import GOLDEN, disagreements, golden_cases

needs_corpus = pytest.mark.skipif(not GOLDEN.is_dir(), reason="the shared corpus is not here")

# All but those whose contexts come from the User-Agent header.
FLOOR = 0.965


@needs_corpus
def test_golden_events() -> None:
    wrong = {
        name: reasons for name, raw, out in golden_cases() if (reasons := disagreements(raw, out))
    }
    total = sum(1 for _ in golden_cases())
    assert total > 0
    assert 1 - len(wrong) / total >= FLOOR, wrong
