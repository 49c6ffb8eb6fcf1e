"""Normalisation against what Sentry's own made of the same events, and what SDKs really sent."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.score_normalize import GOLDEN, PAYLOADS, disagreements, golden_cases
from urgentry.ingest.normalize import (
    NormalizeContext,
    normalize_event,
    normalize_plain,
    parse_event_json,
)

needs_corpus = pytest.mark.skipif(not GOLDEN.is_dir(), reason="the shared corpus is not here")

CONTEXT = NormalizeContext(
    event_id="a" * 32, project_id=1, key_id="1", received=1_795_409_181_000_000
)
# Old recordings: they happened long ago, and two have a thread without frames or a stray key.
EXPECTED_ERRORS = {"past_timestamp", "invalid_attribute"}


@needs_corpus
def test_golden_events() -> None:
    cases = list(golden_cases())
    assert cases
    wrong = {name: reasons for name, raw, out in cases if (reasons := disagreements(raw, out))}
    assert not wrong


def payloads() -> list[Path]:
    return sorted(PAYLOADS.glob("*.json"))


@needs_corpus
@pytest.mark.parametrize("path", payloads(), ids=lambda path: path.stem)
def test_what_sdks_of_many_platforms_sent(path: Path) -> None:
    raw = path.read_bytes()
    sent: dict[str, Any] = json.loads(raw)
    event = normalize_event(parse_event_json(raw), CONTEXT)
    short = normalize_plain(raw, CONTEXT)
    assert short is None or short == event
    assert event["platform"] == sent.get("platform", "other")
    exception = sent.get("exception") or sent.get("sentry.interfaces.Exception")
    assert event["type"] == ("error" if exception else "default")
    assert bool(event.get("exception")) == bool(exception)
    assert bool(event.get("logentry")) == bool(sent.get("message") or sent.get("logentry"))
    assert (event.get("sdk") or {}).get("name") == (sent.get("sdk") or {}).get("name")
    for name in ("release", "environment", "contexts", "threads", "debug_meta", "extra", "user"):
        assert not sent.get(name) or event[name], name
    told = [error for error in event.get("errors", ()) if error["type"] not in EXPECTED_ERRORS]
    assert all(error["name"].endswith(".stacktrace.frames") for error in told), told
