"""Monitors of scheduled jobs and their check-ins, by organization and by project."""

from collections.abc import Collection
from functools import partial
from typing import Any

from msgspec.structs import replace
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, as_id, found, visible_projects
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.pagination import Cursor, link_headers, page_of, read_cursor, read_per_page
from urgentry.api.project_facts import facts_of
from urgentry.api.shapes.monitors import Around, check_in_shape, monitor_shape
from urgentry.api.shapes.projects import project_shape
from urgentry.domain.monitor import (
    MAX_NAME,
    MAX_SLUG,
    MOST_MINUTES,
    MOST_THRESHOLD,
    Monitor,
    MonitorConfig,
    MonitorStatus,
    monitor_slug,
)
from urgentry.domain.project import Project
from urgentry.domain.schedule import read_schedule, read_timezone
from urgentry.errors import FieldError, UniqueViolation
from urgentry.storage import accounts, members, monitors, teams
from urgentry.storage.database import Transaction

READ = ("org:read", "org:write", "org:admin", "project:read", "project:write", "project:admin")
WRITE = ("org:write", "org:admin", "project:write", "project:admin")
_STATUSES = {"active": MonitorStatus.ACTIVE, "disabled": MonitorStatus.DISABLED}
_CHUNK = 500


async def list_of_organization(call: Call) -> Response:
    """The monitors of the projects that the caller may see; `project` and `environment` pick."""
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
        page, headers = page_of(call, listed)
        shapes = [await _shape(tx, entered, each, projects, names) for each in page]
    return json_response(shapes, headers=headers)


async def create(call: Call) -> Response:
    """Makes a monitor of a project that the body names."""
    fields = Fields(await call.body())
    wanted = fields.text("project", longest=100, required=True)

    async def write(tx: Transaction) -> Response:
        entered = await call.enter(tx, *WRITE)
        projects = {each.id: each for each in await visible_projects(tx, entered)}
        project = next(
            (one for one in projects.values() if wanted in {one.slug, str(one.id)}), None
        )
        if wanted and project is None:
            fields.refuse("project", "Invalid project")
        made = await _changed(tx, fields, entered, _new(project), is_new=True)
        assert project is not None  # noqa: S101 - refused above
        is_made = await monitors.insert_monitor(
            tx,
            project_id=project.id,
            slug=made.slug,
            name=made.name,
            config=made.config,
            status=made.status,
            owner=(made.owner_account_id, made.owner_team_id),
            at=clock.now(),
        )
        if not is_made:
            raise _slug_taken(made.slug)
        monitor = found(await monitors.find_monitor(tx, [project.id], made.slug, 0))
        return json_response(await _shape(tx, entered, monitor, projects), 201)

    return await call.database.write(write)


async def show(call: Call) -> Response:
    """One monitor, by slug or id."""
    async with call.database.read() as tx:
        entered, monitor, projects = await _find(call, tx, *READ)
        shape = await _shape(tx, entered, monitor, projects, _environments(call))
    return json_response(shape)


async def update(call: Call) -> Response:
    """Changes what the body names."""
    fields = Fields(await call.body())

    async def write(tx: Transaction) -> Response:
        entered, monitor, projects = await _find(call, tx, *WRITE)
        changed = await _changed(tx, fields, entered, monitor, is_new=False)
        try:
            await monitors.update_monitor(tx, changed)
        except UniqueViolation as error:
            raise _slug_taken(changed.slug) from error
        return json_response(await _shape(tx, entered, changed, projects))

    return await call.database.write(write)


async def delete(call: Call) -> Response:
    """Deletes a monitor, or with `environment` only what it knows of these environments."""

    async def write(tx: Transaction) -> list[int]:
        _, monitor, _ = await _find(call, tx, *WRITE)
        return await monitors.delete_monitor(tx, monitor.id, environments=_environments(call))

    gone = await call.database.write(write)
    deleted = _CHUNK
    while gone and deleted == _CHUNK:
        deleted = await call.database.write(
            partial(monitors.delete_check_ins_of, environment_ids=gone, limit=_CHUNK)
        )
    return json_response({}, 202)


