"""The threads of a process at the moment of the event."""

from typing import Any

from urgentry.ingest.normalize.exceptions import fit_thread_id
from urgentry.ingest.normalize.fields import (
    FLAG,
    fit_fields,
    fit_member,
    fit_struct,
    fitted_by,
    members,
    reject,
    text,
)
from urgentry.ingest.normalize.frames import LOCK
from urgentry.ingest.normalize.limits import SUMMARY, THREADS
from urgentry.ingest.normalize.plain import json_value, plain_object
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.stacktraces import PLAIN_STACKTRACE, RAW_STACKTRACE, STACKTRACE
from urgentry.ingest.normalize.values import fit_values, read_values

_LOCK = fit_struct(LOCK)


def _fit_locks(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    return {name: fit_member(lock, _LOCK, (path, name), report) for name, lock in value.items()}


_THREAD = {
    "id": fitted_by(fit_thread_id),
    "name": text(*SUMMARY),
    "stacktrace": STACKTRACE,
    "raw_stacktrace": RAW_STACKTRACE,
    **members(FLAG, "crashed current main"),
    "state": text(),
    "held_locks": fitted_by(_fit_locks),
}

PLAIN_THREAD = plain_object(
    _THREAD,
    {
        "id": json_value(0),
        "stacktrace": PLAIN_STACKTRACE,
        "held_locks": json_value(2),
    },
)


def fit_threads(value: Any, path: Path, report: Report) -> Any:
    """`{"values": […]}`, or null when there is none."""
    listed = [entry for entry in read_values(value, path, report) or () if entry is not None]
    if not listed:
        return None
    if len(listed) > THREADS:
        report.shortened((path, "values"), len(listed))
        listed = listed[:THREADS]
    fitted = fit_values(listed, _fit_thread, path, report)
    return {"values": fitted} if any(fitted) else None


def _fit_thread(entry: dict[str, Any], path: Path, report: Report) -> dict[str, Any]:
    return fit_fields(entry, _THREAD, path, report)
