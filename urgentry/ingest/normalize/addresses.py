"""Memory addresses and debug ids of native code, in the one spelling that look-ups use."""

import re
from typing import Any
from uuid import UUID

from urgentry.ingest.normalize.fields import (
    MAX_U64,
    fitted_by,
    reject,
)
from urgentry.ingest.normalize.report import Path, Report

_DEBUG_ID = re.compile(
    r"([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})"
    r"(?:-?([0-9a-f]{1,8}))?",
    re.IGNORECASE,
)


def _fit_address(value: Any, path: Path, report: Report) -> Any:
    if type(value) is str:
        try:
            number = int(value, 16 if value.startswith(("0x", "0X")) else 10)
        except ValueError:
            return reject(value, path, report, "invalid digit found in string")
    elif type(value) is int:
        number = value
    else:
        return reject(value, path, report, "expected an address")
    return hex(number) if 0 <= number <= MAX_U64 else reject(value, path, report)


def _fit_debug_id(value: Any, path: Path, report: Report) -> Any:
    match = _DEBUG_ID.fullmatch(value) if type(value) is str else None
    if match is None:
        return reject(value, path, report, "invalid debug identifier")
    *parts, age = match.groups()
    identifier = "-".join(parts).lower()
    age = (age or "").lstrip("0").lower()
    return f"{identifier}-{age}" if age else identifier


def _fit_uuid(value: Any, path: Path, report: Report) -> Any:
    try:
        return str(UUID(value))
    except (ValueError, AttributeError, TypeError):
        return reject(value, path, report, "invalid UUID")


def _fit_code_id(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not str:
        return reject(value, path, report, "expected a string")
    return value.lower()


ADDRESS = fitted_by(_fit_address)
DEBUG_ID = fitted_by(_fit_debug_id)
UUID_TEXT = fitted_by(_fit_uuid)
CODE_ID = fitted_by(_fit_code_id)
