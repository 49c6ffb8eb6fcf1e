"""The short road: an event in the form that today's SDKs send, proved plain while it is read.

One typed pass of the parser proves nearly all of it. What a type cannot say goes through the same
fits as in `event`, and an event of which anything else is not plain takes that road as a whole:
both give the same event.
"""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

from urgentry.ingest.normalize.breadcrumbs import PLAIN_BREADCRUMB, fit_breadcrumbs
from urgentry.ingest.normalize.debug_meta import PLAIN_DEBUG_META
from urgentry.ingest.normalize.event import (
    FIELDS,
    PLATFORMS,
    PROTOCOL_VERSION,
    attach_report,
    is_event_id,
)
from urgentry.ingest.normalize.exceptions import PLAIN_EXCEPTION, finish_exceptions
from urgentry.ingest.normalize.fields import ABSENT
from urgentry.ingest.normalize.limits import (
    EXCEPTIONS,
    FINGERPRINT_PARTS,
    LABELS_KEPT,
    PLAIN_NESTING,
    RELEASE,
)
from urgentry.ingest.normalize.logger import fit_logger
from urgentry.ingest.normalize.modules import read_modules
from urgentry.ingest.normalize.parse import has_nul
from urgentry.ingest.normalize.plain import (
    json_list_of,
    json_object_of,
    json_value,
    plain_object,
    proved_list_of,
)
from urgentry.ingest.normalize.receipt import NormalizeContext
from urgentry.ingest.normalize.release import fit_dist, fit_environment, fit_release
from urgentry.ingest.normalize.report import Report, at
from urgentry.ingest.normalize.sdk import PLAIN_SDK, finish_sdk
from urgentry.ingest.normalize.surroundings import surround
from urgentry.ingest.normalize.threads import PLAIN_THREAD, fit_threads
from urgentry.ingest.normalize.timestamps import (
    PLAIN_TIME,
    Clock,
    as_micros,
    as_seconds,
    correct_clock,
    read_clock,
    seconds_of,
)

Event = dict[str, Any]


def _values_of(kind: Any) -> Any:
    """The two forms of a list; a single object is not plain."""
    return plain_object({}, {"values": kind}, required="values") | kind


_TEXT = str | None
# What is remembered is short, or clients could fill the memory with it.
_LABEL = Annotated[str, msgspec.Meta(max_length=RELEASE)] | None
_OBJECT = json_object_of(json_value(PLAIN_NESTING)) | None
_SCALAR = json_value(0)
_EXCEPTIONS = proved_list_of(PLAIN_EXCEPTION, least=1, most=EXCEPTIONS)
_KINDS: dict[str, Any] = {
    "event_id": _TEXT,
    "timestamp": PLAIN_TIME | None,
    "platform": _LABEL,
    "level": Literal["debug", "info", "warning", "error", "fatal"] | None,
    "type": Literal["error", "default"] | None,
    "logger": _LABEL,
    "release": _LABEL,
    "dist": _LABEL,
    "environment": _LABEL,
    "server_name": _TEXT,
    "transaction": _TEXT,
    "message": json_value(PLAIN_NESTING),
    "logentry": json_value(PLAIN_NESTING),
    "fingerprint": json_list_of(str, most=FINGERPRINT_PARTS) | None,
    "tags": json_value(2),
    "user": _OBJECT,
    "request": _OBJECT,
    "contexts": _OBJECT,
    "extra": _OBJECT,
    "debug_meta": PLAIN_DEBUG_META | None,
    "transaction_info": _OBJECT,
    "culprit": _TEXT,
    "site": _TEXT,
    "checksum": _TEXT,
    "project": _SCALAR,
    "version": _SCALAR,
    "received": _SCALAR,
    "sdk": PLAIN_SDK | None,
    "exception": _values_of(_EXCEPTIONS) | None,
    "threads": _values_of(json_list_of(PLAIN_THREAD)) | None,
    "breadcrumbs": _values_of(proved_list_of(PLAIN_BREADCRUMB)) | None,
}
_NO_TEXT = msgspec.Raw()
_Plain: Any = msgspec.defstruct(
    "Plain",
    [*((name, kind, None) for name, kind in _KINDS.items()), ("modules", msgspec.Raw, _NO_TEXT)],
    forbid_unknown_fields=True,
    gc=False,
)
_read = msgspec.json.Decoder(_Plain).decode
# What of a plain event goes through its fit as it is.
_FITTED = [
    (name, at(name), FIELDS[name][2])
    for name in (
        *("transaction", "transaction_info", "server_name", "site", "extra", "debug_meta"),
        *("request", "user", "culprit", "checksum"),
    )
]