async def list_check_ins(call: Call) -> Response:
    """The check-ins of a monitor, newest first."""
    size, cursor = read_per_page(call), read_cursor(call)
    async with call.database.read() as tx:
        _, monitor, _ = await _find(call, tx, *READ)
        listed = await monitors.list_check_ins(
            tx,
            monitor.id,
            environments=_environments(call),
            before=cursor.value if cursor and cursor.value else monitors.END,
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
    if entered.project is not None:
        return {entered.project.id: entered.project}
    wanted = {text for text in call.query.getlist("project") if text and text != "-1"}
    return {
        each.id: each
        for each in await visible_projects(tx, entered)
        if not wanted or {str(each.id), each.slug} & wanted
    }


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


def _new(project: Project | None) -> Monitor:
    return Monitor(
        id=0,
        project_id=project.id if project else 0,
        slug="",
        name="",
        status=MonitorStatus.ACTIVE,
        is_muted=False,
        is_upserting=False,
        config=MonitorConfig(),
        owner_account_id=None,
        owner_team_id=None,
        created_at=0,
    )


async def _changed(
    tx: Transaction, fields: Fields, entered: Access, monitor: Monitor, *, is_new: bool
) -> Monitor:
    """The monitor as the body wants it; FieldError when something in it is wrong."""
    name = fields.text("name", longest=MAX_NAME, required=is_new) or monitor.name
    slug = fields.text("slug", longest=MAX_SLUG) or monitor.slug or monitor_slug(name)
    if (name and not slug) or slug != monitor_slug(slug):
        fields.refuse("slug", "Lowercase letters, numbers, dashes and underscores.")
    status = fields.choice("status", _STATUSES)
    is_muted = fields.flag("isMuted")
    config = _config(fields, monitor.config, is_new=is_new)
    owner = await _owner(tx, fields, entered, monitor)
    fields.check()
    return replace(
        monitor,
        name=name,
        slug=slug,
        status=_STATUSES[status] if status else monitor.status,
        is_muted=monitor.is_muted if is_muted is None else is_muted,
        is_upserting=monitor.is_upserting and "config" not in fields,
        config=config,
        owner_account_id=owner[0],
        owner_team_id=owner[1],
    )


def _config(fields: Fields, before: MonitorConfig, *, is_new: bool) -> MonitorConfig:
    given = fields.mapping("config")
    if given is None:
        if is_new:
            fields.refuse("config", "This field is required.")
        return before
    try:
        return _read_config(given, before)
    except ValueError as error:
        fields.refuse("config", str(error))
        return before


def _read_config(given: dict[str, Any], before: MonitorConfig) -> MonitorConfig:
    schedule = before.schedule
    if "schedule" in given or "schedule_type" in given:
        kind = given.get("schedule_type") or given.get("scheduleType")
        schedule = read_schedule(kind or "crontab", given.get("schedule"))
    numbers = {
        name: _number(name, given[name], most)
        for name, most in (
            ("checkin_margin", MOST_MINUTES),
            ("max_runtime", MOST_MINUTES),
            ("failure_issue_threshold", MOST_THRESHOLD),
            ("recovery_threshold", MOST_THRESHOLD),
        )
        if name in given
    }
    timezone = given.get("timezone") or before.timezone
    return replace(before, schedule=schedule, timezone=read_timezone(timezone), **numbers)


def _number(name: str, value: Any, most: int) -> int | None:
    if value is None or (type(value) is int and 1 <= value <= most):
        return value
    raise ValueError(f"{name} is a whole number from 1 to {most}.")


async def _owner(
    tx: Transaction, fields: Fields, entered: Access, monitor: Monitor
) -> tuple[int | None, int | None]:
    """`user:ID` or `team:ID` of the organization; null for nobody."""
    if "owner" not in fields:
        return monitor.owner_account_id, monitor.owner_team_id
    text = fields.text("owner", longest=64, may_be_empty=True)
    if not text:
        return None, None
    kind, _, number = text.partition(":")
    owner_id = as_id(number) or 0
    if kind == "team":
        team = await teams.get_team(tx, entered.organization.id, owner_id)
        if team is not None:
            return None, team.id
    elif kind == "user" and await members.find_by_account(tx, entered.organization.id, owner_id):
        return owner_id, None
    fields.refuse("owner", "Unknown owner")
    return None, None


def _slug_taken(slug: str) -> FieldError:
    return FieldError({"slug": [f'The slug "{slug}" is already in use.']})


ENDPOINTS = (
    endpoint("/organizations/{organization}/monitors/", GET=list_of_organization, POST=create),
    *(
        one
        for start in ("/organizations/{organization}", "/projects/{organization}/{project}")
        for one in (
            endpoint(f"{start}/monitors/{{monitor}}/", GET=show, PUT=update, DELETE=delete),
            endpoint(f"{start}/monitors/{{monitor}}/checkins/", GET=list_check_ins),
        )
    ),
)
