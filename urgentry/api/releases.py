"""Releases: listing by age or by health, and one in full."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from urgentry.access.decision import Access, as_id, found, visible_projects
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.pagination import Cursor, link_headers, page_of, read_cursor, read_per_page
from urgentry.api.refusals import refuse_options
from urgentry.api.release_health import read_health, read_ranking, wants_health
from urgentry.api.shapes.releases import HealthOf, release_shape
from urgentry.domain.release import Release, ReleaseProject
from urgentry.errors import ApiError
from urgentry.storage import releases
from urgentry.storage.database import Transaction
from urgentry.triage.release_health import Fared

READ = ("project:read", "project:write", "project:admin", "project:releases", "org:ci")
ALL_PROJECTS = "-1"
MAX_RANKED = 1000
ORDERS: Mapping[str, Callable[[Fared], float | None]] = {
    "sessions": lambda fared: fared.own.counts.started,
    "users": lambda fared: fared.own.everybody,
    "crash_free_sessions": lambda fared: fared.own.crash_free_sessions,
    "crash_free_users": lambda fared: fared.own.crash_free_users,
}
"""What releases can be ranked by, beside their age."""


async def list_of_organization(call: Call) -> Response:
    """The releases of an organization, newest first; `project` picks, `query` looks into
    versions."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        return await _page(call, tx, entered, await _project_ids(call, tx, entered))


async def list_of_project(call: Call) -> Response:
    """The releases of a project, newest first."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        return await _page(call, tx, entered, [found(entered.project).id])


async def show(call: Call) -> Response:
    """One release; 404 when no project of the caller saw it."""
    version = call.path("version").replace("\x00", "")
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        organization_id = entered.organization.id
        release = found(await releases.find_release(tx, organization_id, version))
        project_ids = await _project_ids(call, tx, entered)
        seen = (await releases.list_projects(tx, [release.id])).get(release.id, [])
        health = await _health(call, tx, entered, project_ids)
    own = [one for one in seen if one.project_id in project_ids]
    if seen and not own:
        found(None)
    return json_response(release_shape(release, own, health))


async def _health(
    call: Call, tx: Transaction, entered: Access, project_ids: list[int]
) -> HealthOf | None:
    """What is told of the releases' health, where it is asked for."""
    if not wants_health(call):
        return None
    return (await read_health(call, tx, entered, project_ids)).of


async def _page(call: Call, tx: Transaction, entered: Access, project_ids: list[int]) -> Response:
    refuse_options(call, "environment")
    refuse_options(call, "sort", allowed=["date", *ORDERS])
    refuse_options(call, "status", allowed=["open"])
    if call.query.get("sort") in ORDERS:
        return await _ranked(call, tx, entered, project_ids)
    size = read_per_page(call)
    cursor = read_cursor(call)
    listed = await _list(call, tx, entered, project_ids, cursor, size + 1)
    is_back = cursor is not None and cursor.is_previous
    has_more = len(listed) > size
    page = (listed[-size:] if is_back else listed[:size]) if has_more else listed
    seen = await releases.list_projects(tx, [release.id for release in page])
    headers = link_headers(
        call,
        previous=_place(page[:1], cursor, is_previous=True),
        has_previous=has_more if is_back else cursor is not None,
        following=_place(page[-1:], cursor, is_previous=False),
        has_following=True if is_back else has_more,
    )
    health = await _health(call, tx, entered, project_ids)
    return json_response(_shapes(page, seen, project_ids, health), headers=headers)


def _shapes(
    page: Sequence[Release],
    seen: Mapping[int, list[ReleaseProject]],
    project_ids: Iterable[int],
    health: HealthOf | None,
) -> list[dict[str, Any]]:
    visible = set(project_ids)
    return [
        release_shape(one, [s for s in seen.get(one.id, []) if s.project_id in visible], health)
        for one in page
    ]


async def _ranked(call: Call, tx: Transaction, entered: Access, project_ids: list[int]) -> Response:
    """Releases by how they fare, the best first; those without sessions after them, by age."""
    organization_id = entered.organization.id
    contains = call.query.get("query", "").replace("\x00", "")
    newest = await releases.list_releases(
        tx, organization_id, project_ids, contains=contains, limit=MAX_RANKED
    )
    fared = await read_ranking(call, tx, entered, project_ids)
    rank = ORDERS[call.query.get("sort", "")]

    def place(release: Release) -> float:
        value = rank(fared[release.version]) if release.version in fared else None
        return math.inf if value is None else -value

    page, headers = page_of(call, sorted(newest, key=place))
    seen = await releases.list_projects(tx, [release.id for release in page])
    health = await _health(call, tx, entered, project_ids)
    return json_response(_shapes(page, seen, project_ids, health), headers=headers)


async def _list(
    call: Call,
    tx: Transaction,
    entered: Access,
    project_ids: list[int],
    cursor: Cursor | None,
    limit: int,
) -> list[Release]:
    organization_id = entered.organization.id
    contains = call.query.get("query", "").replace("\x00", "")
    place = (cursor.value, cursor.offset) if cursor else (releases.END, releases.END)
    if cursor is not None and cursor.is_previous:
        return await releases.list_newer_releases(
            tx, organization_id, project_ids, after=place, contains=contains, limit=limit
        )
    return await releases.list_releases(
        tx, organization_id, project_ids, before=place, contains=contains, limit=limit
    )


def _place(edge: list[Release], cursor: Cursor | None, *, is_previous: bool) -> Cursor:
    """The cursor from the edge of a page on; an empty page keeps its own place."""
    if edge:
        return Cursor(edge[0].created_at, edge[0].id, is_previous)
    kept = cursor or Cursor()
    return Cursor(kept.value, kept.offset, is_previous)


async def _project_ids(call: Call, tx: Transaction, entered: Access) -> list[int]:
    """The projects that `project` names by id or slug, else all that the caller may see."""
    visible = await visible_projects(tx, entered)
    wanted = [text for text in call.query.getlist("project") if text]
    if not wanted or ALL_PROJECTS in wanted:
        return [project.id for project in visible]
    ids = {as_id(text) for text in wanted}
    picked = [one.id for one in visible if one.id in ids or one.slug in wanted]
    if not picked:
        raise ApiError(404, "Invalid project ids. Projects do not exist or are not accessible.")
    return picked


ENDPOINTS = (
    endpoint("/organizations/{organization}/releases/", GET=list_of_organization),
    endpoint("/organizations/{organization}/releases/{version}/", GET=show),
    endpoint("/projects/{organization}/{project}/releases/", GET=list_of_project),
    endpoint("/projects/{organization}/{project}/releases/{version}/", GET=show),
)
