"""Scrubs an event that somebody pasted, under settings that nobody has saved yet, so that a person
sees what they would do. Called by the settings page.
"""

import secrets
from typing import Any

from urgentry import clock
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.ingest.normalize import NormalizeContext, normalize_event, parse_event_json
from urgentry.privacy import scrubber

Json = dict[str, Any]

MAX_SAMPLE_CHARS = 200_000
_ADDED = ("event_id", "project", "key_id", "received", "version", "grouping_config", "hashes")


def rehearse_scrubbing(sample: str, settings: PrivacySettings) -> Json:
    """The event as it would be stored, without what the server adds; its `_meta` says what was
    removed. Rejected where the text is no event, InvalidRules where the rules cannot be read."""
    event = normalize_event(
        parse_event_json(sample.encode()),
        NormalizeContext(
            event_id=secrets.token_hex(16), project_id=0, key_id="0", received=clock.now()
        ),
    )
    scrubber(settings).event(event)
    return {name: value for name, value in event.items() if name not in _ADDED}
