"""What a project takes for a performance problem, under Sentry's names for it."""

from typing import Any

import msgspec
from starlette.responses import Response

from urgentry.access.decision import found
from urgentry.api.endpoint import Call, empty, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.domain.performance_settings import LIMITS, MAX_PATHS_CHARS, PATHS, SWITCHES
from urgentry.domain.project import Project
from urgentry.storage.database import Transaction
from urgentry.tenancy.performance import change_performance, performance_settings_of

_KNOWN = {*SWITCHES, *LIMITS, PATHS}


async def show(call: Call) -> Response:
    """Every switch and threshold; milliseconds and bytes."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, "project:read", "project:write", "project:admin")
    settings = performance_settings_of(found(entered.project))
    return json_response(msgspec.to_builtins(settings))


async def update(call: Call) -> Response:
    """Changes those that are named; the answer is all of them."""
    body = await call.body()

    async def write(tx: Transaction) -> Project:
        entered = await call.enter(tx, "project:write", "project:admin")
        return await change_performance(tx, entered, _read(body))

    project = await call.database.write(write)
    return json_response(msgspec.to_builtins(performance_settings_of(project)))


async def reset(call: Call) -> Response:
    """Everything as a new project has it."""

    async def write(tx: Transaction) -> None:
        entered = await call.enter(tx, "project:write", "project:admin")
        await change_performance(tx, entered, None)

    await call.database.write(write)
    return empty()


def _read(body: dict[str, Any]) -> dict[str, Any]:
    """FieldError for a name that is none of a setting: nothing would heed it."""
    fields = Fields(body)
    for unknown in body.keys() - _KNOWN:
        fields.refuse(unknown, "There is no such setting here.")
    wanted: dict[str, Any] = {name: fields.flag(name) for name in SWITCHES}
    wanted |= {
        name: fields.integer(name, least=least, most=most) for name, (least, most) in LIMITS.items()
    }
    wanted[PATHS] = fields.text(PATHS, longest=MAX_PATHS_CHARS, may_be_empty=True)
    fields.check()
    return {name: value for name, value in wanted.items() if value is not None}


ENDPOINTS = (
    endpoint(
        "/projects/{organization}/{project}/performance-issues/configure/",
        GET=show,
        PUT=update,
        DELETE=reset,
    ),
)
