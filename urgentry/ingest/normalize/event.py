"""The event as a whole: which attribute is normalised when, because some look at others.

`normalize_event` is the one entry, called by the item modules after parsing and before filters and
grouping. The result is Sentry's event JSON, what `/events/{id}/json/` answers.
"""

from typing import Any

from urgentry.ingest.normalize.attributes import ATTRIBUTES, ERROR_ORDER
from urgentry.ingest.normalize.bags import fit_bag
from urgentry.ingest.normalize.breadcrumbs import fit_breadcrumbs
from urgentry.ingest.normalize.exceptions import fit_exceptions, takes_stacktrace
from urgentry.ingest.normalize.fields import fit_fields, fit_member, fitted_by
from urgentry.ingest.normalize.levels import read_level
from urgentry.ingest.normalize.limits import ERRORS, UNTYPED
from urgentry.ingest.normalize.logentry import fit_logentry
from urgentry.ingest.normalize.logger import fit_logger
from urgentry.ingest.normalize.names import canonical_names, reject_unknown
from urgentry.ingest.normalize.receipt import NormalizeContext
from urgentry.ingest.normalize.release import fit_dist, fit_environment, fit_release
from urgentry.ingest.normalize.report import ROOT, Report, at
from urgentry.ingest.normalize.requests import fit_request
from urgentry.ingest.normalize.sdk import fit_sdk
from urgentry.ingest.normalize.spans import fit_spans
from urgentry.ingest.normalize.stacktraces import STACKTRACE
from urgentry.ingest.normalize.surroundings import surround
from urgentry.ingest.normalize.threads import fit_threads
from urgentry.ingest.normalize.timestamps import Clock, as_seconds, fit_timestamp, read_clock
from urgentry.ingest.normalize.user import fit_user
from urgentry.ingest.normalize.values import read_values

Event = dict[str, Any]

_PLATFORM_NAMES = (
    "as3 c cfml cocoa csharp elixir go groovy haskell java javascript native node objc other perl "
    "php python ruby"
)
PLATFORMS = frozenset(_PLATFORM_NAMES.split())
PROTOCOL_VERSION = "7"
FIELDS = ATTRIBUTES | {
    "release": fitted_by(fit_release),
    "dist": fitted_by(fit_dist),
    "environment": fitted_by(fit_environment),
    "sdk": fitted_by(fit_sdk),
    "logentry": fitted_by(fit_logentry),
    "request": fitted_by(fit_request),
    "user": fitted_by(fit_user),
}
_HONOURED_TYPES = frozenset({"transaction", "feedback", "generic"})


def normalize_event(payload: Event, context: NormalizeContext) -> Event:
    """The payload in Sentry's stored form. Takes the payload over; never refuses it.

    What does not fit is null or cut, told in `_meta` and `errors`. The same payload and context
    always give the same event.
    """
    report = Report(payload.pop("_meta", None))
    canonical_names(payload)
    clock = read_clock(payload.get("timestamp"), context, report)
    event = fit_fields(payload, FIELDS, ROOT, report)
    _place(event, payload, context, report)
    _describe(event, payload, clock, report)
    _fit_failure(event, payload, clock.shift, report)
    surround(event, payload.get("contexts"), payload.get("tags"), context, report)
    event["type"] = _type_of(payload, event)
    event["level"] = _fit_level(payload.get("level"), event["type"], report)
    reject_unknown(payload, event, report)
    attach_report(event, payload.get("errors"), report)
    return event


def _place(event: Event, payload: Event, context: NormalizeContext, report: Report) -> None:
    """Who and where: the ids that the server gives."""
    given = payload.get("event_id")
    if given is not None and given != context.event_id and not is_event_id(given):
        report.reject(at("event_id"), _why_not_event_id(given), original=given)
    event["event_id"] = context.event_id
    event["project"] = context.project_id
    event["key_id"] = context.key_id
    event["version"] = PROTOCOL_VERSION
    event["received"] = as_seconds(context.received)


def _describe(event: Event, payload: Event, clock: Clock, report: Report) -> None:
    """When it was, on what it ran and who logged it."""
    event["timestamp"] = as_seconds(clock.timestamp)
    if payload.get("start_timestamp") is not None:
        event["start_timestamp"] = fit_timestamp(
            payload["start_timestamp"], at("start_timestamp"), report, clock.shift
        )
    platform = payload.get("platform")
    platform = platform if type(platform) is str and platform in PLATFORMS else "other"
    event["platform"] = platform
    event["logger"] = fit_logger(payload.get("logger"), platform, at("logger"), report)
    if not event["logger"] and "csp" in event:
        event["logger"] = "csp"


def _fit_failure(event: Event, payload: Event, shift: int, report: Report) -> None:
    """What went wrong: exceptions, threads, stack trace, and the way there."""
    stacktrace = payload.get("stacktrace")
    if payload.get("exception") is not None:
        moves = stacktrace is not None and _moves(payload["exception"])
        exception = fit_exceptions(
            payload["exception"], stacktrace if moves else None, at("exception"), report
        )
        if exception is not None or "exception" in report.tree:
            event["exception"] = exception
        stacktrace = None if moves else stacktrace
    if stacktrace is not None:
        event["stacktrace"] = fit_member(stacktrace, STACKTRACE, at("stacktrace"), report)
    if payload.get("threads") is not None:
        threads = fit_threads(payload["threads"], at("threads"), report)
        _set_if_told(event, "threads", threads, report)
    for name, fit in _SHIFTED:
        if payload.get(name) is not None:
            _set_if_told(event, name, fit(payload[name], shift, at(name), report), report)


_SHIFTED = (("breadcrumbs", fit_breadcrumbs), ("spans", fit_spans))


def _set_if_told(event: Event, name: str, fitted: Any, report: Report) -> None:
    """An attribute without anything in it is left out, or null where something was wrong."""
    if fitted is not None or name in report.tree:
        event[name] = fitted


def _moves(exception: Any) -> bool:
    """True where the event's own stack trace belongs to its only exception."""
    return takes_stacktrace(read_values(exception, ROOT, Report()) or [])


def _type_of(payload: Event, event: Event) -> str:
    given = payload.get("type")
    if type(given) is str and given in _HONOURED_TYPES:
        return given
    exception = event.get("exception")
    if exception and exception["values"]:
        return "error"
    return "csp" if event.get("csp") else "default"


def _fit_level(value: Any, kind: str, report: Report) -> str:
    level = None if value is None else read_level(value)
    if level is None and value is not None:
        report.reject(at("level"), "invalid level", original=value)
    return level or ("info" if kind == "transaction" else "error")


def attach_report(event: Event, given: Any, report: Report) -> None:
    """Set `_meta` and `errors`: those that the client found before ours."""
    errors = report.errors(ERROR_ORDER) if report.tree else []
    if type(given) is list:
        told = [error for error in given[:ERRORS] if isinstance(error, dict)]
        errors = fit_bag(told, *UNTYPED, at("errors"), report) + errors
    if errors:
        event["errors"] = errors
    if report.tree:
        event["_meta"] = report.tree


def is_event_id(value: Any) -> bool:
    compact = value.replace("-", "") if type(value) is str else ""
    return len(compact) == len("0" * 32) and not compact.strip("0123456789abcdefABCDEF")


def _why_not_event_id(value: Any) -> str:
    if type(value) is not str:
        return "expected an event id"
    for index, character in enumerate(value):
        if character not in "0123456789abcdefABCDEF-":
            return f"invalid character: found `{character}` at {index}"
    return "invalid length"
