"""How many events and attributes of the corpus come out exactly as Sentry's normalisation has them.

Run as a script it prints each disagreement; `test_normalize.py` and `test_normalize_attributes.py`
hold the score. What differs from
run to run in the golden files (ids, the time of receipt) is taken from the expected event, so all
that is compared depends on our code alone.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.corpus.event_attributes import attribute_cases, judged
from urgentry.ingest.normalize import (
    NormalizeContext,
    normalize_event,
    normalize_plain,
    parse_event_json,
)

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
GOLDEN = CORPUS / "relay" / "normalize_golden"
PAYLOADS = CORPUS / "relay" / "payloads"
SECOND = 1_000_000


def golden_cases() -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Name, raw payload and expected event of each pair."""
    for path in sorted((GOLDEN / "in").glob("*.json")):
        expected = json.loads((GOLDEN / "out" / path.name).read_bytes())
        yield path.stem, path.read_bytes(), expected


def context_of(expected: dict[str, Any]) -> NormalizeContext:
    """The circumstances under which the expected event was made."""
    return NormalizeContext(
        event_id=expected["event_id"],
        project_id=expected["project"],
        key_id=expected["key_id"],
        received=round(expected["received"] * SECOND),
        sdk_client="sentry.test/1.0",
    )


def disagreements(raw: bytes, expected: dict[str, Any]) -> list[str]:
    """One line for each path at which we differ from the expected event, on either road."""
    context = context_of(expected)
    long, short = normalize_event(parse_event_json(raw), context), normalize_plain(raw, context)
    found = list(differences(plain(expected), plain(long), ""))
    return found if short is None else [*found, *differences(long, short, "the short road")]


def plain(value: Any) -> Any:
    """Without the nanoseconds of server times, which we do not have, and U+0000, which we strip."""
    if isinstance(value, dict):
        return {
            key: item[:22] if key == "server_time" else plain(item) for key, item in value.items()
        }
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def differences(expected: Any, found: Any, path: str) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            if key not in expected:
                yield f"{path}.{key}: unexpected {found[key]!r:.200}"
            elif key not in found:
                yield f"{path}.{key}: missing {expected[key]!r:.200}"
            else:
                yield from differences(expected[key], found[key], f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{path}.{index}")
    elif not _same(expected, found):
        yield f"{path}: expected {expected!r:.200}, found {found!r:.200}"


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, float) and isinstance(found, (int, float)):
        return abs(expected - found) < 2 / SECOND
    return type(expected) is type(found) and bool(expected == found)


def main() -> None:
    total = right = 0
    for name, raw, expected in golden_cases():
        total += 1
        reasons = disagreements(raw, expected)
        right += not reasons
        if reasons:
            sys.stdout.write("\n    ".join([name, *reasons[:20]]) + "\n")
    _tell("events", right, total)
    total = right = 0
    for attribute, test, case in attribute_cases():
        total += 1
        found, wanted = judged(attribute, case)
        right += found == wanted
        if found != wanted:
            sys.stdout.write(f"{attribute} {test}\n    {wanted}\n    {found}\n")
    _tell("attributes", right, total)


def _tell(what: str, right: int, total: int) -> None:
    sys.stdout.write(f"{what}: {right} of {total} ({right / max(total, 1):.1%})\n")


if __name__ == "__main__":
    main()
