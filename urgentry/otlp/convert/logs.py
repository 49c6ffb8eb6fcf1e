"""OpenTelemetry's log records as the logs that are stored (spec §14)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from urgentry.ingest.signals.logs import severity_number
from urgentry.ingest.signals.times import Times
from urgentry.ingest.signals.values import MAX_BODY_CHARS, Attributes, as_json
from urgentry.otlp.convert.surroundings import Surroundings, surroundings_of
from urgentry.otlp.convert.values import id_of, pairs_of, text_of, value_of
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN, NO_TRACE, SPAN_BYTES, TRACE_BYTES, Signal

ORIGIN = "auto.otlp.logs"
EVENT_NAME = "event.name"

_NANOS = 1_000
_LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")
_NUMBERS_OF_LEVEL = 4
_OTHER_WORDS = {
    "warning": "warn",
    "information": "info",
    "notice": "info",
    "err": "error",
    "critical": "fatal",
    "crit": "fatal",
    "alert": "fatal",
    "emergency": "fatal",
    "panic": "fatal",
    "verbose": "debug",
}


class LogEntry(NamedTuple):
    """A log record as it came, and what it came with."""

    log: Any
    surroundings: Surroundings


def logs_of(export: Any) -> Iterator[LogEntry]:
    """All log records of an export."""
    for of_resource in export.resource_logs or ():
        for of_scope in of_resource.scope_logs or ():
            surroundings = surroundings_of(of_resource.resource, of_scope.scope)
            for log in of_scope.log_records or ():
                yield LogEntry(log, surroundings)


def read_log(entry: LogEntry, times: Times, ids: Iterator[int]) -> Signal:
    """One log record; one without a trace is of none. `Rejected` for one from before the
    retention."""
    log, surroundings = entry
    level = level_of(log)
    attributes = Attributes()
    attributes.set(names.BODY, body_of(log), longest=MAX_BODY_CHARS)
    attributes.set(names.SEVERITY, level)
    attributes.set(names.SEVERITY_NUMBER, severity_number(log.severity_number, level))
    attributes.set(EVENT_NAME, text_of(log.event_name) or None)
    attributes.update(pairs_of(log.attributes))
    observed = log.observed_time_unix_nano or times.received * _NANOS
    attributes.set(names.OBSERVED, observed)
    surroundings.complete(attributes, origin=ORIGIN)
    return Signal(
        id=next(ids),
        at=times.hold(time_of(log, times.received)),
        trace_id=id_of(log.trace_id, TRACE_BYTES) or NO_TRACE,
        span_id=id_of(log.span_id, SPAN_BYTES) or NO_SPAN,
        attributes=attributes.finish(),
    )


def time_of(log: Any, received: int) -> int:
    """When it happened, or was seen, or came; microseconds."""
    nanos = log.time_unix_nano or log.observed_time_unix_nano
    return nanos // _NANOS if nanos else received


def level_of(log: Any) -> str:
    """The level by the number, else by the word, else `info`."""
    number = log.severity_number or 0
    if 0 < number <= len(_LEVELS) * _NUMBERS_OF_LEVEL:
        return _LEVELS[(number - 1) // _NUMBERS_OF_LEVEL]
    word = (log.severity_text or "").strip().lower()
    word = _OTHER_WORDS.get(word, word).rstrip("234")
    return word if word in _LEVELS else "info"


def body_of(log: Any) -> str:
    """What it says, as a text."""
    value = value_of(log.body)
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value)
