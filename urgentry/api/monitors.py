"""Monitors of scheduled jobs and their check-ins, by organization and by project."""

from collections.abc import Collection
from typing import Any

from msgspec import UNSET
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, as_id, found, visible_projects
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.issue_question import read_projects, read_span
from urgentry.api.pagination import Cursor, link_headers, page_of, read_cursor, read_per_page
from urgentry.api.project_facts import facts_of
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.monitors import Around, check_in_shape, monitor_shape
from urgentry.api.shapes.projects import project_shape
from urgentry.domain.event import row_id_at
from urgentry.domain.monitor import MAX_NAME, MAX_SLUG, Monitor, MonitorStatus
from urgentry.domain.project import Project
from urgentry.errors import ApiError, FieldError
from urgentry.storage import accounts, monitors, teams
from urgentry.storage.database import Transaction
from urgentry.tenancy.monitors import (
    MonitorChange,
    change_monitor,
    create_monitor,
    forget_check_ins,
    mute_environment,
)

READ = ("org:read", "org:write", "org:admin", "project:read", "project:write", "project:admin")
WRITE = ("org:write", "org:admin", "project:write", "project:admin")
_STATUSES = {"active": MonitorStatus.ACTIVE, "disabled": MonitorStatus.DISABLED}


async def list_of_organization(call: Call) -> Response:
    """The monitors of the projects that the caller may see; `project`, `environment`, `owner` and
    `query`, a part of the name or slug, pick."""
    refuse_options(call, "sort", "asc")
    names = _environments(call)
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        projects = await _projects(call, tx, entered)
        listed = await monitors.list_monitors(tx, projects)
        within = await monitors.list_environments(tx, [each.id for each in listed])
        if names:
            listed = [
                each for each in listed if any(one.name in names for one in within.get(each.id, []))
            ]
        page, headers = page_of(call, _picked(call, entered, listed))
        shapes = [await _shape(tx, entered, each, projects, names) for each in page]
    return json_response(shapes, headers=headers)


async def create(call: Call) -> Response:
    """Makes a monitor of a project that the body names."""
    fields = Fields(await call.body())

    async def write(tx: Transaction) -> Response:
        entered = await call.enter(tx, *WRITE)
        wanted = fields.text("project", longest=100, required=True)
        fields.text("name", longest=MAX_NAME, required=True)
        if fields.mapping("config") is None:
            fields.refuse("config", "This field is required.")
        change = _change(fields)
        projects = {each.id: each for each in await visible_projects(tx, entered)}
        project = next(
            (one for one in projects.values() if wanted in {one.slug, str(one.id)}), None
        )
        if project is None:
            raise FieldError({"project": ["Invalid project"]})
        made = await create_monitor(tx, entered, project.id, change, at=clock.now())
        return json_response(await _shape(tx, entered, made, projects), 201)

    return await call.database.write(write)


async def show(call: Call) -> Response:
    """One monitor, by slug or id; `environment` picks among its environments."""
    async with call.database.read() as tx:
        entered, monitor, projects = await _find(call, tx, *READ)
        shape = await _shape(tx, entered, monitor, projects, _environments(call))
    return json_response(shape)


async def update(call: Call) -> Response:
    """Changes what the body names."""
    fields = Fields(await call.body())

    async def write(tx: Transaction) -> Response:
        entered, monitor, projects = await _find(call, tx, *WRITE)
        wanted = fields.text("project", longest=100)
        change = _change(fields)
        own = projects[monitor.project_id]
        if wanted and wanted not in {own.slug, str(own.id)}:
            raise FieldError({"project": ["A monitor stays in its project."]})
        changed = await change_monitor(tx, entered, monitor, change, at=clock.now())
        return json_response(await _shape(tx, entered, changed, projects))

    return await call.database.write(write)


async def update_environment(call: Call) -> Response:
    """Mutes one environment of a monitor, or ends that (`isMuted`)."""
    fields = Fields(await call.body())

    async def write(tx: Transaction) -> Response:
        entered, monitor, projects = await _find(call, tx, *WRITE)
        is_muted = fields.flag("isMuted", required=True)
        fields.check()
        name = call.path("environment").replace("\x00", "")
        changed = found(await mute_environment(tx, monitor, name, is_muted=bool(is_muted)))
        return json_response(await _shape(tx, entered, changed, projects))

    return await call.database.write(write)


async def delete(call: Call) -> Response:
    """Deletes a monitor, or with `environment` only what it knows of these environments."""

    async def write(tx: Transaction) -> list[int]:
        _, monitor, _ = await _find(call, tx, *WRITE)
        return await monitors.delete_monitor(tx, monitor.id, environments=_environments(call))

    await forget_check_ins(call.database, await call.database.write(write))
    return json_response({}, 202)


