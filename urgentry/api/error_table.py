"""Tables of errors: events one by one, or groups with what is computed of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry.api.endpoint import Call, json_response
from urgentry.api.error_question import (
    Computed,
    ErrorQuestion,
    read_column,
    read_error_question,
    read_function,
)
from urgentry.api.pagination import Cursor, link_headers, read_cursor, read_per_page
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.entries import message_of
from urgentry.api.shapes.signals import table_meta
from urgentry.api.signal_table import (
    LARGEST_PAGE,
    PER_PAGE,
    offset_links,
    read_field_names,
    read_offset,
    read_order,
    read_sort,
    sortable,
)
from urgentry.api.timestamps import iso
from urgentry.domain.condition import AllOf
from urgentry.domain.issue_kind import told_type
from urgentry.domain.project import Project
from urgentry.domain.short_id import format_short_id
from urgentry.errors import ApiError
from urgentry.explore.errors import Column, Tally, merged, seconds_of, tally_errors
from urgentry.search.events import within_span
from urgentry.search.signal_measures import is_call
from urgentry.storage import events, issues
from urgentry.storage.database import Transaction
from urgentry.storage.events import EventPlace, EventSelection, StoredEvent

Json = dict[str, Any]

_NAMED = ("id", "project.name")
"""What each row tells, asked or not."""
_TIME = "timestamp"
_DATES = frozenset({_TIME})
_NUMBERS = frozenset({"issue.id", "project.id"})


async def show_errors(call: Call) -> Response:
    """The rows of a table of errors."""
    refuse_options(call, "sampling", allowed=("normal", "highest_accuracy"))
    asked = await read_error_question(call)
    given = read_field_names(call)
    computed = [read_function(name) for name in given if is_call(name)]
    plain = [name for name in given if not is_call(name)]
    if computed:
        rows, links = await _groups(call, asked, [read_column(name) for name in plain], computed)
    else:
        plain += [name for name in _NAMED if name not in plain]
        rows, links = await _rows(call, asked, plain)
    meta = _meta(asked, plain, computed)
    return json_response({"data": rows, "meta": meta}, headers=link_headers(call, **links))


async def _groups(
    call: Call, asked: ErrorQuestion, columns: Sequence[Column], computed: Sequence[Computed]
) -> tuple[list[Json], dict[str, Any]]:
    size = read_per_page(call, default=PER_PAGE, largest=LARGEST_PAGE)
    offset, seconds = read_offset(call), seconds_of(asked.scope)
    aliases = {each.alias: each.name for each in computed}
    name, descending = read_order(call, [each.name for each in columns], aliases)
    also = {each.needs for each in computed if each.needs}
    async with call.deps.desk.work() as work:
        tallies = await tally_errors(work.tx, asked.scope, columns, asked.projects, also=also)
    whole = {group: merged(slots.values()) for group, slots in tallies.items()}
    if not columns and not whole:
        whole = {(): Tally()}
    ranked = sorted(whole, key=lambda group: [sortable(value) for value in group])
    by = next((each for each in computed if each.name == name), None)
    place = next((at for at, each in enumerate(columns) if each.name == name), 0)
    ranked.sort(
        key=lambda group: (0, by.rank(whole[group], seconds)) if by else sortable(group[place]),
        reverse=descending,
    )
    rows = [
        {each.name: value for each, value in zip(columns, group, strict=True)}
        | {each.name: each.value(whole[group], seconds) for each in computed}
        for group in ranked[offset : offset + size]
    ]
    return rows, offset_links(offset, size, has_more=len(ranked) > offset + size)


async def _rows(
    call: Call, asked: ErrorQuestion, names: Sequence[str]
) -> tuple[list[Json], dict[str, Any]]:
    """Events one by one in the order of time, cut by the time and the row of those at the ends."""
    name, descending = read_sort(call) or (_TIME, True)
    if name != _TIME:
        raise ApiError(400, "Errors one by one are sorted by timestamp alone.")
    size, cursor = read_per_page(call, default=PER_PAGE, largest=LARGEST_PAGE), read_cursor(call)
    is_at = cursor is not None and (cursor.value or cursor.offset)
    place = EventPlace(timestamp=cursor.value, row_id=cursor.offset) if cursor and is_at else None
    backwards = cursor is not None and cursor.is_previous
    is_newest_first = descending != backwards
    async with call.deps.desk.work() as work:
        found = await _list(work.tx, asked, place, size + 1, newest_first=is_newest_first)
        has_more, found = len(found) > size, found[:size]
        listed = await issues.list_issues(work.tx, {each.issue_id for each in found})
    if backwards:
        found.reverse()
    numbers = {issue.id: issue.short_id for issue in listed}
    rows = [
        _Row(
            stored=each,
            event=each.payload(),
            project=asked.projects[each.project_id],
            number=numbers.get(each.issue_id),
        )
        for each in found
    ]
    return [{name: _cell(name, row) for name in names} for row in rows], {
        "previous": _cursor(found[0], is_previous=True) if found else Cursor(),
        "has_previous": has_more if backwards else place is not None,
        "following": _cursor(found[-1], is_previous=False) if found else Cursor(),
        "has_following": True if backwards else has_more,
    }


async def _list(
    tx: Transaction,
    asked: ErrorQuestion,
    place: EventPlace | None,
    limit: int,
    *,
    newest_first: bool,
) -> list[StoredEvent]:
    """The first events of all projects together: the first of each, put in order."""
    scope = asked.scope
    condition = AllOf((scope.condition, within_span((scope.start, scope.end))))
    found: list[StoredEvent] = []
    for project_id in scope.project_ids:
        selection = EventSelection(
            organization_id=scope.organization_id, project_id=project_id, condition=condition
        )
        if newest_first:
            found += await events.list_newest(tx, selection, before=place, limit=limit)
        else:
            found += await events.list_oldest(tx, selection, after=place, limit=limit)
        found.sort(key=lambda each: (each.timestamp, each.id), reverse=newest_first)
        del found[limit:]
    return found


def _cursor(stored: StoredEvent, *, is_previous: bool) -> Cursor:
    return Cursor(stored.timestamp, stored.id, is_previous=is_previous)


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """An event with what its cells are made of."""

    stored: StoredEvent
    event: Json
    project: Project
    number: int | None
    """Of its issue's short id."""

    @property
    def issue(self) -> str | None:
        return format_short_id(self.project.slug, self.number) if self.number else None

    @property
    def user(self) -> Json:
        user = self.event.get("user")
        return user if isinstance(user, dict) else {}

    @property
    def somebody(self) -> str | None:
        """The user, by what people are known by best."""
        known = ("email", "username", "id", "ip_address")
        return next((self.user[each] for each in known if self.user.get(each)), None)


