"""Quotas over the API: of organizations, projects and keys, and protection from spikes."""

from typing import Any

import pytest

from tests.server.api.conftest import Speaker, World
from urgentry.domain.organization import Role

ORGANIZATION = "/organizations/acme/quotas/"
PROJECT = "/projects/acme/web/quotas/"
SPIKES = "/organizations/acme/spike-protections/"


async def key_path(world: World) -> str:
    [key] = await world.owner.ok("GET", "/projects/acme/web/keys/")
    return f"/projects/acme/web/keys/{key['id']}/quotas/"


def wanted(*categories: str, limit: int = 1000, window: int = 3600) -> dict[str, Any]:
    return {"categories": list(categories), "limit": limit, "window": window}


@pytest.mark.parametrize("owner", ["organization", "project", "key"])
async def test_quotas_are_set_as_a_whole(world: World, owner: str) -> None:
    paths = {"organization": ORGANIZATION, "project": PROJECT, "key": await key_path(world)}
    path = paths[owner]
    assert await world.owner.ok("GET", path) == []
    body = {"quotas": [wanted("error"), wanted("attachment", limit=1 << 30, window=86_400)]}
    made = await world.owner.ok("PUT", path, body)
    reason = {"organization": "org_quota"}.get(owner, f"{owner}_quota")
    assert {each["reasonCode"] for each in made} == {reason}
    assert [(each["categories"], each["limit"], each["window"]) for each in made] == [
        (["error"], 1000, 3600),
        (["attachment"], 1 << 30, 86_400),
    ]
    assert [(each["scope"], each["used"]) for each in made] == [(owner, 0)] * 2
    for other in paths.values():
        assert (await world.owner.ok("GET", other) == []) == (other != path)
    assert await world.owner.ok("PUT", path, {"quotas": []}) == []


@pytest.mark.parametrize(
    "quotas",
    [
        None,
        {},
        [7],
        [wanted("dreams")],
        [wanted("unknown")],
        [wanted()],
        [wanted("error", limit=-1)],
        [wanted("error", window=5)],
        [wanted("error", window=31 * 86_400)],
        [wanted("error", "attachment")],
        [wanted("error"), wanted("error", limit=7)],
        [wanted("error", window=60 + number) for number in range(21)],
        [{"categories": ["error"], "limit": 1}],
        [{"limit": 1, "window": 60}],
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_and_changes_nothing(world: World, quotas: Any) -> None:
    await world.owner.ok("PUT", PROJECT, {"quotas": [wanted("error")]})
    response = await world.owner.send("PUT", PROJECT, {"quotas": quotas})
    assert response.status_code == 400
    assert list(response.json()) == ["quotas"]
    assert len(await world.owner.ok("GET", PROJECT)) == 1


async def test_a_stop_of_everything(world: World) -> None:
    [made] = await world.owner.ok("PUT", PROJECT, {"quotas": [wanted(limit=0)]})
    assert (made["categories"], made["limit"]) == ([], 0)


async def test_members_read_and_others_write(world: World) -> None:
    member = await world.person("m@example.com", Role.MEMBER)
    admin = await world.person("a@example.com", Role.ADMIN)
    manager = await world.person("b@example.com", Role.MANAGER)

    async def may(speaker: Speaker, path: str) -> tuple[int, int]:
        read = await speaker.status("GET", path)
        return read, await speaker.status("PUT", path, {"quotas": []})

    assert await may(member, ORGANIZATION) == await may(member, PROJECT) == (200, 403)
    assert (await may(admin, ORGANIZATION), await may(admin, PROJECT)) == ((200, 403), (200, 200))
    assert await may(manager, ORGANIZATION) == (200, 200)


async def test_the_quotas_of_a_key_go_with_it(world: World) -> None:
    [key] = await world.owner.ok("GET", "/projects/acme/web/keys/")
    path = f"/projects/acme/web/keys/{key['id']}/"
    await world.owner.ok("PUT", f"{path}quotas/", {"quotas": [wanted("error")]})
    await world.owner.ok("DELETE", path)
    async with world.database.read() as tx:
        assert await tx.all("quotas.list_for_key", organization_id=1, project_id=1, key_id=1) == []


async def test_spike_protection_is_turned_on_and_off(world: World) -> None:
    async def is_on() -> bool:
        project = await world.owner.ok("GET", "/projects/acme/web/")
        return bool(project["spikeProtection"])

    assert not await is_on()
    assert await world.owner.status("POST", SPIKES, {"projects": ["web"]}) == 201
    assert await is_on()
    assert await world.owner.status("DELETE", SPIKES, {"projects": ["$all"]}) == 200
    assert not await is_on()
    await world.owner.ok("PUT", "/projects/acme/web/", {"spikeProtection": True})
    assert await is_on()


@pytest.mark.parametrize("body", [{}, {"projects": "web"}, {"projects": ["nope"]}])
async def test_protection_needs_projects_that_exist(world: World, body: dict[str, Any]) -> None:
    assert await world.owner.status("POST", SPIKES, body) == 400
