"""The chain of exceptions, oldest cause first, the one that was caught last."""

import re
from typing import Any

from urgentry.ingest.normalize.fields import (
    fit_fields,
    fit_member,
    fitted_by,
    json_text,
    lenient_text,
    text,
)
from urgentry.ingest.normalize.limits import ENUMERATION, EXCEPTIONS, MESSAGE, SYMBOL
from urgentry.ingest.normalize.mechanism import MECHANISM, PLAIN_MECHANISM
from urgentry.ingest.normalize.plain import NEVER, WHOLE, Objects, nonempty_text, plain_object
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.stacktraces import (
    PLAIN_STACKTRACE,
    RAW_STACKTRACE,
    STACKTRACE,
    finish_stacktrace,
)
from urgentry.ingest.normalize.values import fit_values, read_values


def fit_thread_id(value: Any, path: Path, report: Report) -> Any:
    """Threads are numbered by most platforms and named by some."""
    if type(value) is int:
        return value
    return fit_member(value, _THREAD_NAME, path, report)


_THREAD_NAME = lenient_text(ENUMERATION)
_TYPE_AND_VALUE = re.compile(r"(\w+):(?!:)\s*(.*)", re.DOTALL)
_OLD_STACKTRACE = "sentry.interfaces.Stacktrace"
_EXCEPTION = {
    "type": text(*SYMBOL),
    "value": json_text(*MESSAGE),
    "module": text(*SYMBOL),
    "stacktrace": STACKTRACE,
    "raw_stacktrace": RAW_STACKTRACE,
    "thread_id": fitted_by(fit_thread_id),
    "mechanism": MECHANISM,
}

PLAIN_EXCEPTION = plain_object(
    _EXCEPTION,
    {
        "type": nonempty_text(sum(SYMBOL)),
        "stacktrace": PLAIN_STACKTRACE,
        "thread_id": WHOLE | nonempty_text(ENUMERATION),
        "mechanism": PLAIN_MECHANISM,
        _OLD_STACKTRACE: NEVER,
    },
    required="type",
)


def finish_exceptions(listed: Objects, path: Path, report: Report) -> dict[str, Any]:
    """Of plain ones, what their type does not say."""
    for index, entry in enumerate(listed):
        if "stacktrace" in entry:
            place = (((path, "values"), index), "stacktrace")
            finish_stacktrace(entry["stacktrace"], place, report)
        mechanism = entry.get("mechanism")
        if mechanism and ("data" in mechanism or "meta" in mechanism):
            place = (((path, "values"), index), "mechanism")
            entry["mechanism"] = fit_member(mechanism, MECHANISM, place, report)
    return {"values": list(listed)}


def fit_exceptions(value: Any, stacktrace: Any, path: Path, report: Report) -> Any:
    """`{"values": […]}`; a stack trace of the event itself goes to a lone exception without one."""
    listed = read_values(value, path, report)
    if listed is None:
        return None
    if len(listed) > EXCEPTIONS:
        report.shortened((path, "values"), len(listed))
        half = EXCEPTIONS // 2
        listed = listed[:half] + listed[-half:]
    if takes_stacktrace(listed) and stacktrace is not None:
        listed[0]["stacktrace"] = stacktrace
    return {"values": fit_values(listed, _fit_exception, path, report)} if listed else None


def takes_stacktrace(listed: list[Any]) -> bool:
    """True for one exception that came without a stack trace."""
    return (
        len(listed) == 1
        and type(listed[0]) is dict
        and not listed[0].get("stacktrace")
        and not listed[0].get(_OLD_STACKTRACE)
    )


def _fit_exception(entry: dict[str, Any], path: Path, report: Report) -> Any:
    legacy = entry.pop(_OLD_STACKTRACE, None)
    if legacy is not None and entry.get("stacktrace") is None:
        entry["stacktrace"] = legacy
    value = entry.get("value")
    if not entry.get("type") and type(value) is str:
        match = _TYPE_AND_VALUE.fullmatch(value)
        if match:
            entry["type"], entry["value"] = match.groups()
    fitted = fit_fields(entry, _EXCEPTION, path, report)
    if fitted.get("type") is None and fitted.get("value") is None:
        return _reject_empty(fitted, path, report)
    return fitted


def _reject_empty(fitted: dict[str, Any], path: Path, report: Report) -> None:
    shown = {key: fitted.get(key) for key in _EXCEPTION}
    report.reject(path, kind="missing_attribute", attribute="type or value", original=shown)
