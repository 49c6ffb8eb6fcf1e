"""Tags: pairs of short texts. Also server name, site and environment, which come and go as tags."""

import string
from functools import lru_cache
from typing import Any

from urgentry.ingest.normalize.fields import (
    cut,
    primitive_text,
    reject,
)
from urgentry.ingest.normalize.limits import TAG_KEY, TAG_KEYS_KEPT, TAG_VALUE, TAGS
from urgentry.ingest.normalize.report import Path, Report

Pair = list[Any]

# Attributes of the event that a tag may not pretend to be (spec 7).
_RESERVED = frozenset({"release", "dist", "user", "filename", "function"})
_KEY_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_.:-")


def fit_tags(value: Any, path: Path, report: Report) -> list[Pair]:
    """Pairs in the order they came (of a map: by key), the first of each key only."""
    if value is None:
        return []
    if type(value) is dict:
        entries = sorted(value.items())
    elif type(value) is list:
        entries = [pair for entry in value if (pair := _pair(entry)) is not None]
    else:
        reject(value, path, report, "expected an object")
        return []
    pairs: list[Pair] = []
    seen: set[str | None] = set()
    for key, item in entries:
        name = key if type(key) is str and is_tag_key(key) else _key_text(key)
        if name in _RESERVED or (name and name in seen):
            continue
        if len(pairs) == TAGS:
            report.shortened(path, len(value))
            break
        seen.add(name)
        place = (path, len(pairs))
        fitted = name if name and is_tag_key(name) else _fit_key(name, (place, 0), report)
        pairs.append(
            [fitted, item if _is_plain_value(item) else _fit_value(item, (place, 1), report)]
        )
    return pairs


def _is_plain_value(item: Any) -> bool:
    return (
        type(item) is str
        and 0 < len(item) <= TAG_VALUE
        and "\n" not in item
        and item == item.strip()
    )


def take_environment(pairs: list[Pair]) -> Any:
    """Takes the tag `environment` out and answers what it said."""
    for index, pair in enumerate(pairs):
        if pair[0] == "environment":
            return pairs.pop(index)[1]
    return None


def set_tag(pairs: list[Pair], key: str, value: str) -> None:
    """Add a tag that the event itself implies, unless the client says otherwise."""
    for pair in pairs:
        if pair[0] == key:
            return
    pairs.append([key, value])


def _pair(entry: Any) -> tuple[Any, Any] | None:
    if isinstance(entry, list) and len(entry) == len(("key", "value")):
        return entry[0], entry[1]
    if isinstance(entry, dict) and "key" in entry:
        return entry["key"], entry.get("value")
    return None


def is_tag_key(key: str) -> bool:
    """True for what a tag may be called."""
    return _has_key_form(key) if len(key) <= TAG_KEY else False


@lru_cache(maxsize=TAG_KEYS_KEPT)
def _has_key_form(key: str) -> bool:
    return bool(key) and _KEY_CHARACTERS.issuperset(key)


def _key_text(key: Any) -> str | None:
    if not isinstance(key, (str, int, float)):
        return None
    return primitive_text(key).strip().replace(" ", "-")


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
