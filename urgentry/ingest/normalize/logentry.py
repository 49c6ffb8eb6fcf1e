"""The message of an event: template, parameters and the text that people read."""

import re
from typing import Any

from urgentry.ingest.normalize.bags import bag
from urgentry.ingest.normalize.fields import (
    ABSENT,
    as_json,
    cut,
    fit_fields,
    primitive_text,
)
from urgentry.ingest.normalize.limits import LOG_PARAMS, MESSAGE
from urgentry.ingest.normalize.report import Path, Report

# Every repetition is bounded, or a hostile message could keep the matcher busy for hours.
_PERCENT = re.compile(r"%(?:\((?P<name>[^()]{0,200})\))?[-+ #0]{0,5}\d{0,5}(?:\.\d{1,5})?[a-zA-Z%]")
_BRACES = re.compile(r"\{(?P<name>[^{}:!]{0,200})(?:[:!][^{}]{0,200})?\}")


def _fit_message(value: Any, path: Path, report: Report) -> Any:
    if not isinstance(value, (str, int, float)):
        report.reject(path, "expected a primitive value", original=value)
        return None
    return primitive_text(value)


_FIELDS = {
    "message": (str, None, _fit_message),
    "formatted": (str, None, _fit_message),
    "params": bag(*LOG_PARAMS),
}


def fit_logentry(value: Any, path: Path, report: Report) -> Any:
    """`{message, formatted, params}` from an object, or from the text alone."""
    if isinstance(value, (str, int, float)):
        value = {"message": value}
    elif type(value) is not dict:
        report.reject(path, "expected an object", original=value)
        return None
    entry = fit_fields(value, _FIELDS, path, report)
    _format(entry)
    if not entry.get("formatted"):
        if not entry.get("params"):
            return ABSENT
        report.reject(path, "no message present", original=value)
        return None
    limit, allowance = MESSAGE
    for key in ("message", "formatted"):
        if entry.get(key):
            entry[key] = cut(entry[key], limit, (path, key), report, allowance)
    return entry


def _format(entry: dict[str, Any]) -> None:
    """Fill in `formatted`, and drop a template that says nothing more than it."""
    message = entry.get("message")
    if message is not None and not entry.get("formatted"):
        entry["formatted"] = _interpolate(message, entry.get("params"))
    if message is not None and message == entry["formatted"]:
        del entry["message"]


def _interpolate(message: str, params: Any) -> str:
    if not params or not isinstance(params, (dict, list)):
        return message
    pattern = _PERCENT if "%" in message else _BRACES
    following = iter(params if isinstance(params, list) else ())

    def replacement(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        return _parameter(match["name"], params, following, match[0])

    # What lies beyond the limit would be cut off again, at a price that the sender sets.
    return pattern.sub(replacement, message[: sum(MESSAGE)])


def _parameter(name: str | None, params: Any, following: Any, otherwise: str) -> str:
    if isinstance(params, dict):
        value = params.get(name or "", otherwise)
    elif name and name.isdecimal():
        value = params[int(name)] if int(name) < len(params) else otherwise
    else:
        value = next(following, otherwise)
    return primitive_text(value) if isinstance(value, (str, int, float)) else as_json(value)
