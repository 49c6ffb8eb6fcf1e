"""What happened before the event: at most the 100 newest breadcrumbs."""

from typing import Any

from urgentry.ingest.normalize.bags import bag
from urgentry.ingest.normalize.fields import (
    Field,
    fit_fields,
    fitted_by,
    reject,
    text,
)
from urgentry.ingest.normalize.levels import LEVELS, read_level
from urgentry.ingest.normalize.limits import BREADCRUMB_DATA, BREADCRUMBS, ENUMERATION, MESSAGE
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.timestamps import fit_timestamp
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


def fit_breadcrumbs(value: Any, shift: int, path: Path, report: Report) -> Any:
    """`{"values": […]}`, or null when there is none; `shift` (µs) corrects the client's clock."""
    listed = [entry for entry in read_values(value, path, report) or () if entry is not None]
    if not listed:
        return None
    if len(listed) > BREADCRUMBS:
        report.shortened((path, "values"), len(listed))
        listed = listed[-BREADCRUMBS:]
    fields = _fields(shift) if shift else _BREADCRUMB

    def fit(entry: dict[str, Any], at: Path, report: Report) -> dict[str, Any]:
        fitted = fit_fields(entry, fields, at, report)
        if not fitted.get("type"):
            fitted["type"] = "default"
        if not fitted.get("level"):
            fitted["level"] = "info"
        return fitted

    return {"values": fit_values(listed, fit, path, report)}
