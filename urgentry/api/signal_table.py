"""Tables of spans, logs and metrics: rows one by one, or groups with what is computed of them."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry.api.endpoint import Call, json_response
from urgentry.api.pagination import Cursor, link_headers, read_cursor, read_per_page
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.signals import cell, group_cell, meta_of
from urgentry.api.signal_question import SignalQuestion, read_signal_question
from urgentry.errors import ApiError
from urgentry.explore.listing import Found, newest, oldest, ranked
from urgentry.explore.measuring import measure
from urgentry.search.signal_fields import TIMESTAMP, Field, find_field
from urgentry.search.signal_measures import Computed, finish, is_call, read_computed
from urgentry.telemetry import names
from urgentry.telemetry.aggregation import Grouping
from urgentry.telemetry.signal import Kind

Json = dict[str, Any]

_MOST_FIELDS = 50
PER_PAGE = 50
LARGEST_PAGE = 1_000
_DEEPEST = 10_000
_NAMED = {Kind.SPAN: ("id", "project.name"), Kind.LOG: ("id",), Kind.METRIC: ("id",)}
"""What each row tells, asked or not."""


class Columns(msgspec.Struct, frozen=True):
    """The columns of a table, in order: fields, and what is computed."""

    fields: tuple[Field, ...]
    computed: tuple[Computed, ...]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Rows and where the neighbours of the page are."""

    rows: list[Json]
    links: dict[str, Any]


async def show(call: Call) -> Response:
    """Spans, logs or metrics (`dataset`): one by one, or in groups where a `field` is computed,
    such as `count()`. `query`, `sort` and functions as in Sentry."""
    refuse_options(call, "sampling", allowed=("normal", "highest_accuracy"))
    asked = await read_signal_question(call)
    columns = _read_columns(call, asked.kind)
    if columns.computed:
        page = await _groups(call, asked, columns)
    elif asked.bounds:
        raise ApiError(400, "A condition on a function needs a function among the fields.")
    else:
        page = await _rows(call, asked, columns)
    content = {"data": page.rows, "meta": meta_of(columns, page.rows, asked.dataset)}
    return json_response(content, headers=link_headers(call, **page.links))


def read_field_names(call: Call) -> list[str]:
    """The columns that were asked for. ApiError 400 for none and for too many."""
    given = list(dict.fromkeys(name for name in call.query.getlist("field") if name))
    if not given:
        raise ApiError(400, "No columns selected")
    if len(given) > _MOST_FIELDS:
        raise ApiError(400, f"You can view up to {_MOST_FIELDS} fields at a time.")
    return given


def _read_columns(call: Call, kind: Kind) -> Columns:
    given = read_field_names(call)
    computed = tuple(read_computed(name, kind) for name in given if is_call(name))
    plain = [name for name in given if not is_call(name)]
    if not computed:
        plain += [name for name in _NAMED[kind] if name not in plain]
    return Columns(tuple(find_field(kind, name) for name in plain), computed)


async def _rows(call: Call, asked: SignalQuestion, columns: Columns) -> Page:
    name, descending = read_sort(call) or (TIMESTAMP, True)
    field = find_field(asked.kind, name)
    size = read_per_page(call, default=PER_PAGE, largest=LARGEST_PAGE)
    if field.key == names.AT:
        found, links = await _by_time(call, asked, size, descending=descending)
    else:
        found, links = await _by_rank(call, asked, field, size, descending=descending)
    slugs = asked.slugs
    rows = [{field.name: cell(field, each, slugs) for field in columns.fields} for each in found]
    return Page(rows=rows, links=links)


async def _by_time(
    call: Call, asked: SignalQuestion, size: int, *, descending: bool
) -> tuple[list[Found], dict[str, Any]]:
    """A page in the order of time, cut by the time and the id of the signals at its ends."""
    cursor = read_cursor(call)
    place = (cursor.value, cursor.offset) if cursor and (cursor.value or cursor.offset) else None
    backwards = cursor is not None and cursor.is_previous
    async with call.deps.desk.work() as work:
        if descending != backwards:
            found = await newest(work, asked.question, before=place, limit=size + 1)
        else:
            found = await oldest(work, asked.question, after=place, limit=size + 1)
    has_more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    first = Cursor(*found[0].signal.order, is_previous=True) if found else Cursor()
    last = Cursor(*found[-1].signal.order) if found else Cursor()
    return found, {
        "previous": first,
        "has_previous": has_more if backwards else place is not None,
        "following": last,
        "has_following": True if backwards else has_more,
    }


