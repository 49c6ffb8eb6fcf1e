"""How many groupings of the corpus come out exactly as Sentry's own.

Run as a script (`python -m tests.corpus.score_grouping`) it prints the scores and each disagreement
with its reason; `test_grouping.py` holds them.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tests.corpus import grouping_tables
from tests.corpus.grouping_corpus import CORPUS, Disagreements, read
from urgentry.grouping import (
    Grouping,
    StackMemory,
    compile_config,
    describe,
    explain_event,
    group_event,
)
from urgentry.grouping.config import assemble
from urgentry.grouping.fingerprints.rules import FingerprintRule, matcher
from urgentry.ingest.normalize import NormalizeContext, normalize_event, parse_event_json

CURRENT = "hashes_newstyle@2026_01_20.json"

# The retired configuration that made the expected categories knew one more function.
MOBILE_RULE = "family:native function:_dispatch_client_callout category=threadbase"

# Inputs that normalisation changes as today's Relay does, which the snapshots do not know.
KNOWN = {
    "expectct": "in an event of an SDK, dropped before grouping, as by Relay since 26.9",
    "hpkp": "in an event of an SDK, dropped before grouping, as by Relay since 26.9",
}

Case = tuple[str, dict[str, Any]]


def cases(folder: str) -> Iterator[Case]:
    """Name and event of each input of a folder."""
    for path in sorted((CORPUS / folder).glob("*.json")):
        yield path.stem.replace("-", "_"), read(path)


def normalized(event: dict[str, Any]) -> dict[str, Any]:
    """The event as ingest would hand it to grouping."""
    context = NormalizeContext(
        event_id="0" * 32, project_id=1, key_id="1", received=0, sdk_client="sentry.test/1.0"
    )
    return normalize_event(parse_event_json(json.dumps(event).encode(), None), context)


def as_sent(event: dict[str, Any]) -> dict[str, Any]:
    """The event as it lies in the corpus, with only old forms of the message understood."""
    message = event.pop("sentry.interfaces.Message", None) or {"formatted": event.get("message")}
    return {"logentry": message, **event} if any(message.values()) else event


def hashes_of_2023(*, prepare: Callable[[dict[str, Any]], dict[str, Any]]) -> Disagreements:
    """Every variant's hash against the snapshots of `newstyle:2023-01-11`."""
    wrong: Disagreements = {}
    for name, event in cases("inputs"):
        snapshot = (CORPUS / "expected" / "newstyle@2023_01_11" / f"{name}.pysnap").read_text()
        config = compile_config("newstyle:2023-01-11", enhancements=_own_rules(event))
        expected = _snapshot_hashes(snapshot)
        found = {_old_name(key): value for key, value in _hashes(event, config, prepare).items()}
        if found != expected:
            wrong[name] = f"expected {expected}, found {found}{_known(name)}"
    return wrong


def current_hashes(*, prepare: Callable[[dict[str, Any]], dict[str, Any]]) -> Disagreements:
    """The hashes in use against those of today's Sentry."""
    table = read(CORPUS / "expected" / CURRENT)
    inputs = {**dict(cases("inputs")), **table["inputs"]}
    wrong: Disagreements = {}
    for name, expected in table["hashes"].items():
        event = inputs[name]
        hashes = _hashes(event, compile_config(enhancements=_own_rules(event)), prepare)
        found = {key: value for key, value in hashes.items() if value}
        if found != expected:
            wrong[name] = f"expected {expected}, found {found}"
    return wrong


def fingerprints() -> Disagreements:
    """Server-side rules: the rule that matched, its resolved values, and the title."""
    wrong: Disagreements = {}
    for name, event in cases("fingerprint_inputs"):
        rules = tuple(_rule(rule) for rule in event.pop("_fingerprinting_rules"))
        config = assemble(
            "newstyle:2023-01-11", enhancements="", fingerprint_rules=rules, memory=StackMemory()
        )
        grouping = explain_event(event, config)
        found = _fingerprint_facts(event, grouping)
        expected = (CORPUS / "fingerprint_expected" / f"{name}.pysnap").read_text()
        if found != (facts := _snapshot_fingerprint(expected)):
            wrong[name] = f"expected {facts}, found {found}"
    return wrong


def categories() -> Disagreements:
    """The category of each frame."""
    config = compile_config("newstyle:2023-01-11", enhancements=MOBILE_RULE)
    wrong: Disagreements = {}
    for name, event in cases("categorization_inputs"):
        snapshot = (CORPUS / "categorization_expected" / f"{name}.pysnap").read_text()
        expected = [
            _search(r" category=(\w+)$", line)
            for line in snapshot.splitlines()
            if line.startswith("  ")
        ]
        group_event(event, config)
        found = [(frame.get("data") or {}).get("category") for frame in _frames(event)]
        if found != expected:
            wrong[name] = f"expected {expected}, found {found}"
    return wrong


