"""Spans, logs and metrics as tables show them, and what a table says of its columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import orjson

from urgentry import clock
from urgentry.api.timestamps import iso
from urgentry.explore.listing import Found
from urgentry.search.signal_fields import (
    PRECISE_END,
    PRECISE_START,
    PROJECT_ID,
    TIMESTAMP_PRECISE,
    Field,
    FieldType,
)
from urgentry.search.signal_measures import Computed
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN, NO_TRACE, Signal

Json = dict[str, Any]

_NANOS = 1_000
_MS = 1_000


class Shown(Protocol):
    """The columns of a table."""

    @property
    def fields(self) -> Sequence[Field]: ...

    @property
    def computed(self) -> Sequence[Computed]: ...


def cell(field: Field, found: Found, slugs: Mapping[int, str]) -> Any:
    """What a signal says in a column; None where it says nothing."""
    signal = found.signal
    if field.key == names.AT:
        return _time(field, signal.at, signal.attributes.get(names.DURATION_MS))
    if field.key == names.PROJECT:
        return group_cell(field, found.project_id, slugs)
    if field.key in _PARTS:
        return _PARTS[field.key](signal)
    return signal.attributes.get(field.key)


def group_cell(field: Field, value: Any, slugs: Mapping[int, str]) -> Any:
    """A value that groups have in common."""
    match field.key:
        case names.PROJECT:
            return value if field.name == PROJECT_ID else slugs.get(value)
        case names.AT:
            return _time(field, value, None)
        case names.ROW:
            return row_id(value)
        case _ if field.type is FieldType.ARRAY:
            return _list(value)
        case _:
            return value


def row_id(row: int) -> str:
    """The id of a log or a metric: 32 hexadecimal digits."""
    return f"{row:032x}"


def span_id(id_: bytes) -> str | None:
    """The id of a span; None for no span."""
    return None if id_ == NO_SPAN else id_.hex()


def seconds(at: int) -> float:
    """A time as clients compute with it."""
    return at / clock.SECOND


_PARTS: Mapping[str, Callable[[Signal], str | None]] = {
    names.ROW: lambda signal: row_id(signal.id),
    names.TRACE: lambda signal: signal.trace_id.hex() if signal.trace_id != NO_TRACE else None,
    names.SPAN: lambda signal: span_id(signal.span_id),
    names.PARENT: lambda signal: span_id(signal.parent_id),
    names.SEGMENT: lambda signal: span_id(signal.segment_id),
}


def meta_of(columns: Shown, rows: Iterable[Json], dataset: str) -> Json:
    """What a table says of its columns: type and unit of each."""
    listed = list(rows)
    types = {field.name: _type_of(field, listed) for field in columns.fields}
    units = {field.name: _unit_of(field) for field in columns.fields}
    types |= {column.name: column.type.value for column in columns.computed}
    units |= {column.name: column.unit for column in columns.computed}
    return table_meta(types, units, dataset)


def table_meta(types: Json, units: Json, dataset: str) -> Json:
    """The same, of types and units that are known: nothing here is sampled or guessed."""
    return {
        "fields": types,
        "units": units,
        "isMetricsData": False,
        "isMetricsExtractedData": False,
        "tips": {},
        "datasetReason": "unchanged",
        "dataset": dataset,
        "dataScanned": "full",
    }


def _time(field: Field, at: int, duration_ms: Any) -> Any:
    match field.name:
        case name if name == PRECISE_START:
            return seconds(at)
        case name if name == PRECISE_END:
            took = duration_ms if isinstance(duration_ms, int | float) else 0
            return seconds(at) + took / _MS
        case name if name == TIMESTAMP_PRECISE:
            return at * _NANOS
        case _:
            return iso(at)


def _list(value: Any) -> Any:
    """Blocks hold lists as JSON; a text that is none stays what it is."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _unit_of(field: Field) -> str | None:
    return "millisecond" if field.type is FieldType.DURATION else None


def _type_of(field: Field, rows: Sequence[Json]) -> str:
    """The type that a field has by its name; of any attribute that of its values."""
    if field.type is not FieldType.STRING:
        return field.type.value
    found = {type(row[field.name]) for row in rows if row.get(field.name) is not None}
    if found == {list}:
        return FieldType.ARRAY.value
    if found == {bool}:
        return FieldType.BOOLEAN.value
    if found and found <= {int, float}:
        return (FieldType.INTEGER if found == {int} else FieldType.NUMBER).value
    return FieldType.STRING.value