async def _by_rank(
    call: Call, asked: SignalQuestion, field: Field, size: int, *, descending: bool
) -> tuple[list[Found], dict[str, Any]]:
    offset = read_offset(call)
    async with call.deps.desk.work() as work:
        found = await ranked(
            work,
            asked.question,
            key=field.key,
            descending=descending,
            offset=offset,
            limit=size + 1,
        )
    return found[:size], offset_links(offset, size, has_more=len(found) > size)


async def _groups(call: Call, asked: SignalQuestion, columns: Columns) -> Page:
    size, offset = read_per_page(call, default=PER_PAGE, largest=LARGEST_PAGE), read_offset(call)
    computed = (*columns.computed, *(bound.computed for bound in asked.bounds))
    grouping = Grouping(
        keys=tuple(field.key for field in columns.fields),
        measures=tuple(each for column in computed for each in column.measures),
    )
    async with call.deps.desk.work() as work:
        measured = await measure(work, asked.question, grouping)
    seconds = (asked.question.end - asked.question.start) / 1_000_000
    rows: list[Json] = []
    for group, values in measured.items():
        finished = finish(computed, values, seconds)
        bounds = zip(asked.bounds, finished[len(columns.computed) :], strict=True)
        if all(bound.holds(value) for bound, value in bounds):
            keys = zip(columns.fields, group, strict=True)
            rows.append(
                {field.name: group_cell(field, value, asked.slugs) for field, value in keys}
                | {
                    column.name: value
                    for column, value in zip(columns.computed, finished, strict=False)
                }
            )
    _sort_groups(call, columns, rows)
    kept = rows[offset : offset + size]
    links = offset_links(offset, size, has_more=len(rows) > offset + size)
    return Page(rows=kept, links=links)


def _sort_groups(call: Call, columns: Columns, rows: list[Json]) -> None:
    """By what was asked; ties by the names of the groups."""
    aliases = {column.alias: column.name for column in columns.computed}
    name, descending = read_order(call, [field.name for field in columns.fields], aliases)
    rows.sort(key=lambda row: [sortable(row[field.name]) for field in columns.fields])
    rows.sort(key=lambda row: sortable(row[name]), reverse=descending)


def sortable(value: Any) -> tuple[int, Any]:
    """What values of several kinds are sorted by: nothing first, then numbers, then texts."""
    if value is None:
        return 0, 0
    return (1, value) if isinstance(value, int | float) else (2, str(value))


def read_sort(call: Call) -> tuple[str, bool] | None:
    """What to sort by and whether the largest comes first. ApiError 400 for several."""
    given = [name for name in (*call.query.getlist("sort"), *call.query.getlist("orderby")) if name]
    if not given:
        return None
    if len(given) > 1:
        raise ApiError(400, "Sort by one field only.")
    return given[0].removeprefix("-"), given[0].startswith("-")


def read_order(call: Call, names: Iterable[str], computed: Mapping[str, str]) -> tuple[str, bool]:
    """By which column groups are sorted and whether the largest comes first: what was asked, else
    the first of the computed ones, which are given as names by their aliases."""
    name, descending = read_sort(call) or (next(iter(computed.values())), True)
    name = computed.get(name, name)
    if name not in {*names, *computed.values()}:
        raise ApiError(400, f"Cannot sort by a field that is not selected: {name}")
    return name, descending


def read_offset(call: Call) -> int:
    """How many rows stand before the page. ApiError 400 beyond what can be paged through."""
    cursor = read_cursor(call)
    offset = cursor.offset if cursor else 0
    if offset > _DEEPEST:
        raise ApiError(400, f"No more than {_DEEPEST} rows can be paged through.")
    return offset


def offset_links(offset: int, size: int, *, has_more: bool) -> dict[str, Any]:
    """The neighbours of a page that is cut by a number of rows."""
    return {
        "previous": Cursor(0, max(0, offset - size), is_previous=True),
        "has_previous": offset > 0,
        "following": Cursor(0, offset + size),
        "has_following": has_more,
    }
