"""The event as a whole: which attribute is normalised when, because some look at others.

`normalize_event` is the one entry, called by the item modules after parsing and before filters and
grouping. The result is Sentry's event JSON, what `/events/{id}/json/` answers.
"""

from typing import Any

from urgentry.ingest.normalize.attributes import ATTRIBUTES, ERROR_ORDER
from urgentry.ingest.normalize.bags import fit_bag
from urgentry.ingest.normalize.breadcrumbs import fit_breadcrumbs
from urgentry.ingest.normalize.contexts import complete_trace, fit_contexts
from urgentry.ingest.normalize.devices import device_class
from urgentry.ingest.normalize.exceptions import fit_exceptions, takes_stacktrace
from urgentry.ingest.normalize.fields import (
    ABSENT,
    fit_fields,
    fit_member,
)
from urgentry.ingest.normalize.levels import read_level
from urgentry.ingest.normalize.limits import ERRORS, UNTYPED
from urgentry.ingest.normalize.logentry import fit_logentry
from urgentry.ingest.normalize.logger import fit_logger
from urgentry.ingest.normalize.mechanism import name_signals
from urgentry.ingest.normalize.names import canonical_names, reject_unknown
from urgentry.ingest.normalize.receipt import NormalizeContext
from urgentry.ingest.normalize.release import fit_dist, fit_environment, fit_release
from urgentry.ingest.normalize.report import ROOT, Report, at
from urgentry.ingest.normalize.requests import fit_request
from urgentry.ingest.normalize.sdk import fit_sdk, infer_ip_policy, sdk_of_client
from urgentry.ingest.normalize.spans import fit_spans
from urgentry.ingest.normalize.stacktraces import STACKTRACE
from urgentry.ingest.normalize.tags import fit_tags, set_tag, take_environment
from urgentry.ingest.normalize.threads import fit_threads
from urgentry.ingest.normalize.timestamps import Clock, as_seconds, fit_timestamp, read_clock
from urgentry.ingest.normalize.user import fit_user, identify, infer_ip
from urgentry.ingest.normalize.values import read_values

Event = dict[str, Any]

_PLATFORM_NAMES = (
    "as3 c cfml cocoa csharp elixir go groovy haskell java javascript native node objc other perl "
    "php python ruby"
)
PLATFORMS = frozenset(_PLATFORM_NAMES.split())
PROTOCOL_VERSION = "7"
_HONOURED_TYPES = frozenset({"transaction", "feedback", "generic"})


def normalize_event(payload: Event, context: NormalizeContext) -> Event:
    """The payload in Sentry's stored form. Takes the payload over; never refuses it.

    What does not fit is null or cut, told in `_meta` and `errors`. The same payload and context
    always give the same event.
    """
    report = Report(payload.pop("_meta", None))
    canonical_names(payload)
    clock = read_clock(payload, context, report)
    event = fit_fields(payload, ATTRIBUTES, ROOT, report)
    _place(event, payload, context, report)
    _describe(event, payload, context, clock, report)
    _fit_failure(event, payload, clock.shift, report)
    _fit_surroundings(event, payload, context, report)
    event["type"] = _type_of(payload, event)
    event["level"] = _fit_level(payload.get("level"), event["type"], report)
    reject_unknown(payload, event, report)
    _attach_report(event, payload, report)
    return event


def _place(event: Event, payload: Event, context: NormalizeContext, report: Report) -> None:
    """Who and where: the ids that the server gives."""
    given = payload.get("event_id")
    if given is not None and (type(given) is not str or not _is_event_id(given)):
        report.reject(at("event_id"), _why_not_event_id(given), original=given)
    event["event_id"] = context.event_id
    event["project"] = context.project_id
    event["key_id"] = context.key_id
    event["version"] = PROTOCOL_VERSION
    event["received"] = as_seconds(context.received)


