"""The names by which people ask for what spans, logs and metrics say: Sentry's, for each kind.

A name that is none of these is an attribute as it was sent; `tags[name]` is one in any case, and
`tags[name,number]` says of which type.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

import msgspec

from urgentry.telemetry import names
from urgentry.telemetry.signal import Kind


class FieldType(StrEnum):
    """What values of a field are, in Sentry's words."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    DURATION = "duration"
    DATE = "date"
    BOOLEAN = "boolean"
    ARRAY = "array"
    PERCENTAGE = "percentage"
    RATE = "rate"


class Field(msgspec.Struct, frozen=True):
    """A field by its public name: the attribute (or part of a signal) behind it, and its type."""

    name: str
    key: str
    type: FieldType = FieldType.STRING

    @property
    def is_number(self) -> bool:
        """Whether it can be summed."""
        return self.type in (FieldType.NUMBER, FieldType.INTEGER, FieldType.DURATION)


_TAG = re.compile(r'tags\[(?:"([^"]+)"|([^\],"]+))(?:,\s*(string|number|boolean|array))?\]')
_TYPE_OF_TAG = {
    None: FieldType.STRING,
    "string": FieldType.STRING,
    "number": FieldType.NUMBER,
    "boolean": FieldType.BOOLEAN,
    "array": FieldType.ARRAY,
}
_MEASUREMENTS = "measurements."

TIMESTAMP = "timestamp"
PRECISE_START = "precise.start_ts"
PRECISE_END = "precise.finish_ts"
TIMESTAMP_PRECISE = "timestamp_precise"
PROJECT = "project"
PROJECT_ID = "project.id"
ID = "id"


def _table(*fields: tuple[str, str, FieldType] | tuple[str, str]) -> dict[str, Field]:
    return {given[0]: Field(*given) for given in fields}


_EVERYWHERE = _table(
    (TIMESTAMP, names.AT, FieldType.DATE),
    ("trace", names.TRACE),
    (PROJECT, names.PROJECT),
    ("project.name", names.PROJECT),
    ("project.slug", names.PROJECT),
    (PROJECT_ID, names.PROJECT, FieldType.INTEGER),
    ("environment", names.ENVIRONMENT),
    ("release", names.RELEASE),
    ("dist", names.DIST),
    ("sdk.name", names.SDK_NAME),
    ("sdk.version", names.SDK_VERSION),
    ("platform", names.PLATFORM),
    ("origin", names.ORIGIN),
    ("user", names.USER),
    ("user.username", "user.name"),
    ("replay.id", names.REPLAY_ID),
    ("replayId", names.REPLAY_ID),
)
_OF_SPANS = _table(
    (ID, names.SPAN),
    ("span_id", names.SPAN),
    ("parent_span", names.PARENT),
    ("parent_span_id", names.PARENT),
    ("segment.id", names.SEGMENT),
    ("segment_id", names.SEGMENT),
    ("transaction", names.SEGMENT_NAME),
    ("segment.name", names.SEGMENT_NAME),
    ("transaction.event_id", names.EVENT_ID),
    ("transaction.id", names.EVENT_ID),
    ("is_transaction", names.IS_SEGMENT, FieldType.BOOLEAN),
    ("span.op", names.OP),
    ("span.name", names.NAME),
    ("span.description", names.DESCRIPTION),
    ("span.status", names.STATUS),
    ("trace.status", names.STATUS),
    ("span.kind", names.SPAN_KIND),
    ("span.origin", names.ORIGIN),
    ("span.duration", names.DURATION_MS, FieldType.DURATION),
    ("span.self_time", names.EXCLUSIVE_MS, FieldType.DURATION),
    ("span.system", "db.system"),
    ("span.status_code", "http.response.status_code", FieldType.INTEGER),
    ("profile.id", names.PROFILE_ID),
    ("profiler.id", names.PROFILER_ID),
    ("client_sample_rate", names.SAMPLE_RATE, FieldType.NUMBER),
    (PRECISE_START, names.AT, FieldType.NUMBER),
    (PRECISE_END, names.AT, FieldType.NUMBER),
)
_OF_LOGS = _table(
    (ID, names.ROW),
    ("span_id", names.SPAN),
    ("trace.parent_span_id", names.SPAN),
    ("message", names.BODY),
    ("log.body", names.BODY),
    ("severity", names.SEVERITY),
    ("log.severity", names.SEVERITY),
    ("severity_number", names.SEVERITY_NUMBER, FieldType.INTEGER),
    ("log.severity_number", names.SEVERITY_NUMBER, FieldType.INTEGER),
    ("observed_timestamp", names.OBSERVED, FieldType.INTEGER),
    ("message.template", "sentry.message.template"),
    (TIMESTAMP_PRECISE, names.AT, FieldType.INTEGER),
)
_OF_METRICS = _table(
    (ID, names.ROW),
    ("span_id", names.SPAN),
    ("metric.name", names.METRIC_NAME),
    ("metric.type", names.METRIC_TYPE),
    ("metric.unit", names.METRIC_UNIT),
    ("value", names.METRIC_VALUE, FieldType.NUMBER),
    (TIMESTAMP_PRECISE, names.AT, FieldType.INTEGER),
)
FIELDS: Mapping[Kind, Mapping[str, Field]] = {
    Kind.SPAN: _EVERYWHERE | _OF_SPANS,
    Kind.LOG: _EVERYWHERE | _OF_LOGS,
    Kind.METRIC: _EVERYWHERE | _OF_METRICS,
}
TEXT_KEYS: Mapping[Kind, str] = {
    Kind.SPAN: names.DESCRIPTION,
    Kind.LOG: names.BODY,
    Kind.METRIC: names.METRIC_NAME,
}
"""Where words without a key are looked for."""
DEFAULT_NUMBERS: Mapping[Kind, str] = {
    Kind.SPAN: "span.duration",
    Kind.LOG: "severity_number",
    Kind.METRIC: "value",
}
"""What is measured when nothing is said."""


def find_field(kind: Kind, name: str) -> Field:
    """The field of that name, whatever it is."""
    if found := FIELDS[kind].get(name):
        return found
    if match := _TAG.fullmatch(name):
        return Field(name, match[1] or match[2], _TYPE_OF_TAG[match[3]])
    is_number = name.startswith(_MEASUREMENTS)
    return Field(name, name, FieldType.NUMBER if is_number else FieldType.STRING)


def known_fields(kind: Kind) -> Iterator[tuple[str, list[Field]]]:
    """The attributes that have names of their own, each with its fields, the first one preferred;
    parts of signals left out."""
    by_key: dict[str, list[Field]] = {}
    for field in FIELDS[kind].values():
        if not field.key.startswith("@"):
            by_key.setdefault(field.key, []).append(field)
    yield from by_key.items()
