"""Tags: pairs of short texts. Also server name, site and environment, which come and go as tags."""

import string
from collections.abc import Iterator
from itertools import islice
from typing import Any

from urgentry.ingest.normalize.fields import (
    cut,
    primitive_text,
    reject,
)
from urgentry.ingest.normalize.limits import TAG_KEY, TAG_VALUE, TAGS
from urgentry.ingest.normalize.report import Path, Report

Pair = list[Any]

# Attributes of the event that a tag may not pretend to be (spec 7).
_RESERVED = frozenset({"release", "dist", "user", "filename", "function"})
_KEY_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_.:-")


def fit_tags(value: Any, path: Path, report: Report) -> list[Pair]:
    """Pairs in the order they came (of a map: by key), the first of each key only."""
    if value is None:
        return []
    if not isinstance(value, (dict, list)):
        reject(value, path, report, "expected an object")
        return []
    candidates = list(islice(_pairs(value), TAGS))
    if len(candidates) == TAGS < len(value):
        report.shortened(path, len(value))
    return [_fit_pair(pair, (path, index), report) for index, pair in enumerate(candidates)]


def take_environment(pairs: list[Pair]) -> tuple[list[Pair], Any]:
    """The tags without `environment`, and what that tag said."""
    for pair in pairs:
        if pair[0] == "environment":
            return [other for other in pairs if other[0] != "environment"], pair[1]
    return pairs, None


def set_tag(pairs: list[Pair], key: str, value: str) -> None:
    """Add a tag that the event itself implies, unless the client says otherwise."""
    if not any(pair[0] == key for pair in pairs):
        pairs.append([key, value])


def _pairs(value: dict[str, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    entries = sorted(value.items()) if isinstance(value, dict) else filter(None, map(_pair, value))
    seen = set()
    for key, item in entries:
        name = _key_text(key)
        if name in _RESERVED or name in seen:
            continue
        if name:
            seen.add(name)
        yield name, item


def _pair(entry: Any) -> tuple[Any, Any] | None:
    if isinstance(entry, list) and len(entry) == len(("key", "value")):
        return entry[0], entry[1]
    if isinstance(entry, dict) and "key" in entry:
        return entry["key"], entry.get("value")
    return None


def _key_text(key: Any) -> str | None:
    if not isinstance(key, (str, int, float)):
        return None
    return primitive_text(key).strip().replace(" ", "-")


def _fit_pair(pair: tuple[Any, Any], path: Path, report: Report) -> Pair:
    return [_fit_key(pair[0], (path, 0), report), _fit_value(pair[1], (path, 1), report)]


def _fit_key(key: str | None, path: Path, report: Report) -> Any:
    if not key:
        report.reject(path, "expected a non-empty value")
        return None
    if _KEY_CHARACTERS.issuperset(key):
        if len(key) <= TAG_KEY:
            return key
        return reject(key, path, report, "value too long")
    wrong = next(character for character in key if character not in _KEY_CHARACTERS)
    return reject(key, path, report, f"invalid character {wrong!r}")


def _fit_value(value: Any, path: Path, report: Report) -> Any:
    if value is None:
        return None
    if not isinstance(value, (str, int, float)):
        return reject(value, path, report, "expected a primitive value")
    text = primitive_text(value).strip()
    if not text:
        report.reject(path, "expected a non-empty value")
        return None
    if "\n" in text:
        return reject(value, path, report, "invalid character '\\n'")
    return cut(text, TAG_VALUE, path, report)
