"""Scrubbing against what Sentry's own leaves of the same payloads."""

import pytest

from tests.corpus.score_privacy import GOLDEN, cases

needs_corpus = pytest.mark.skipif(not GOLDEN.is_dir(), reason="the shared corpus is not here")

# All but what normalisation does not read out of the User-Agent header.
FLOOR = 0.98


@needs_corpus
def test_golden_payloads() -> None:
    compared = dict(cases())
    wrong = {name: reasons for name, reasons in compared.items() if reasons}
    assert len(compared) > 0
    assert 1 - len(wrong) / len(compared) >= FLOOR, wrong
