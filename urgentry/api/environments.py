"""Environments that events named, and whether pickers show them."""

from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from urgentry.access.decision import found, visible_projects
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.domain.project import Environment
from urgentry.errors import FieldError
from urgentry.storage import environments
from urgentry.storage.database import Transaction

READ = ("project:read", "project:write", "project:admin")
WRITE = ("project:write", "project:admin")
VISIBILITIES = ("all", "hidden", "visible")


async def list_of_organization(call: Call) -> Response:
    """The names of environments, each once, whichever projects have them."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "org:read", "org:write", "org:admin")
        visible = await visible_projects(tx, entered)
        listed = await environments.list_environments(tx, [project.id for project in visible])
    by_name: dict[str, Environment] = {}
    for one in _picked(call, listed):
        by_name.setdefault(one.name, one)
    return json_response([{"id": str(one.id), "name": name} for name, one in by_name.items()])


async def list_of_project(call: Call) -> Response:
    """The environments of a project; `visibility` is `visible` (default), `hidden` or `all`."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        listed = await environments.list_environments(tx, [found(entered.project).id])
    return json_response([_shape(one) for one in _picked(call, listed)])


async def show(call: Call) -> Response:
    """One environment by name."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        project_id = found(entered.project).id
        name = _readable(call.path("environment"))
        one = found(await environments.find_environment(tx, project_id, name))
    return json_response(_shape(one))


async def update(call: Call) -> Response:
    """Hides an environment, or shows it again."""
    fields = Fields(await call.body())
    is_hidden = bool(fields.flag("isHidden", required=True))
    fields.check()
    name = _readable(call.path("environment"))
    changed = await _set_hidden(call, [name], is_hidden=is_hidden)
    return json_response(_shape(found(next(iter(changed), None))))


async def update_many(call: Call) -> Response:
    """Hides several environments, or shows them again."""
    fields = Fields(await call.body())
    names = fields.texts("environmentNames", required=True) or []
    is_hidden = bool(fields.flag("isHidden", required=True))
    fields.check()
    changed = await _set_hidden(call, names, is_hidden=is_hidden)
    return json_response([_shape(one) for one in changed])


async def _set_hidden(call: Call, names: list[str], *, is_hidden: bool) -> list[Environment]:
    async def write(tx: Transaction) -> list[Environment]:
        project_id = found((await call.enter(tx, *WRITE)).project).id
        await environments.set_hidden(tx, project_id, names, is_hidden=is_hidden)
        listed = await environments.list_environments(tx, [project_id])
        return [one for one in listed if one.name in names]

    return await call.database.write(write)


def _picked(call: Call, listed: Iterable[Environment]) -> list[Environment]:
    """Events without an environment have one without a name, which no list shows."""
    visibility = call.query.get("visibility") or "visible"
    if visibility not in VISIBILITIES:
        reason = f"Invalid value for 'visibility', valid values are: {list(VISIBILITIES)!r}"
        raise FieldError({"detail": [reason]})
    hidden: Any = {"hidden": True, "visible": False}.get(visibility)
    return [one for one in listed if one.name and (hidden is None or one.is_hidden is hidden)]


def _shape(environment: Environment) -> dict[str, Any]:
    return {
        "id": str(environment.id),
        "name": environment.name,
        "isHidden": environment.is_hidden,
    }


def _readable(name: str) -> str:
    return name.replace("\x00", "")


ENDPOINTS = (
    endpoint("/organizations/{organization}/environments/", GET=list_of_organization),
    endpoint(
        "/projects/{organization}/{project}/environments/", GET=list_of_project, PUT=update_many
    ),
    endpoint(
        "/projects/{organization}/{project}/environments/{environment}/", GET=show, PUT=update
    ),
)
