"""Events as official SDKs sent them (`tests.server.record_events`), and the hashes that each
released configuration gave them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from urgentry.grouping import RELEASED, compile_config, group_event
from urgentry.ingest.normalize import NormalizeContext, normalize_event, parse_event_json

RECORDED = Path(__file__).parent / "recorded"
HASHES = RECORDED / "hashes.json"

Event = dict[str, Any]


def events() -> Iterator[tuple[str, Event]]:
    """A name, and the event as it was sent."""
    for path in sorted(RECORDED.glob("*.json")):
        if path != HASHES:
            for number, event in enumerate(orjson.loads(path.read_bytes())):
                yield f"{path.stem} {number}", event


def hashes_of(event: Event, config_id: str) -> list[str]:
    """As ingest would give them."""
    context = NormalizeContext(
        event_id="0" * 32, project_id=1, key_id="1", received=0, sdk_client="sentry.test/1.0"
    )
    normalized = normalize_event(parse_event_json(orjson.dumps(event), None), context)
    found = group_event(normalized, compile_config(config_id)).hashes
    return [value.hex() for value in found]


def held() -> dict[str, dict[str, list[str]]]:
    """By event and configuration."""
    stored: dict[str, dict[str, list[str]]] = (
        orjson.loads(HASHES.read_bytes()) if HASHES.exists() else {}
    )
    return stored


def add_hashes() -> int:
    """Those that are not held yet; what is held stays as it is."""
    known = held()
    added = 0
    for name, event in events():
        for config_id in RELEASED:
            if config_id not in known.setdefault(name, {}):
                known[name][config_id] = hashes_of(event, config_id)
                added += 1
    HASHES.write_bytes(orjson.dumps(known, option=orjson.OPT_INDENT_2) + b"\n")
    return added
