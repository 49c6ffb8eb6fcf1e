"""What an issue list shows of an event: type, title, culprit, metadata, location (spec §11).

Called after grouping, since titles use trimmed function names and in-app frames that it prepared.
"""

from typing import Any, Final

import msgspec

from urgentry.grouping.crash_frame import crash_frame
from urgentry.grouping.culprit import culprit_of
from urgentry.grouping.fingerprints.variables import message_of
from urgentry.grouping.flags import RELEASED
from urgentry.grouping.functions import trim_function
from urgentry.grouping.outcome import Grouping
from urgentry.grouping.strategies import normalized_blocked_uri
from urgentry.grouping.values import items_of, object_of, text_of

_UNKNOWN_FUNCTIONS: Final = frozenset({"<redacted>", "<unknown>"})
_TYPE_CHARS: Final = 128
_VALUE_CHARS: Final = 1024
_TITLE_CHARS: Final = 256
_REPORT_TYPES: Final = ("csp", "hpkp", "expectct", "expectstaple")
_UNLABELED: Final = "<unlabeled event>"

Metadata = dict[str, str]


class Description(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    title: str
    culprit: str
    metadata: Metadata
    location: str | None
    search_text: str


def describe(event: dict[str, Any], grouping: Grouping) -> Description:
    kind = event_type(event)
    metadata = metadata_of(event, kind)
    title_chars = RELEASED[grouping.config].title_chars
    title = grouping.title or title_of(metadata, kind, title_chars=title_chars)
    if grouping.title:
        metadata["title"] = grouping.title
    if grouping.in_app_frame_mix:
        metadata["in_app_frame_mix"] = grouping.in_app_frame_mix
    culprit = culprit_of(event)
    return Description(
        type=kind,
        title=title,
        culprit=culprit,
        metadata=metadata,
        location=_location(metadata, kind),
        search_text=_search_text(event, metadata, culprit),
    )


def event_type(event: dict[str, Any]) -> str:
    """An explicit type, `error` where there are exceptions, the report's, else `default`."""
    explicit = text_of(event, "type")
    if explicit:
        return explicit
    if items_of(event, "exception"):
        return "error"
    return next((name for name in _REPORT_TYPES if object_of(event, name)), "default")


def metadata_of(event: dict[str, Any], kind: str) -> Metadata:
    if kind == "error":
        return _error_metadata(event)
    if kind in _REPORT_TYPES:
        return _report_metadata(event, kind)
    if kind == "feedback":
        return _feedback_metadata(event)
    if kind == "transaction":
        return _transaction_metadata(event)
    logentry = object_of(event, "logentry")
    message = text_of(logentry, "formatted") or text_of(logentry, "message") or ""
    metadata = {"title": cut(_first_line(message), _TITLE_CHARS) or _UNLABELED}
    if kind == "nel" and (url := text_of(object_of(event, "request"), "url")):
        metadata["uri"] = url
    return metadata


def title_of(metadata: Metadata, kind: str, *, title_chars: int) -> str:
    if kind != "error":
        return cut(metadata.get("title") or metadata.get("message") or _UNLABELED, title_chars)
    name = metadata.get("type")
    if name is None:
        return metadata.get("function") or "<unknown>"
    value = cut(_first_line(metadata.get("value", "")), title_chars)
    return f"{name}: {value}" if value else name


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last three `...` where something is missing."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0].rstrip()


def _error_metadata(event: dict[str, Any]) -> Metadata:
    exceptions = items_of(event, "exception")
    exception = _main_exception(event, exceptions)
    metadata = {"value": cut(text_of(exception, "value") or "", _VALUE_CHARS)}
    if not object_of(exception, "mechanism").get("synthetic"):
        metadata["type"] = cut(text_of(exception, "type") or "Error", _TYPE_CHARS)
    frame = crash_frame(event, among=_has_name)
    if filename := text_of(frame, "filename") or text_of(frame, "abs_path"):
        metadata["filename"] = filename
    if function := text_of(frame, "function"):
        platform = text_of(frame, "platform") or text_of(event, "platform")
        raw = text_of(frame, "raw_function")
        metadata["function"] = function if raw else trim_function(function, platform)
    return metadata


def _main_exception(event: dict[str, Any], exceptions: list[dict[str, Any]]) -> dict[str, Any]:
    main = event.get("main_exception_id")
    if main is not None:
        for exception in exceptions:
            if object_of(exception, "mechanism").get("exception_id") == main:
                return exception
    return exceptions[-1] if exceptions else {}


def _has_name(frame: dict[str, Any]) -> bool:
    name = text_of(frame, "function")
    return bool(name) and name not in _UNKNOWN_FUNCTIONS


def _report_metadata(event: dict[str, Any], kind: str) -> Metadata:
    report = object_of(event, kind)
    message = message_of(event) or text_of(event, "message") or ""
    metadata = {"message": message}
    if kind == "csp":
        metadata["directive"] = text_of(report, "effective_directive") or ""
        metadata["uri"] = normalized_blocked_uri(text_of(report, "blocked_uri") or "")
    else:
        metadata["origin"] = text_of(report, "hostname") or ""
    return metadata


def _feedback_metadata(event: dict[str, Any]) -> Metadata:
    feedback = object_of(event, "contexts", "feedback")
    names = ("contact_email", "message", "name", "source")
    return {name: value for name in names if (value := text_of(feedback, name)) is not None}


def _transaction_metadata(event: dict[str, Any]) -> Metadata:
    transaction = text_of(event, "transaction") or "<unlabeled transaction>"
    described = text_of(object_of(event, "contexts", "trace"), "description")
    return {"title": described or transaction, "location": transaction}


def _location(metadata: Metadata, kind: str) -> str | None:
    if kind == "error":
        return metadata.get("filename")
    if kind in (*_REPORT_TYPES, "nel"):
        return metadata.get("uri") or metadata.get("origin")
    return metadata.get("location")


def _search_text(event: dict[str, Any], metadata: Metadata, culprit: str) -> str:
    """The message, then what of metadata and culprit it does not hold already."""
    logentry = object_of(event, "logentry")
    text = text_of(logentry, "formatted") or text_of(logentry, "message") or ""
    for value in (*metadata.values(), culprit):
        if value and value not in text:
            text = f"{text} {value}" if text else value
    return text