def normalize_plain(raw: bytes, context: NormalizeContext) -> Event | None:
    """The event of a text of JSON, or None where it is not plain."""
    try:
        plain = _read(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    labels = _labels(plain.platform, plain.logger, plain.release, plain.dist, plain.environment)
    if labels is None or has_nul(raw) or not _has_sound_id(plain, context):
        return None
    report = Report()
    clock = _read_clock(plain.timestamp, context, report)
    event = labels.copy()
    event["event_id"] = context.event_id
    event["project"] = context.project_id
    event["key_id"] = context.key_id
    event["received"] = as_seconds(context.received)
    event["timestamp"] = as_seconds(clock.timestamp)
    event["level"] = plain.level or "error"
    if plain.modules is not _NO_TEXT:
        modules = read_modules(bytes(plain.modules))
        if modules is None:
            return None
        event["modules"] = modules
    _fit_members(event, plain, report)
    _fit_failure(event, plain, clock.shift, report)
    surround(event, plain.contexts, plain.tags, context, report)
    attach_report(event, None, report)
    return event


@lru_cache(maxsize=LABELS_KEPT)
def _labels(*given: str | None) -> Event | None:
    """What is the same in most events of a program; None where something is wrong with it."""
    platform, logger, release, dist, environment = given
    report = Report()
    known = platform if platform in PLATFORMS else "other"
    labels = {
        "version": PROTOCOL_VERSION,
        "platform": known,
        "logger": fit_logger(logger, known, at("logger"), report),
    }
    for name, value, fit in (
        ("release", release, fit_release),
        ("dist", dist, fit_dist),
        ("environment", environment, fit_environment),
    ):
        if value is not None:
            labels[name] = fit(value, at(name), report)
    return None if report.tree else labels


def _has_sound_id(plain: Any, context: NormalizeContext) -> bool:
    given = plain.event_id
    return given is None or given == context.event_id or is_event_id(given)


def _read_clock(moment: Any, context: NormalizeContext, report: Report) -> Clock:
    if moment is None:
        return read_clock(None, context, report)
    seconds = seconds_of(moment) if type(moment) is datetime else moment
    return correct_clock(as_micros(seconds), context, report)


def _fit_members(event: Event, plain: Any, report: Report) -> None:
    for name, place, fit in _FITTED:
        value = getattr(plain, name)
        if value is not None:
            kept = fit(value, place, report)
            if kept is not ABSENT:
                event[name] = kept
    message = plain.message if plain.logentry is None else plain.logentry
    if message is not None:
        kept = FIELDS["logentry"][2](message, at("logentry"), report)
        if kept is not ABSENT:
            event["logentry"] = kept
    if plain.fingerprint is not None:
        event["fingerprint"] = plain.fingerprint
    if plain.sdk is not None:
        event["sdk"] = finish_sdk(plain.sdk, at("sdk"), report)


def _fit_failure(event: Event, plain: Any, shift: int, report: Report) -> None:
    exception, event["type"] = plain.exception, "default"
    if exception is not None:
        listed = exception if type(exception) is tuple else exception["values"]
        event["exception"] = finish_exceptions(listed, at("exception"), report)
        event["type"] = "error"
    if plain.threads is not None:
        threads = fit_threads(plain.threads, at("threads"), report)
        if threads is not None:
            event["threads"] = threads
    if plain.breadcrumbs is not None:
        breadcrumbs = fit_breadcrumbs(plain.breadcrumbs, shift, at("breadcrumbs"), report)
        if breadcrumbs is not None:
            event["breadcrumbs"] = breadcrumbs
