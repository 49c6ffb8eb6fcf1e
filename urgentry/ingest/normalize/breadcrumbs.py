"""What happened before the event: at most the 100 newest breadcrumbs."""

from typing import Any

from urgentry.ingest.normalize.bags import are_small, bag, is_small
from urgentry.ingest.normalize.fields import (
    Field,
    fit_fields,
    fitted_by,
    reject,
    text,
)
from urgentry.ingest.normalize.levels import LEVELS, read_level
from urgentry.ingest.normalize.limits import BREADCRUMB_DATA, BREADCRUMBS, ENUMERATION, MESSAGE
from urgentry.ingest.normalize.plain import plain_list
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.timestamps import (
    as_micros,
    as_seconds,
    fit_timestamp,
    parse_timestamp,
)
from urgentry.ingest.normalize.values import fit_values, read_values


def _fit_level(value: Any, path: Path, report: Report) -> Any:
    if type(value) is str and value in LEVELS:
        return value
    return read_level(value) or reject(value, path, report, "invalid level")


def _fields(shift: int) -> dict[str, Field]:
    """The members of a breadcrumb whose clock is off by `shift` µs."""

    def fit_shifted(value: Any, path: Path, report: Report) -> Any:
        return fit_timestamp(value, path, report, shift)

    return _BREADCRUMB | {"timestamp": fitted_by(fit_shifted)}


_BREADCRUMB = {
    "timestamp": fitted_by(fit_timestamp),
    "type": text(ENUMERATION),
    "category": text(ENUMERATION),
    "level": fitted_by(_fit_level),
    "message": text(*MESSAGE),
    "data": bag(*BREADCRUMB_DATA, objects_only=True),
    "event_id": text(ENUMERATION),
}
_read_plain = plain_list(_BREADCRUMB, {"timestamp": Any, "level": str, "data": Any})


def fit_breadcrumbs(value: Any, shift: int, path: Path, report: Report) -> Any:
    """`{"values": […]}`, or null when there is none; `shift` (µs) corrects the client's clock."""
    listed = [entry for entry in read_values(value, path, report) or () if entry is not None]
    if not listed:
        return None
    if len(listed) > BREADCRUMBS:
        report.shortened((path, "values"), len(listed))
        listed = listed[-BREADCRUMBS:]
    plain = _read_plain(listed)
    if plain is not None and _finish(plain, shift):
        return {"values": plain}
    fields = _fields(shift) if shift else _BREADCRUMB

    def fit(entry: dict[str, Any], at: Path, report: Report) -> dict[str, Any]:
        fitted = fit_fields(entry, fields, at, report)
        _fill(fitted)
        return fitted

    return {"values": fit_values(listed, fit, path, report)}


def _finish(plain: list[dict[str, Any]], shift: int) -> bool:
    """Read the times and levels in place; False where one is wrong or the data has to be cut."""
    if not _are_sound([entry["data"] for entry in plain if "data" in entry]):
        return False
    for entry in plain:
        if "timestamp" in entry:
            try:
                seconds = parse_timestamp(entry["timestamp"])
            except ValueError:
                return False
            entry["timestamp"] = as_seconds(as_micros(seconds) + shift) if shift else seconds
        level = entry.get("level")
        if level not in LEVELS and level is not None:
            entry["level"] = level = read_level(level)
            if level is None:
                return False
        if not entry.get("type"):
            entry["type"] = "default"
        if level is None:
            entry["level"] = "info"
    return True


def _are_sound(bags: list[Any]) -> bool:
    """True proves that each is an object, not empty and within the limits."""
    for data in bags:
        if type(data) is not dict or not data:
            return False
    return are_small(bags, *BREADCRUMB_DATA) or all(
        is_small(data, *BREADCRUMB_DATA) for data in bags
    )


def _fill(entry: dict[str, Any]) -> None:
    if not entry.get("type"):
        entry["type"] = "default"
    if not entry.get("level"):
        entry["level"] = "info"