_CELLS: Mapping[str, Callable[[_Row], Any]] = {
    "id": lambda row: row.stored.event_id,
    "timestamp": lambda row: iso(row.stored.timestamp),
    "issue": lambda row: row.issue,
    "issue.id": lambda row: row.stored.issue_id,
    "project": lambda row: row.project.slug,
    "project.name": lambda row: row.project.slug,
    "project.id": lambda row: row.project.id,
    "event.type": lambda row: told_type(row.event.get("type") or "default"),
    "message": lambda row: message_of(row.event),
    "title": lambda row: row.event.get("title"),
    "culprit": lambda row: row.event.get("culprit"),
    "location": lambda row: row.event.get("location"),
    "platform": lambda row: row.event.get("platform"),
    "user.display": lambda row: row.somebody,
    "user.id": lambda row: row.user.get("id"),
    "user.email": lambda row: row.user.get("email"),
    "user.username": lambda row: row.user.get("username"),
    "user.ip": lambda row: row.user.get("ip_address"),
}
"""What an event says in a column; in any other it says its tag of that name."""


def _cell(name: str, row: _Row) -> Any:
    if name in _CELLS:
        return _CELLS[name](row)
    return _tag(row.event, name.removeprefix("tags[").removesuffix("]"))


def _tag(event: Json, name: str) -> str | None:
    """A tag, and what every event has under the name of one: release, environment, level."""
    return next((value for key, value in event.get("tags") or () if key == name), None)


def _meta(asked: ErrorQuestion, plain: Sequence[str], computed: Sequence[Computed]) -> Json:
    types = {name: _type(name) for name in plain} | {each.name: each.type for each in computed}
    units = dict.fromkeys(plain) | {each.name: each.unit for each in computed}
    return table_meta(types, units, asked.dataset)


def _type(name: str) -> str:
    if name in _DATES:
        return "date"
    return "integer" if name in _NUMBERS else "string"
