"""Memory addresses and debug ids of native code, in the one spelling that look-ups use."""

import re
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any
from uuid import UUID

from urgentry.ingest.normalize.fields import (
    MAX_U64,
    fitted_by,
    reject,
)
from urgentry.ingest.normalize.limits import DEBUG_IDS_KEPT
from urgentry.ingest.normalize.plain import Objects
from urgentry.ingest.normalize.report import Path, Report

_DEBUG_ID = re.compile(
    r"([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})"
    r"(?:-?([0-9a-f]{1,8}))?"
)
# A debug id with its dashes and an age.
LONGEST_DEBUG_ID = 45


def fit_address(value: Any, path: Path, report: Report) -> Any:
    """As lower-case hexadecimal digits without leading zeros."""
    if type(value) is str:
        try:
            number = _number(value)
        except ValueError:
            return reject(value, path, report, "invalid digit found in string")
    elif type(value) is int:
        number = value
    else:
        return reject(value, path, report, "expected an address")
    return hex(number) if 0 <= number <= MAX_U64 else reject(value, path, report)


def _number(text: str) -> int:
    try:
        return int(text, 0)  # by its prefix
    except ValueError:
        return int(text)  # decimal with leading zeros


def spell_addresses(holders: Objects, name: str, path: Path, report: Report) -> None:
    """Fit this member of all objects that have it, all of them texts."""
    having = [holder for holder in holders if name in holder]
    if not having:
        return
    try:
        numbers = list(map(int, map(itemgetter(name), having), repeat(0)))
    except ValueError:
        numbers = [-1]
    if min(numbers) >= 0 and max(numbers) <= MAX_U64:
        for holder, spelled in zip(having, map(hex, numbers), strict=True):
            holder[name] = spelled
        return
    for index, holder in enumerate(holders):
        if name in holder:
            holder[name] = fit_address(holder[name], ((path, index), name), report)


def fit_debug_id(value: Any, path: Path, report: Report) -> Any:
    if type(value) is str and len(value) <= LONGEST_DEBUG_ID and (found := spelled_debug_id(value)):
        return found
    return reject(value, path, report, "invalid debug identifier")


@lru_cache(maxsize=DEBUG_IDS_KEPT)
def spelled_debug_id(value: str) -> str | None:
    """Lower case, with dashes, and an age only where it is not 0; None for what is no debug id."""
    match = _DEBUG_ID.fullmatch(value.lower())
    if match is None:
        return None
    *parts, age = match.groups()
    age = (age or "").lstrip("0")
    return "-".join([*parts, age] if age else parts)


def _fit_uuid(value: Any, path: Path, report: Report) -> Any:
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError):
        return reject(value, path, report, "invalid UUID")


def _fit_code_id(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not str:
        return reject(value, path, report, "expected a string")
    return value.lower()


ADDRESS = fitted_by(fit_address)
DEBUG_ID = fitted_by(fit_debug_id)
UUID_TEXT = fitted_by(_fit_uuid)
CODE_ID = fitted_by(_fit_code_id)