async def list_check_ins(call: Call) -> Response:
    """The check-ins of a monitor, newest first; `environment` and a period pick."""
    refuse_options(call, "expand")
    size, cursor = read_per_page(call), read_cursor(call)
    span = read_span(call, clock.now())
    before = cursor.value if cursor and cursor.value else monitors.END
    async with call.database.read() as tx:
        _, monitor, _ = await _find(call, tx, *READ)
        listed = await monitors.list_check_ins(
            tx,
            monitor.id,
            environments=_environments(call),
            since=row_id_at(span.start or 0),
            before=before if span.end is None else min(before, row_id_at(span.end)),
            limit=size + 1,
        )
    page = listed[:size]
    headers = link_headers(
        call,
        previous=Cursor(0, 0, is_previous=True),
        has_previous=cursor is not None and cursor.value > 0,
        following=Cursor(page[-1][1].id if page else 0, 0),
        has_following=len(listed) > size,
    )
    return json_response(
        [check_in_shape(monitor, name, each) for name, each in page], headers=headers
    )


async def _find(
    call: Call, tx: Transaction, *scopes: str
) -> tuple[Access, Monitor, dict[int, Project]]:
    entered = await call.enter(tx, *scopes)
    projects = await _projects(call, tx, entered)
    wanted = call.path("monitor").replace("\x00", "")
    found_one = await monitors.find_monitor(tx, projects, wanted, as_id(wanted) or 0)
    return entered, found(found_one), projects


async def _projects(call: Call, tx: Transaction, entered: Access) -> dict[int, Project]:
    """The project of the path, or the visible ones that `project` picks; by id."""
    return {each.id: each for each in await read_projects(call, tx, entered)}


def _picked(call: Call, entered: Access, listed: list[Monitor]) -> list[Monitor]:
    """The monitors that `owner` and `query` ask for."""
    owners = [text for text in call.query.getlist("owner") if text]
    part = (call.query.get("query") or "").strip().casefold()
    return [
        each
        for each in listed
        if (not owners or any(_is_owned(each, owner, entered) for owner in owners))
        and part in f"{each.name}\n{each.slug}".casefold()
    ]


def _is_owned(monitor: Monitor, owner: str, entered: Access) -> bool:
    match owner.partition(":"):
        case ("unassigned", _, _):
            return monitor.owner_account_id is None and monitor.owner_team_id is None
        case ("myteams", _, _):
            return monitor.owner_team_id in entered.team_ids
        case ("user", _, number):
            return str(monitor.owner_account_id) == number
        case ("team", _, number):
            return str(monitor.owner_team_id) == number
        case _:
            raise ApiError(400, f'"owner={owner}" is not supported here.')


def _environments(call: Call) -> list[str]:
    return [text.replace("\x00", "") for text in call.query.getlist("environment") if text]


async def _shape(
    tx: Transaction,
    entered: Access,
    monitor: Monitor,
    projects: dict[int, Project],
    names: Collection[str] = (),
) -> dict[str, Any]:
    within = (await monitors.list_environments(tx, [monitor.id])).get(monitor.id, [])
    account_id, team_id = monitor.owner_account_id, monitor.owner_team_id
    project = projects[monitor.project_id]
    facts = await facts_of(tx, [project])
    around = Around(
        project=project_shape(project, entered, facts),
        environments=[one for one in within if not names or one.name in names],
        account=await accounts.get_account(tx, account_id) if account_id else None,
        team=await teams.get_team(tx, project.organization_id, team_id) if team_id else None,
    )
    return monitor_shape(monitor, around)


def _change(fields: Fields) -> MonitorChange:
    """What a body asks for. FieldError when something in it is of the wrong kind."""
    status = fields.choice("status", _STATUSES)
    is_muted = fields.flag("isMuted")
    if is_muted is None:
        is_muted = fields.flag("is_muted")
    change = MonitorChange(
        name=fields.text("name", longest=MAX_NAME),
        slug=fields.text("slug", longest=MAX_SLUG),
        status=_STATUSES[status] if status else None,
        is_muted=is_muted,
        config=fields.mapping("config"),
        owner=fields.text("owner", longest=64, may_be_empty=True) if "owner" in fields else UNSET,
    )
    fields.check()
    return change


ENDPOINTS = (
    endpoint("/organizations/{organization}/monitors/", GET=list_of_organization, POST=create),
    *(
        one
        for start in ("/organizations/{organization}", "/projects/{organization}/{project}")
        for one in (
            endpoint(f"{start}/monitors/{{monitor}}/", GET=show, PUT=update, DELETE=delete),
            endpoint(f"{start}/monitors/{{monitor}}/checkins/", GET=list_check_ins),
            endpoint(
                f"{start}/monitors/{{monitor}}/environments/{{environment}}/",
                PUT=update_environment,
            ),
        )
    ),
)
