"""How much of what Sentry's own scrubbing leaves of payloads is left here too.

Run as a script it prints each disagreement and each snapshot that cannot be compared, with the
reason; `test_privacy.py` holds the score.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.corpus.privacy_snapshots import Snapshot, snapshots
from tests.corpus.score_normalize import context_of, differences, plain
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.ingest.normalize import normalize_event, parse_event_json
from urgentry.privacy import scrubber

RELAY = Path(__file__).parents[3] / "shared" / "corpus" / "relay"
GOLDEN = RELAY / "pii_golden"
SETTINGS = {
    "default": PrivacySettings(),
    "ips": PrivacySettings(
        scrub_ip_addresses=True, sensitive_fields=("my_field",), safe_fields=("password_ok",)
    ),
}

Case = tuple[str, list[str]]
"""Its name, and one line for each place at which we differ."""


def golden_events() -> Iterator[Case]:
    """Real events as they are after Sentry's normalisation, or where that is not known ours."""
    for path in sorted(GOLDEN.glob("*--*.json")):
        kind, _, name = path.name.partition("--")
        expected = json.loads(path.read_bytes())
        event = _normalized(name, expected)
        scrubber(SETTINGS[kind]).event(event)
        yield path.stem, list(differences(plain(expected), plain(event), ""))


def _normalized(name: str, expected: dict[str, Any]) -> dict[str, Any]:
    golden = RELAY / "normalize_golden" / "out" / name
    if golden.exists():
        return dict(json.loads(golden.read_bytes()))
    sent = RELAY / "payloads" / name.removeprefix("payload-")
    event = normalize_event(parse_event_json(sent.read_bytes()), context_of(expected))
    return dict(_as_json(event))


def single_fields() -> Iterator[Case]:
    """Members of one object by name and value."""
    table = json.loads((GOLDEN / "fields-default.json").read_bytes())
    event = {"extra": dict(table["in"])}
    scrubber(SETTINGS["default"]).event(event)
    for name, expected in table["out"].items():
        yield f"field {name}", list(differences(expected, event["extra"][name], name))


def snapshot_cases() -> Iterator[Case]:
    """Sentry's own tests of single rules, selectors and places."""
    for snapshot in snapshots(RELAY / "snapshots" / "pii"):
        if isinstance(snapshot, Snapshot):
            yield snapshot.name, _compare(snapshot)


def not_compared() -> list[tuple[str, str]]:
    """Snapshots that cannot be compared, and why."""
    return [each for each in snapshots(RELAY / "snapshots" / "pii") if isinstance(each, tuple)]


def _compare(snapshot: Snapshot) -> list[str]:
    payload = _as_json(snapshot.before)
    rules = scrubber(snapshot.settings)
    if snapshot.is_span:  # of which nothing is told but what is left
        rules.spans([payload])
        return list(differences(snapshot.after["attributes"], payload["attributes"], ""))
    rules.event(payload)
    # Written rules carry whose they are before their names.
    left = json.loads(json.dumps(payload).replace('"project:', '"'))
    return list(differences(snapshot.after, left, ""))


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def cases() -> Iterator[Case]:
    """All that can be compared."""
    yield from golden_events()
    yield from single_fields()
    yield from snapshot_cases()


def main() -> None:
    total = right = 0
    for name, reasons in cases():
        total += 1
        right += not reasons
        if reasons:
            sys.stdout.write("\n    ".join([name, *reasons[:20]]) + "\n")
    for name, reason in not_compared():
        sys.stdout.write(f"not compared: {name}: {reason}\n")
    sys.stdout.write(f"{right} of {total} ({right / max(total, 1):.1%})\n")


if __name__ == "__main__":
    main()
