"""Quotas: how much an organization, a project or a key takes of some kinds of data."""

from typing import Any

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, choose_project, visible_projects
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.fields import Fields
from urgentry.api.timestamps import iso
from urgentry.domain.project import Project, ProjectKey
from urgentry.domain.quotas import Quota
from urgentry.errors import ApiError, FieldError
from urgentry.protocol.stats import names_of
from urgentry.storage import usage
from urgentry.storage.database import Transaction
from urgentry.tenancy.keys import find_key
from urgentry.tenancy.quotas import Wish, list_quotas, replace_quotas, set_spike_protection

READ_ORGANIZATION = ("org:read", "org:write", "org:admin")
READ_PROJECT = ("project:read", "project:write", "project:admin")
WRITE_ORGANIZATION = ("org:write", "org:admin")
WRITE_PROJECT = ("project:write", "project:admin")
EVERY_PROJECT = "$all"


async def show(call: Call) -> Response:
    """The quotas of the organization, the project or the key itself, and what is taken of each in
    its current window."""
    async with call.database.read() as tx:
        entered, key = await _enter(call, tx, READ_ORGANIZATION, READ_PROJECT)
        return json_response(await _shapes(tx, await list_quotas(tx, entered, key)))


async def replace(call: Call) -> Response:
    """Sets `quotas` instead of those that are: each with `categories`, a `limit` and a `window` in
    seconds. A limit of 0 takes nothing; without categories it stands for everything."""
    body = await call.body()

    async def write(tx: Transaction) -> list[dict[str, Any]]:
        entered, key = await _enter(call, tx, WRITE_ORGANIZATION, WRITE_PROJECT)
        return await _shapes(tx, await replace_quotas(tx, entered, _wishes(body), key))

    return json_response(await call.database.write(write))


async def protect(call: Call) -> Response:
    """Turns spike protection on for `projects`, by their slugs; `$all` stands for all of them."""
    return await _set_protection(call, is_on=True, status=201)


async def unprotect(call: Call) -> Response:
    """Turns spike protection off for `projects`."""
    return await _set_protection(call, is_on=False, status=200)


async def _set_protection(call: Call, *, is_on: bool, status: int) -> Response:
    body = await call.body()

    async def write(tx: Transaction) -> None:
        entered = await call.enter(tx, *WRITE_PROJECT)
        fields = Fields(body)
        named = fields.texts("projects", required=True)
        fields.check()
        for project in await _named_projects(tx, entered, named or []):
            await set_spike_protection(
                tx, await choose_project(tx, entered, project.id), is_on=is_on
            )

    await call.database.write(write)
    return Response(status_code=status)


async def _named_projects(tx: Transaction, entered: Access, named: list[str]) -> list[Project]:
    visible = await visible_projects(tx, entered)
    if EVERY_PROJECT in named:
        return visible
    known = {project.slug: project for project in visible}
    unknown = [slug for slug in named if slug not in known]
    if unknown:
        raise ApiError(400, f'There is no project "{unknown[0]}".')
    return [known[slug] for slug in dict.fromkeys(named)]


async def _enter(
    call: Call, tx: Transaction, of_organization: tuple[str, ...], of_project: tuple[str, ...]
) -> tuple[Access, ProjectKey | None]:
    """The owner that the path names."""
    variables = call.request.path_params
    scopes = of_project if "project" in variables else of_organization
    entered = await call.enter(tx, *scopes)
    key = await find_key(tx, entered, call.path("key")) if "key" in variables else None
    return entered, key


def _wishes(body: dict[str, Any]) -> list[Wish]:
    fields = Fields(body)
    given = fields.mappings("quotas")
    if given is None:
        fields.refuse("quotas", "This field is required.")
    fields.check()
    return [_wish(Fields(each)) for each in given or []]


def _wish(fields: Fields) -> Wish:
    categories = fields.texts("categories", required=True)
    quantity = fields.integer("limit")
    window = fields.integer("window")
    for name, value in (("limit", quantity), ("window", window)):
        if name not in fields or value is None:
            fields.refuse(name, "A valid integer is required.")
    try:
        fields.check()
    except FieldError as error:
        said = "; ".join(f"{name}: {problems[0]}" for name, problems in error.fields.items())
        raise FieldError({"quotas": [said]}) from None
    return Wish(categories=tuple(categories or ()), quantity=quantity or 0, window_s=window or 0)


async def _shapes(tx: Transaction, quotas: list[Quota]) -> list[dict[str, Any]]:
    now = clock.now()
    taken = await usage.list_of_quotas(tx, quotas, at=now)
    return [
        {
            "id": quota.id,
            "scope": quota.scope.value,
            "categories": names_of(quota.categories),
            "limit": quota.quantity,
            "window": quota.window_s,
            "reasonCode": quota.reason,
            "used": taken.get(quota.id, 0),
            "dateReset": iso(quota.window_at(now).ends * clock.SECOND),
        }
        for quota in quotas
    ]


ENDPOINTS = (
    endpoint("/organizations/{organization}/quotas/", GET=show, PUT=replace),
    endpoint("/projects/{organization}/{project}/quotas/", GET=show, PUT=replace),
    endpoint("/projects/{organization}/{project}/keys/{key}/quotas/", GET=show, PUT=replace),
    endpoint("/organizations/{organization}/spike-protections/", POST=protect, DELETE=unprotect),
)