def _describe(
    event: Event, payload: Event, context: NormalizeContext, clock: Clock, report: Report
) -> None:
    """When it was and what runs there: time, platform, release, SDK, message."""
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
    for name, fit in (
        ("release", fit_release), ("dist", fit_dist), ("environment", fit_environment),
        ("sdk", fit_sdk), ("logentry", fit_logentry), ("request", fit_request),
        ("user", fit_user),
    ):  # fmt: skip
        if payload.get(name) is not None:
            fitted = fit(payload[name], at(name), report)
            if fitted is not ABSENT:
                event[name] = fitted
    if "sdk" not in event and (sdk := sdk_of_client(context.sdk_client)):
        event["sdk"] = sdk


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
    for name, fitted in (
        ("threads", _fit_if_any(fit_threads, payload, "threads", report)),
        ("breadcrumbs", _fit_shifted(fit_breadcrumbs, payload, "breadcrumbs", shift, report)),
        ("spans", _fit_shifted(fit_spans, payload, "spans", shift, report)),
    ):
        if fitted is not None or name in report.tree:
            event[name] = fitted


def _fit_if_any(fit: Any, payload: Event, name: str, report: Report) -> Any:
    value = payload.get(name)
    return None if value is None else fit(value, at(name), report)


def _fit_shifted(fit: Any, payload: Event, name: str, shift: int, report: Report) -> Any:
    value = payload.get(name)
    return None if value is None else fit(value, shift, at(name), report)


def _moves(exception: Any) -> bool:
    """True where the event's own stack trace belongs to its only exception."""
    return takes_stacktrace(read_values(exception, ROOT, Report()) or [])


def _fit_surroundings(
    event: Event, payload: Event, context: NormalizeContext, report: Report
) -> None:
    """Contexts, tags and user, which complete each other."""
    contexts = fit_contexts(payload.get("contexts"), at("contexts"), report)
    complete_trace(contexts, context.event_id)
    event["contexts"] = contexts
    _name_signals(event, contexts)
    _fit_tags(event, payload, contexts, report)
    _complete_user(event, context)


def _name_signals(event: Event, contexts: Event) -> None:
    exception = event.get("exception")
    if not exception:
        return
    system = contexts.get("os")
    name = system.get("name") if isinstance(system, dict) else None
    for entry in exception["values"]:
        mechanism = entry.get("mechanism") if entry else None
        if mechanism:
            name_signals(mechanism, name.lower() if isinstance(name, str) else "")


def _fit_tags(event: Event, payload: Event, contexts: Event, report: Report) -> None:
    """The client's tags, then those that the event implies."""
    pairs, environment = take_environment(fit_tags(payload.get("tags"), at("tags"), report))
    if environment and event.get("environment") is None and "environment" not in report.tree:
        event["environment"] = fit_environment(environment, at("environment"), report)
    for name in ("server_name", "site"):
        value = event.pop(name, None)
        if value:
            set_tag(pairs, name, value)
        elif name in report.tree:
            event[name] = None
    device = contexts.get("device")
    if isinstance(device, dict) and (rank := device_class(device)):
        set_tag(pairs, "device.class", rank)
    if pairs or "tags" in report.tree:
        event["tags"] = pairs


def _complete_user(event: Event, context: NormalizeContext) -> None:
    user = event.get("user")
    if user is None and "user" in event:
        return
    user = user or {}
    request = event.get("request") or {}
    env = request.get("env") or {}
    infer_ip(
        user,
        event["platform"],
        env.get("REMOTE_ADDR"),
        context.client_ip,
        infer_ip_policy(event.get("sdk")),
    )
    identify(user)
    if user:
        event["user"] = user


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


def _attach_report(event: Event, payload: Event, report: Report) -> None:
    errors = report.errors(ERROR_ORDER)
    given = payload.get("errors")
    if type(given) is list:
        told = [error for error in given[:ERRORS] if isinstance(error, dict)]
        errors = fit_bag(told, *UNTYPED, at("errors"), report) + errors
    if errors:
        event["errors"] = errors
    if report.tree:
        event["_meta"] = report.tree


def _is_event_id(value: str) -> bool:
    compact = value.replace("-", "")
    return len(compact) == len("0" * 32) and not compact.strip("0123456789abcdefABCDEF")


def _why_not_event_id(value: Any) -> str:
    if type(value) is not str:
        return "expected an event id"
    for index, character in enumerate(value):
        if character not in "0123456789abcdefABCDEF-":
            return f"invalid character: found `{character}` at {index}"
    return "invalid length"