def _hashes(
    event: dict[str, Any], config: Any, prepare: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, str | None]:
    explained = explain_event(prepare(json.loads(json.dumps(event))), config)
    quick = group_event(prepare(json.loads(json.dumps(event))), config)
    assert quick.hashes == explained.hashes, "the quick way gave other hashes"
    return {v.name: v.hash.hex() if v.hash else None for v in explained.variants}


def _known(name: str) -> str:
    return f" ({KNOWN[name]})" if name in KNOWN else ""


def _own_rules(event: dict[str, Any]) -> str:
    return (event.get("_grouping") or {}).get("enhancements") or ""


def _old_name(name: str) -> str:
    return {"custom_client_fingerprint": "custom-fingerprint"}.get(name, name)


def _snapshot_hashes(snapshot: str) -> dict[str, str | None]:
    pairs = re.findall(r'^([a-z-]+):\n  hash: (?:"(\w+)"|null)$', snapshot, re.MULTILINE)
    return {name: value or None for name, value in pairs}


def _rule(rule: dict[str, Any]) -> FingerprintRule:
    return FingerprintRule(
        tuple(
            matcher(key.lstrip("!"), pattern, negated=key.startswith("!"))
            for key, pattern in rule["matchers"]
        ),
        tuple(rule["fingerprint"]),
        (rule.get("attributes") or {}).get("title"),
    )


def _fingerprint_facts(event: dict[str, Any], grouping: Grouping) -> dict[str, Any]:
    custom = next((v for v in grouping.variants if v.values is not None), None)
    return {
        "rule": custom.matched_rule if custom else None,
        "values": list(custom.values or ()) if custom else None,
        "title": describe(event, grouping).title,
        "fingerprint": event.get("fingerprint") or ["{{ default }}"],
    }


def _snapshot_fingerprint(snapshot: str) -> dict[str, Any]:
    rule = _search(r"matched_rule: (.*(?:\n      .*)*)", snapshot)
    values = _search(r"^    values:\n((?:    - .*\n?)*)", snapshot)
    title = _search(r"^title: (.*(?:\n  .*)*?)\nvariants", snapshot)
    entries = _search(r"^fingerprint:\n((?:- .*\n)*)", snapshot)
    return {
        "rule": _scalar(rule) if rule else None,
        "values": _items(values) if values else None,
        "title": _scalar(title or ""),
        "fingerprint": _items(entries or ""),
    }


def _search(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text, re.MULTILINE)
    return match[1] if match else None


def _items(block: str) -> list[str]:
    """The entries of a YAML list."""
    return [_scalar(line) for line in re.split(r"^ *- ", block, flags=re.MULTILINE)[1:]]


def _scalar(text: str) -> str:
    """A plain or single-quoted YAML scalar, folded lines joined."""
    text = re.sub(r"\n\s+", " ", text.rstrip("\n"))
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def _frames(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    holders = [
        *(event.get("exception") or {}).get("values", []),
        event,
        *(event.get("threads") or {}).get("values", []),
    ]
    for holder in holders:
        yield from (holder.get("stacktrace") or {}).get("frames") or []


def count(folder: str) -> int:
    return len(list((CORPUS / folder).glob("*.json")))


def scores() -> Iterator[tuple[str, int, Disagreements]]:
    """Title, how many were asked, and which did not agree."""
    total = len(read(CORPUS / "expected" / CURRENT)["hashes"])
    yield from (
        ("hashes of 2023, as sent", count("inputs"), hashes_of_2023(prepare=as_sent)),
        ("hashes of 2023, normalised", count("inputs"), hashes_of_2023(prepare=normalized)),
        ("current hashes, as sent", total, current_hashes(prepare=as_sent)),
        ("current hashes, normalised", total, current_hashes(prepare=normalized)),
        ("fingerprints", count("fingerprint_inputs"), fingerprints()),
        ("categories", count("categorization_inputs"), categories()),
    )
    for title, table in grouping_tables.TABLES.items():
        rows = list(table())
        yield title, len(rows), grouping_tables.disagreements(rows)


def main() -> int:
    for title, size, wrong in scores():
        sys.stdout.write(f"{title}: {size - len(wrong)} of {size}\n")
        for name, reason in wrong.items():
            sys.stdout.write(f"  {name}: {reason}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
