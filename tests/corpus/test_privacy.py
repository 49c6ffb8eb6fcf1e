"""Scrubbing against what Sentry's own leaves of the same payloads."""

import json
from pathlib import Path

import pytest

from tests.corpus.score_privacy import GOLDEN, RELAY, SETTINGS, cases
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.privacy.defaults import default_config
from urgentry.privacy.selectors import parse_selector

needs_corpus = pytest.mark.skipif(not GOLDEN.is_dir(), reason="the shared corpus is not here")

ODD_FIELDS = ("url", "message", "http.request.url")


@needs_corpus
def test_golden_payloads() -> None:
    compared = dict(cases())
    assert len(compared) > 0
    assert {name: reasons for name, reasons in compared.items() if reasons} == {}


@needs_corpus
@pytest.mark.parametrize(
    ("path", "settings"),
    [
        (GOLDEN / "config-default.json", SETTINGS["default"]),
        (GOLDEN / "config-ips.json", SETTINGS["ips"]),
        (
            RELAY / "snapshots/pii/relay_pii__convert__tests__regression_more_odd_keys.snap",
            PrivacySettings(
                scrub_ip_addresses=True,
                safe_fields=(*ODD_FIELDS, *(f"*{name}*" for name in ODD_FIELDS)),
            ),
        ),
    ],
)
def test_settings_come_to_the_same_rules(path: Path, settings: PrivacySettings) -> None:
    """Which rules apply to what, whatever the order."""
    expected = json.loads(path.read_text().split("---\n", 2)[-1])["applications"]
    ours = dict(default_config(settings).applications)
    assert {repr(parse_selector(text)): tuple(names) for text, names in expected.items()} == {
        repr(selector): names for selector, names in ours.items()
    }
