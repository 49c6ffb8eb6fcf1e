"""What happened before the event: at most the 100 newest breadcrumbs."""

from datetime import datetime
from operator import itemgetter
from typing import Any

from urgentry.ingest.normalize.bags import are_each_small, bag
from urgentry.ingest.normalize.fields import (
    ABSENT,
    Field,
    Fit,
    fit_fields,
    fitted_by,
    reject,
    text,
)
from urgentry.ingest.normalize.levels import LEVELS, PLAIN_LEVEL, read_level
from urgentry.ingest.normalize.limits import BREADCRUMB_DATA, BREADCRUMBS, ENUMERATION, MESSAGE
from urgentry.ingest.normalize.plain import (
    Objects,
    json_bag,
    list_reader,
    nonempty_text,
    plain_object,
)
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.timestamps import (
    FIRST_SECOND,
    LAST_SECOND,
    PLAIN_TIME,
    bounded,
    fit_timestamp,
    shifted,
)
from urgentry.ingest.normalize.values import fit_values, read_values


def _fit_level(value: Any, path: Path, report: Report) -> Any:
    if type(value) is str and value in LEVELS:
        return value
    return read_level(value) or reject(value, path, report, "invalid level")


_DATA = bag(*BREADCRUMB_DATA, objects_only=True)


def _fields(shift: int) -> dict[str, Field]:
    """The members of a breadcrumb whose clock is off by `shift` µs."""

    def fit_shifted(value: Any, path: Path, report: Report) -> Any:
        return fit_timestamp(value, path, report, shift)

    return _BREADCRUMB | {"timestamp": fitted_by(fit_shifted)}


_BREADCRUMB = {
    "type": text(ENUMERATION),
    "category": text(ENUMERATION),
    "level": fitted_by(_fit_level),
    "message": text(*MESSAGE),
    "data": _DATA,
    "timestamp": fitted_by(fit_timestamp),
    "event_id": text(ENUMERATION),
}
_PLAIN = {
    "timestamp": PLAIN_TIME,
    "type": nonempty_text(ENUMERATION),
    "level": PLAIN_LEVEL,
    "data": json_bag(BREADCRUMB_DATA[0]),
}
PLAIN_BREADCRUMB = plain_object(_BREADCRUMB, _PLAIN)
_read_plain = list_reader(_BREADCRUMB, _PLAIN)


def fit_breadcrumbs(value: Any, shift: int, path: Path, report: Report) -> Any:
    """`{"values": […]}`, or null when there is none; `shift` (µs) corrects the client's clock."""
    listed: Any = read_values(value, path, report) or ()
    if type(listed) is not tuple:
        listed = [entry for entry in listed if entry is not None]
    if not listed:
        return None
    if len(listed) > BREADCRUMBS:
        report.shortened((path, "values"), len(listed))
        listed = listed[-BREADCRUMBS:]
    plain = listed if type(listed) is tuple else _read_plain(listed)
    if plain is None:
        return {"values": fit_values(listed, _fit_in_time(shift), path, report)}
    _finish(plain, shift)
    bags = [entry["data"] for entry in plain if "data" in entry]
    if bags and not are_each_small(bags, BREADCRUMB_DATA[1]):
        _fit_each_data(plain, (path, "values"), report)
    return {"values": list(plain)}


def _fit_in_time(shift: int) -> Fit:
    fields = _fields(shift) if shift else _BREADCRUMB

    def fit(entry: dict[str, Any], at: Path, report: Report) -> dict[str, Any]:
        fitted = fit_fields(entry, fields, at, report)
        _fill(fitted)
        return fitted

    return fit


def _finish(plain: Objects, shift: int) -> None:
    """What the type does not say: times in seconds, levels by their present name, defaults."""
    for entry in plain:
        moment = entry.get("timestamp")
        if type(moment) is datetime:
            seconds = moment.timestamp()
            if not FIRST_SECOND <= seconds <= LAST_SECOND:
                seconds = bounded(seconds)
            entry["timestamp"] = moment = seconds
        if shift and moment is not None:
            entry["timestamp"] = shifted(moment, shift)
        if "type" not in entry:
            entry["type"] = "default"
        if "level" not in entry:
            entry["level"] = "info"
    if not LEVELS.issuperset(map(_level_of, plain)):
        for entry in plain:
            entry["level"] = read_level(entry["level"])


_level_of = itemgetter("level")


def _fit_each_data(plain: Objects, path: Path, report: Report) -> None:
    for index, entry in enumerate(plain):
        if "data" in entry:
            fitted = _DATA[2](entry["data"], ((path, index), "data"), report)
            if fitted is ABSENT:
                del entry["data"]
            else:
                entry["data"] = fitted


def _fill(entry: dict[str, Any]) -> None:
    if not entry.get("type"):
        entry["type"] = "default"
    if not entry.get("level"):
        entry["level"] = "info"
