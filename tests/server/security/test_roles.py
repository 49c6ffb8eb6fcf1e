"""What may be done depends on the scopes alone: those of `docs/reference/roles.md`, however
somebody says who they are.
"""

import re
from pathlib import Path

import httpx
import pytest

from tests.server.api.conftest import BASE_URL, SEALS, World
from tests.server.security.conftest import rehearsing
from tests.server.security.tenants import BODY, Things, names_for, operations, settle
from urgentry.access.scopes import SCOPES
from urgentry.access.sessions import COOKIE, open_session
from urgentry.domain.organization import Role
from urgentry.storage.database import Transaction

ONE_BACKEND = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ROLES_PAGE = Path(__file__).resolve().parents[3] / "docs/reference/roles.md"
ID = f"?id={1:032}"
PLACE = "/organizations/{organization}/members/{member}/teams/{team}/"
"""Nobody is in the team that is asked for."""
Operation = tuple[str, str]


def written_roles() -> dict[Role, set[str]]:
    """The scopes of each role as the page says."""
    rows = re.findall(r"^\| `([\w:]+)` \|(.*)\|$", ROLES_PAGE.read_text(), re.MULTILINE)
    return {
        role: {scope for scope, cells in rows if cells.split("|")[column].strip() == "yes"}
        for column, role in enumerate(Role)
    }


async def allowed(
    client: httpx.AsyncClient, things: Things, headers: dict[str, str]
) -> set[Operation]:
    """The operations on an organization's things that are not refused for want of a right."""
    found = set()
    for method, path, variables in operations():
        if "organization" not in variables and "issue" not in variables:
            continue
        target = path.format(**names_for(path, things.ids))
        suffix = "" if path.endswith("/members/{member}/") else ID
        body = None if method == "GET" else BODY
        url = f"/api/0{target}{suffix}"
        answer = await client.request(method, url, json=body, headers=headers)
        assert answer.status_code not in (401, 404) or path == PLACE, (method, path)
        assert answer.status_code < 500, (method, path, answer.text)
        if answer.status_code != 403:
            found.add((method, path))
    return found


async def cookie_of(world: World, email: str) -> dict[str, str]:
    """What a browser sends that this person is signed in with, from our own pages."""
    account = world.accounts[email]

    async def write(tx: Transaction) -> str:
        opened = await open_session(tx, account, ip_address="127.0.0.1", user_agent="test")
        return SEALS.seal(opened.cookie)

    text = await world.database.write(write)
    return {"Cookie": f"{COOKIE}={text}", "Origin": BASE_URL}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@ONE_BACKEND
async def test_roles_allow_by_cookie_and_token_what_their_scopes_allow(world: World) -> None:
    things = await settle(world, world.owner, "acme", (1, 1, 1, 1))
    async with rehearsing(world.database) as client:
        by_scope = {}
        for scope in SCOPES:
            email = f"{scope.replace(':', '-')}@example.com"
            speaker = await world.person(email, Role.OWNER, scopes=[scope])
            by_scope[scope] = await allowed(client, things, bearer(speaker.token))
        for role, scopes in written_roles().items():
            speaker = await world.person(f"{role}@example.com", role)
            expected: set[Operation] = set().union(*(by_scope[scope] for scope in scopes))
            by_token = await allowed(client, things, bearer(speaker.token))
            by_cookie = await allowed(client, things, await cookie_of(world, f"{role}@example.com"))
            assert by_cookie == by_token, role
            assert by_token ^ expected <= BY_RANK, (role, by_token ^ expected)


BY_RANK: set[Operation] = set()
"""Operations that also ask whom they concern."""


@ONE_BACKEND
async def test_an_organization_token_does_what_its_scope_does(world: World) -> None:
    things = await settle(world, world.owner, "acme", (1, 1, 1, 1))
    made = await world.owner.ok("POST", "/organizations/acme/org-auth-tokens/", {"name": "ci"})
    build = await world.person("ci@example.com", Role.OWNER, scopes=["org:ci"])
    async with rehearsing(world.database) as client:
        by_organization = await allowed(client, things, bearer(made["token"]))
        assert by_organization <= await allowed(client, things, bearer(build.token))
        assert all(method == "GET" for method, _ in by_organization)


@ONE_BACKEND
async def test_a_cookie_changes_nothing_for_other_sites_pages(world: World) -> None:
    things = await settle(world, world.owner, "acme", (1, 1, 1, 1))
    await world.person("o@example.com", Role.OWNER)
    cookie = await cookie_of(world, "o@example.com")
    foreign: list[dict[str, str]] = [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": f"{BASE_URL}.evil.example"},
        {"Origin": BASE_URL, "Sec-Fetch-Site": "cross-site"},
        {"Referer": "https://evil.example/"},
        {},
    ]
    wrong = []
    async with rehearsing(world.database) as client:
        for method, path, _ in operations():
            if method == "GET":
                continue
            url = f"/api/0{path.format(**names_for(path, things.ids))}{ID}"
            for headers in foreign:
                sent = {"Cookie": cookie["Cookie"], **headers}
                answer = await client.request(method, url, json=BODY, headers=sent)
                if answer.status_code != 403:
                    wrong.append((method, path, headers))
    assert wrong == []


@ONE_BACKEND
async def test_nobody_and_bad_credentials_are_401(world: World) -> None:
    things = await settle(world, world.owner, "acme", (1, 1, 1, 1))
    bad = [
        {},
        bearer("nonsense"),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Digest x"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic " + "4pi4" * 2000},
        {"Cookie": f"{COOKIE}=nonsense"},
    ]
    wrong = []
    async with rehearsing(world.database) as client:
        for method, path, _ in operations():
            url = f"/api/0{path.format(**names_for(path, things.ids))}"
            for headers in bad:
                answer = await client.request(method, url, headers=headers)
                if answer.status_code != 401 and not (path == "/" and not headers):
                    wrong.append((method, path, headers, answer.status_code))
    assert wrong == []
