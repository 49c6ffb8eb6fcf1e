"""What holds for every endpoint of the API, whoever wrote it: tenants are apart, nobody is 401."""

import re
import secrets

import pytest

from tests.server.api.conftest import Speaker, World
from tests.stored_issues import NOW, Tenant, event, store
from urgentry.api.routes import ENDPOINTS
from urgentry.domain.organization import Role
from urgentry.storage import projects
from urgentry.storage.database import Transaction
from urgentry.tenancy.organizations import create_organization

ONE_BACKEND = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ID = f"?id={1:032}"
"""Reads as an issue's id, and as a hash."""
EVENT_ID = secrets.token_hex(16)
OF_NO_TENANT = (
    *("/", "/users/{user}/", "/api-tokens/", "/api-tokens/{token}/", "/organizations/"),
    "/projects/",
)
BODY = {
    "name": "x",
    "slug": "x",
    "email": "x@y.zz",
    "isHidden": True,
    "environmentNames": ["prod"],
    "teamRole": "admin",
    "status": "resolved",
    "text": "x",
}
ACME = {
    "organization": "acme",
    "project": "web",
    "team": "acme",
    "member": "1",
    "environment": "prod",
    "version": "web@1.0.0",
    "issue": "1",
    "event": EVENT_ID,
    "attachment": "1",
    "trace": "4c79f60c11214eb38604f4ae0781bfb2",
    "replay": EVENT_ID,
    "segment": "0",
    "profile": EVENT_ID,
    "note": "1",
    "key": "browser",
    "filter": "localhost",
    "short_id": "WEB-1",
    "token": "1",
    "user": "1",
    "monitor": "nightly",
}
WAYS = {
    "their names": ACME,
    "their ids": ACME | {"organization": "1", "project": "1", "team": "1"},
    "their ids in mine": ACME | {"organization": "evil", "project": "1", "team": "1"},
}
THINGS = {"project", "team", "member", "version", "issue", "event", "note", "short_id"}
NAMES_OF = {
    "their names": THINGS | {"organization"},
    "their ids": THINGS | {"organization"},
    "their ids in mine": THINGS,
}
"""What in a path names something of acme's."""


async def fill(world: World) -> None:
    """An issue with an event, an environment and a release."""
    tenant = Tenant(organization_id=1, account_id=1, team_id=1, project_id=1)
    rich = {"environment": "prod", "release": "web@1.0.0", "tags": {"browser": "Firefox"}}
    await store(world.database, event(tenant, event_id=EVENT_ID, at=NOW, **rich))
    config = {"schedule_type": "interval", "schedule": [1, "day"]}
    monitor = {"project": "web", "name": "Nightly", "config": config}
    await world.owner.ok("POST", "/organizations/acme/monitors/", monitor)


async def stranger(world: World) -> Speaker:
    """The owner of another organization, which has a project of the same name."""
    speaker = await world.person("eve@example.com", None)

    async def write(tx: Transaction) -> None:
        eve = world.accounts["eve@example.com"]
        evil = await create_organization(tx, eve, slug="evil", name="Evil")
        await projects.insert_project(
            tx,
            organization_id=evil.id,
            slug="other",
            name="Other",
            platform="",
            retention_days=90,
            at=1,
        )

    await world.database.write(write)
    return speaker


@ONE_BACKEND
@pytest.mark.parametrize("way", WAYS)
async def test_no_endpoint_shows_or_changes_another_tenants_things(world: World, way: str) -> None:
    await fill(world)
    eve = await stranger(world)
    wrong: list[tuple[str, str, int]] = []
    for declared in ENDPOINTS:
        if not NAMES_OF[way].intersection(re.findall(r"\{(\w+)\}", declared.path)):
            continue
        path = declared.path.format(**WAYS[way]) + ID
        for method in declared.methods:
            body = None if method == "GET" else BODY
            status = await eve.status(method, path, body)
            if status != 404:
                wrong.append((method, declared.path, status))
    assert wrong == []
    assert await world.owner.status("GET", "/issues/1/") == 200, "it was all there"


@ONE_BACKEND
async def test_no_endpoint_answers_nobody(world: World) -> None:
    await fill(world)
    nobody = Speaker(world.client)
    wrong = [
        (method, declared.path)
        for declared in ENDPOINTS
        if not declared.is_public
        for method in declared.methods
        if await nobody.status(method, declared.path.format(**ACME)) != 401
    ]
    assert wrong == []
    assert [declared.path for declared in ENDPOINTS if declared.is_public] == ["/"]


@ONE_BACKEND
async def test_no_endpoint_answers_a_token_without_its_scopes(world: World) -> None:
    await fill(world)
    idle = await world.person("i@example.com", Role.OWNER, scopes=["project:distribution"])
    wrong = [
        (method, declared.path)
        for declared in ENDPOINTS
        if declared.path not in OF_NO_TENANT
        for method in declared.methods
        if await idle.status(method, declared.path.format(**ACME) + ID, BODY) != 403
    ]
    assert wrong == []


def test_no_path_is_declared_twice() -> None:
    paths = [declared.path for declared in ENDPOINTS]
    assert len(paths) == len(set(paths))
    assert all(path.startswith("/") and path.endswith("/") for path in paths)
