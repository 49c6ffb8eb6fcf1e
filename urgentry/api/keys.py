"""The keys of projects, which DSNs are made of."""

from typing import Any

import msgspec
from starlette.responses import Response

from urgentry.access.decision import as_id, found, visible_projects
from urgentry.api.endpoint import Call, empty, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.pagination import page_of
from urgentry.api.refusals import refuse_options, refuse_unmet
from urgentry.api.shapes.keys import LOADER_OPTIONS, key_shape
from urgentry.domain.project import ProjectKey
from urgentry.domain.routing import MAX_CHARS, SERVICE, Routing
from urgentry.domain.sdk_loader import LoaderOptions, version_choices
from urgentry.storage import keys as stored
from urgentry.storage import projects
from urgentry.storage.database import Transaction
from urgentry.tenancy.keys import (
    RateLimit,
    create_key,
    delete_key,
    find_key,
    set_rate_limit,
    set_routing,
    update_key,
)
from urgentry.tenancy.teams import find_team

MAX_LABEL = 64
MAX_WINDOW_S = 86_400
READ = ("project:read", "project:write", "project:admin")
WRITE = ("project:write", "project:admin")
FIXED = ("public", "secret", "useCase")
"""What Sentry lets people set of a key, and this server does not."""


async def list_keys(call: Call) -> Response:
    """The keys of a project; `status=active` or `inactive` picks."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        listed = await stored.list_keys(tx, [found(entered.project).id])
    return _page(call, listed)


async def list_of_organization(call: Call) -> Response:
    """The keys of every project that the caller may see; `team` picks those of a team."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "org:read", "org:write", "org:admin")
        visible = await visible_projects(tx, entered)
        if team := call.query.get("team"):
            team_id = (await find_team(tx, entered, team)).id
            own = {project.id for project in await projects.list_of_teams(tx, [team_id])}
            visible = [project for project in visible if project.id in own]
        listed = await stored.list_keys(tx, [project.id for project in visible])
    return _page(call, listed)


async def create(call: Call) -> Response:
    """A new key."""
    body = await call.body()
    fields = Fields(body)
    label = fields.text("name", longest=MAX_LABEL)
    rate_limit = _rate_limit(fields)
    loader = _loader_change(call, fields)
    routing = _routing(fields)
    fields.check()

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, *WRITE)
        key = await create_key(
            tx, entered, label=label, rate_limit=rate_limit, loader=LoaderOptions(**loader)
        )
        if routing is not None:
            key = await set_routing(tx, entered, key, routing)
        return _changed(call, body, key)

    return json_response(await call.database.write(write), 201)


async def show(call: Call) -> Response:
    """One key."""
    async with call.database.read() as tx:
        key = await find_key(tx, await call.enter(tx, *READ), call.path("key"))
    return json_response(_shape(call, key))


async def update(call: Call) -> Response:
    """Renames a key, turns it on or off, sets its rate limit, what its loader brings, or how
    exports are led on."""
    body = await call.body()
    fields = Fields(body)
    label = fields.text("name", longest=MAX_LABEL)
    is_active = fields.flag("isActive")
    rate_limit = _rate_limit(fields)
    change = _loader_change(call, fields)
    routing = _routing(fields)
    fields.check()

    async def write(tx: Transaction) -> dict[str, Any]:
        entered = await call.enter(tx, *WRITE)
        key = await find_key(tx, entered, call.path("key"))
        if "routing" in fields:
            key = await set_routing(tx, entered, key, routing)
        if "rateLimit" in fields:
            key = await set_rate_limit(tx, entered, key, rate_limit)
        loader = msgspec.structs.replace(key.loader, **change)
        key = await update_key(tx, entered, key, label=label, is_active=is_active, loader=loader)
        return _changed(call, body, key)

    return json_response(await call.database.write(write))


async def delete(call: Call) -> Response:
    """Removes a key."""

    async def write(tx: Transaction) -> None:
        entered = await call.enter(tx, "project:admin")
        await delete_key(tx, entered, await find_key(tx, entered, call.path("key")))

    await call.database.write(write)
    return empty()


def _rate_limit(fields: Fields) -> RateLimit | None:
    """None where there is to be no limit; a count or a window of 0 or null takes it away."""
    given = fields.object("rateLimit")
    if given is None:
        return None
    count = given.integer("count")
    window = given.integer("window", most=MAX_WINDOW_S)
    given.check()
    return (count, window) if count and window else None


def _routing(fields: Fields) -> Routing | None:
    """None where exports are to stay with the key's own project."""
    given = fields.object("routing")
    if given is None:
        return None
    attribute = given.text("attribute", longest=MAX_CHARS) or SERVICE
    projects = given.mapping("projects") or {}
    ids = {value[:MAX_CHARS]: as_id(str(one)) or 0 for value, one in projects.items()}
    given.check()
    return Routing(attribute=attribute, projects=ids)


def _loader_change(call: Call, fields: Fields) -> dict[str, Any]:
    """What is asked of the loader, by the names of `LoaderOptions`."""
    change: dict[str, Any] = {}
    allowed = version_choices(call.deps.browser_sdk_versions)
    if version := fields.choice("browserSdkVersion", allowed):
        change["version"] = version
    options = fields.mapping("dynamicSdkLoaderOptions") or {}
    given = Fields(options)
    for option in options:
        if option not in LOADER_OPTIONS:
            given.refuse(option, "There is no such option.")
        elif (value := given.flag(option)) is not None:
            change[LOADER_OPTIONS[option]] = value
    given.check()
    return change


def _shape(call: Call, key: ProjectKey) -> dict[str, Any]:
    return key_shape(key, call.deps.base_url, call.deps.browser_sdk_versions)


def _changed(call: Call, body: dict[str, Any], key: ProjectKey) -> dict[str, Any]:
    """The key after a change, which must be what was asked for."""
    shape = _shape(call, key)
    refuse_unmet(body, shape, *FIXED)
    return shape


def _page(call: Call, listed: list[ProjectKey]) -> Response:
    refuse_options(call, "status", allowed=["active", "inactive"])
    status = call.query.get("status")
    wanted: Any = {"active": True, "inactive": False}.get(status or "")
    picked = [key for key in listed if wanted is None or key.is_active is wanted]
    page, headers = page_of(call, picked)
    return json_response([_shape(call, key) for key in page], headers=headers)


ENDPOINTS = (
    endpoint("/projects/{organization}/{project}/keys/", GET=list_keys, POST=create),
    endpoint("/projects/{organization}/{project}/keys/{key}/", GET=show, PUT=update, DELETE=delete),
    endpoint("/organizations/{organization}/project-keys/", GET=list_of_organization),
)
