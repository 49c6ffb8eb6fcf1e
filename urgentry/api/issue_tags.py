"""Tags of an issue and of a project, from roll-ups over all their events."""

from starlette.responses import Response

from urgentry.access.decision import found
from urgentry.api.endpoint import Call, json_response
from urgentry.api.issue_lookup import enter_issue
from urgentry.api.issue_question import read_question
from urgentry.api.pagination import Cursor, link_headers, read_cursor, read_per_page
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.tags import summary_shape, value_shape
from urgentry.errors import ApiError
from urgentry.search.syntax import Value
from urgentry.search.values import contains_pattern
from urgentry.storage import tags
from urgentry.storage.tags import TagValue, ValueSort

_TOP_VALUES = 10
_MAX_KEYS = 1000
_LARGEST_OFFSET = 100_000
_DATASETS = ("events", "errors", "discover")
"""Sentry's names for what has errors in it."""


async def list_tags(call: Call) -> Response:
    """Every tag of an issue; `key` picks some, `limit` says how many values each shows."""
    _refuse_environments(call)
    wanted = frozenset(call.query.getlist("key"))
    top = read_per_page(call, default=_TOP_VALUES)
    async with call.database.read() as tx:
        _, issue = await enter_issue(call, tx, "event:read")
        summaries = await tags.list_tags(tx, issue.id, top=top)
    return json_response([summary_shape(each) for each in summaries if _is_wanted(each, wanted)])


async def show_tag(call: Call) -> Response:
    """One tag of an issue with its most frequent values."""
    _refuse_environments(call)
    async with call.database.read() as tx:
        _, issue = await enter_issue(call, tx, "event:read")
        tag = found(await tags.get_tag(tx, issue.id, call.path("key"), top=_TOP_VALUES))
    return json_response(summary_shape(tag))


async def list_values(call: Call) -> Response:
    """The values of a tag of an issue."""
    _refuse_environments(call)
    sort = _read_sort(call)
    offset, size = _read_window(call)
    async with call.database.read() as tx:
        _, issue = await enter_issue(call, tx, "event:read")
        values = await tags.list_values(
            tx, issue.id, call.path("key"), sort=sort, offset=offset, limit=size + 1
        )
    return _answer(call, values, offset, size)


async def list_project_values(call: Call) -> Response:
    """The values of a tag in a project, or in projects of an organization."""
    _refuse_environments(call)
    offset, size = _read_window(call)
    pattern = contains_pattern(Value(call.query.get("query") or ""))
    async with call.database.read() as tx:
        access = await call.enter(tx, "project:read", "event:read")
        question = await read_question(call, tx, access)
        values = await tags.list_project_values(
            tx,
            question.project_ids,
            call.path("key"),
            pattern=pattern,
            offset=offset,
            limit=size + 1,
        )
    return _answer(call, values, offset, size)


async def list_keys(call: Call) -> Response:
    """The tags that an organization's projects, or one project, know."""
    _refuse_environments(call)
    refuse_options(call, "useFlagsBackend")
    refuse_options(call, "dataset", allowed=_DATASETS)
    async with call.database.read() as tx:
        access = await call.enter(tx, "org:read", "project:read", "event:read")
        question = await read_question(call, tx, access)
        keys = await tags.list_project_keys(tx, question.project_ids, limit=_MAX_KEYS)
    return json_response([{"key": key, "name": key, "totalValues": count} for key, count in keys])


def _refuse_environments(call: Call) -> None:
    """Tags are counted once for all environments."""
    refuse_options(call, "environment")


def _answer(call: Call, values: list[TagValue], offset: int, size: int) -> Response:
    headers = link_headers(
        call,
        previous=Cursor(0, max(0, offset - size), is_previous=True),
        has_previous=offset > 0,
        following=Cursor(0, offset + size),
        has_following=len(values) > size,
    )
    content = [value_shape(call.path("key"), value) for value in values[:size]]
    return json_response(content, headers=headers)


def _read_window(call: Call) -> tuple[int, int]:
    offset = (read_cursor(call) or Cursor()).offset
    if offset > _LARGEST_OFFSET:
        raise ApiError(400, "Invalid cursor parameter.")
    return offset, read_per_page(call)


def _read_sort(call: Call) -> ValueSort:
    name = (call.query.get("sort") or "count").removeprefix("-")
    if name == "id":
        return ValueSort.AGE
    if name not in list(ValueSort):
        raise ApiError(400, f'Invalid sort: "{name}"')
    return ValueSort(name)


def _is_wanted(tag: tags.TagSummary, wanted: frozenset[str]) -> bool:
    return not wanted or tag.key in wanted
