"""Which attributes spans, logs and metrics have, and which values: for those who type a search."""

from typing import Any

from msgspec.structs import replace
from starlette.responses import Response

from urgentry import clock
from urgentry.api.endpoint import Call, json_response
from urgentry.api.issue_question import read_projects
from urgentry.api.pagination import page_of, read_per_page
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.signals import group_cell
from urgentry.api.signal_question import (
    SCOPES,
    read_dataset,
    read_period,
    read_signal_question,
)
from urgentry.domain.event import day_of
from urgentry.errors import ApiError
from urgentry.explore.values import common_values
from urgentry.search.signal_fields import Field, find_field, known_fields
from urgentry.storage.telemetry_reading import Attribute, list_attributes
from urgentry.telemetry.columns import BOOLEAN, LIST, NUMBER, TEXT
from urgentry.telemetry.conditions import All, Contains

Json = dict[str, Any]

_TYPES = {TEXT: "string", NUMBER: "number", BOOLEAN: "boolean", LIST: "array"}
_LARGEST_PAGE = 1_000


async def list_names(call: Call) -> Response:
    """The attributes that the signals of a dataset had in a period, by name; `attributeType` and
    `substringMatch` pick some."""
    refuse_options(call, "query")
    _, kind = read_dataset(call, "itemType")
    wanted = _read_types(call)
    start, _ = read_period(call, clock.now())
    async with call.database.read() as tx:
        access = await call.enter(tx, *SCOPES)
        projects = await read_projects(call, tx, access)
        ids = [project.id for project in projects]
        found = await list_attributes(tx, ids, kind, since_day=day_of(start))
    names = dict(known_fields(kind))
    part = (call.query.get("substringMatch") or "").lower()
    shown = [_shape(each, names.get(each.name, [])) for each in found if each.type in wanted]
    kept = [each for each in shown if part in each["name"].lower()]
    page, headers = page_of(call, sorted(kept, key=lambda each: (each["name"], each["key"])))
    return json_response(page, headers=headers)


async def list_values(call: Call) -> Response:
    """The values that an attribute has most often, with how often, among the newest signals that
    meet the search; `attributeType` and `substringMatch` pick some."""
    types = _read_types(call)
    asked = await read_signal_question(call, "itemType")
    if asked.bounds:
        raise ApiError(400, "A condition on a function needs a function among the fields.")
    field = find_field(asked.kind, call.path("key"))
    question = asked.question
    part = (call.query.get("substringMatch") or "").lower()
    if part:
        narrowed = All((question.condition, Contains(field.key, part)))
        question = replace(question, condition=narrowed)
    size = read_per_page(call, largest=_LARGEST_PAGE)
    async with call.deps.desk.work() as work:
        found = await common_values(work, question, field.key, types=types, limit=size)
    shown = [
        {
            "key": field.name,
            "name": str(value),
            "value": value,
            "count": count,
        }
        for raw, count in found
        for value in [group_cell(field, raw, asked.slugs)]
    ]
    return json_response(shown)


def _read_types(call: Call) -> set[str]:
    given = call.query.getlist("attributeType") or list(_TYPES.values())
    by_name = {name: letter for letter, name in _TYPES.items()}
    for name in given:
        if name not in by_name:
            raise ApiError(400, f'"{name}" is not a type of attributes')
    return {by_name[name] for name in given}


def _shape(attribute: Attribute, fields: list[Field]) -> Json:
    kind = _TYPES[attribute.type]
    own = attribute.name if attribute.type == TEXT else f"tags[{attribute.name},{kind}]"
    key = fields[0].name if fields else own
    aliases = [field.name for field in fields[1:]]
    return {
        "key": key,
        "name": fields[0].name if fields else attribute.name,
        "attributeType": kind,
        "attributeSource": {"source_type": _source(attribute.name)},
        "secondaryAliases": aliases,
    }


def _source(name: str) -> str:
    return "sentry" if name.startswith("sentry.") else "user"
