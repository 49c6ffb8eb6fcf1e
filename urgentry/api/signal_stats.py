"""How the values of attributes are spread over the spans or logs that a search finds."""

from collections import Counter
from typing import Any

from starlette.responses import Response

from urgentry.api.endpoint import Call, json_response
from urgentry.api.pagination import page_of
from urgentry.api.shapes.signals import group_cell
from urgentry.api.signal_question import SignalQuestion, read_signal_question
from urgentry.domain.event import day_of
from urgentry.errors import ApiError
from urgentry.explore.values import count_values
from urgentry.search.signal_fields import find_field, known_fields
from urgentry.storage.telemetry_reading import Attribute, list_attributes
from urgentry.telemetry.columns import BOOLEAN, TEXT
from urgentry.telemetry.names import NEVER_ASKED_FOR
from urgentry.telemetry.signal import Kind

Json = dict[str, Any]

_STATS = "attributeDistributions"
_TYPES = frozenset({TEXT, BOOLEAN})
"""What has few values as a rule; numbers are measured, not counted."""
_DEFAULT_LIMIT = 1_000
_MOST_SIGNALS = 100_000
_MOST_VALUES = 10


async def show(call: Call) -> Response:
    """For each attribute of the newest `traceItemsLimit` signals that the search finds: its most
    frequent values, with how often. `substringMatch` picks attributes; a page is one of them."""
    asked = await read_signal_question(call, "itemType")
    if [name for name in call.query.getlist("statsType") if name] != [_STATS]:
        raise ApiError(400, f"statsType: choose {_STATS}.")
    if asked.kind is Kind.METRIC:
        raise ApiError(400, "itemType: choose spans or logs.")
    if asked.bounds:
        raise ApiError(400, "Conditions on functions are not supported here.")
    limit = _read_limit(call)
    part = (call.query.get("substringMatch") or "").lower()
    ids = [project.id for project in asked.projects]
    async with call.database.read() as tx:
        listed = await list_attributes(tx, ids, asked.kind, since_day=day_of(asked.question.start))
    said = {name: _said(asked.kind, name) for name in _names(listed)}
    page, headers = page_of(call, [name for name in said if part in said[name].lower()])
    async with call.deps.desk.work() as work:
        counted = await count_values(work, asked.question, page, types=_TYPES, enough=limit)
    spread = {
        said[name]: _shape(asked, said[name], counts) for name, counts in counted.items() if counts
    }
    return json_response({"data": [{_STATS: {"data": spread}}]}, headers=headers)


def _read_limit(call: Call) -> int:
    given = call.query.get("traceItemsLimit")
    if not given:
        return _DEFAULT_LIMIT
    if not (given.isascii() and given.isdigit() and 0 < int(given[:9]) <= _MOST_SIGNALS):
        raise ApiError(400, f"traceItemsLimit: choose a number from 1 to {_MOST_SIGNALS:,}.")
    return int(given)


def _names(listed: list[Attribute]) -> list[str]:
    """Attributes whose values say something together, by name."""
    return sorted({each.name for each in listed if each.type in _TYPES} - NEVER_ASKED_FOR)


def _said(kind: Kind, name: str) -> str:
    """What the API calls an attribute."""
    fields = dict(known_fields(kind)).get(name)
    return fields[0].name if fields else name


def _shape(asked: SignalQuestion, name: str, counts: Counter[Any]) -> list[Json]:
    field = find_field(asked.kind, name)
    return [
        {"label": _label(group_cell(field, value, asked.slugs)), "value": float(count)}
        for value, count in counts.most_common(_MOST_VALUES)
    ]


def _label(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
