"""Options of Sentry's API that are not heeded here are refused, not passed over in silence."""

from typing import Any

import pytest

from tests.server.api.conftest import World

ONE_BACKEND = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""For what is decided before a database is asked."""

ORG = "/organizations/acme"
PROJECT = "/projects/acme/web"


@ONE_BACKEND
@pytest.mark.parametrize(
    ("method", "path", "name", "value"),
    [
        ("GET", "/organizations/", "sortBy", "members"),
        ("GET", f"{ORG}/releases/", "environment", "prod"),
        ("GET", f"{ORG}/releases/", "sort", "build"),
        ("GET", f"{PROJECT}/releases/", "status", "archived"),
        ("GET", f"{PROJECT}/events/", "sample", "true"),
        ("GET", f"{PROJECT}/keys/", "status", "new"),
        ("GET", f"{ORG}/issues/", "viewId", "7"),
        ("GET", f"{ORG}/issues/", "savedSearch", "7"),
        ("GET", f"{PROJECT}/issues/", "hashes", "ab" * 16),
        ("DELETE", f"{ORG}/issues/?query=a", "viewId", "7"),
        ("DELETE", f"{PROJECT}/issues/?query=a", "status", "resolved"),
        ("GET", f"{ORG}/tags/", "dataset", "replays"),
        ("GET", f"{ORG}/tags/", "useFlagsBackend", "1"),
        ("GET", f"{ORG}/tags/browser/values/", "environment", "prod"),
    ],
)
async def test_an_option_is_refused_by_name(
    world: World, method: str, path: str, name: str, value: str
) -> None:
    mark = "&" if "?" in path else "?"
    response = await world.owner.send(method, f"{path}{mark}{name}={value}")
    assert response.status_code == 400
    assert response.json() == {"detail": f'"{name}={value}" is not supported here.'}


@ONE_BACKEND
@pytest.mark.parametrize(
    "path",
    [
        f"{ORG}/releases/?sort=date&status=open&flatten=1",
        f"{ORG}/issues/?savedSearch=0&viewId=",
        f"{PROJECT}/events/?sample=false",
        f"{ORG}/tags/?dataset=events&use_cache=1",
    ],
)
async def test_what_is_so_anyway_may_be_asked_for(world: World, path: str) -> None:
    await world.owner.ok("GET", path)


@ONE_BACKEND
@pytest.mark.parametrize(
    ("path", "member", "value"),
    [
        (f"{ORG}/", "require2FA", True),
        (f"{ORG}/", "defaultRole", "owner"),
        (f"{PROJECT}/", "resolveAge", 24),
        (f"{PROJECT}/", "verifySSL", False),
        (f"{PROJECT}/", "isBookmarked", True),
        ("/users/me/", "username", "grace@example.com"),
    ],
)
async def test_a_member_that_cannot_be_set_is_refused(
    world: World, path: str, member: str, value: Any
) -> None:
    response = await world.owner.send("PUT", path, {member: value, "name": "Other"})
    assert response.status_code == 400
    assert response.json() == {member: ["This cannot be changed here."]}
    assert (await world.owner.ok("GET", path))["name"] != "Other"


@pytest.mark.parametrize("path", [f"{ORG}/", f"{PROJECT}/", "/users/me/"])
async def test_what_was_read_can_be_sent_back(world: World, path: str) -> None:
    before = await world.owner.ok("GET", path)
    after = await world.owner.ok("PUT", path, before)
    assert after == before


async def test_keys_cannot_be_given_a_use_or_a_public_part(world: World) -> None:
    path = f"{PROJECT}/keys/"
    [key] = await world.owner.ok("GET", path)
    assert await world.owner.status("POST", path, {"useCase": "profiling"}) == 400
    assert await world.owner.status("POST", path, {"public": "ab" * 16}) == 400
    assert await world.owner.ok("GET", path) == [key]
