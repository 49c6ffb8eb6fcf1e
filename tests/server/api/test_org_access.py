"""Who may do what: every role at every operation, other tenants, tokens, and nobody."""

import base64

import pytest

from tests import openapi
from tests.server.api.conftest import BASE_URL, PASSWORD, SEALS, Speaker, World
from tests.server.api.test_org_shapes import READS
from urgentry.access.scopes import SCOPES, expand
from urgentry.access.sessions import COOKIE, sign_in
from urgentry.domain.organization import Role
from urgentry.storage import organizations
from urgentry.storage.database import Transaction
from urgentry.tenancy.organizations import create_organization

MATRIX = [
    ("GET", "/organizations/acme/", None, Role.MEMBER),
    ("PUT", "/organizations/acme/", {"name": "Acme"}, Role.MANAGER),
    ("GET", "/organizations/acme/members/", None, Role.MEMBER),
    ("POST", "/organizations/acme/members/", {"email": "{n}@x.y"}, Role.MEMBER),
    ("PUT", "/organizations/acme/members/1/", {"orgRole": "manager"}, Role.OWNER),
    ("POST", "/organizations/acme/teams/", {"slug": "team-{n}"}, Role.ADMIN),
    ("PUT", "/teams/acme/acme/", {"name": "Acme"}, Role.ADMIN),
    ("GET", "/projects/acme/web/", None, Role.MEMBER),
    ("PUT", "/projects/acme/web/", {"name": "Web"}, Role.ADMIN),
    ("POST", "/teams/acme/acme/projects/", {"name": "P {n}"}, Role.ADMIN),
    ("GET", "/projects/acme/web/keys/", None, Role.MEMBER),
    ("POST", "/projects/acme/web/keys/", {"name": "k"}, Role.ADMIN),
    ("GET", "/organizations/acme/org-auth-tokens/", None, Role.MEMBER),
    ("POST", "/organizations/acme/org-auth-tokens/", {"name": "ci"}, Role.MANAGER),
    ("DELETE", "/organizations/acme/members/1/", None, Role.MANAGER),
]


async def test_roles_do_what_the_matrix_says(world: World) -> None:
    speakers = {role: await world.person(f"{role}@example.com", role) for role in Role}
    for number, (method, path, template, least) in enumerate(MATRIX):
        for role, speaker in speakers.items():
            body = {
                key: value.replace("{n}", f"{role}{number}")
                for key, value in (template or {}).items()
            }
            response = await speaker.send(method, path, body or None)
            may = role.rank >= least.rank
            assert (response.status_code != 403) is may, (method, path, role, response.text)
            assert response.status_code < 500


async def test_another_tenant_sees_404_everywhere(world: World) -> None:
    stranger = await world.person("eve@example.com", None)

    async def write(tx: Transaction) -> None:
        eve = world.accounts["eve@example.com"]
        await create_organization(tx, eve, slug="evil", name="Evil")

    await world.database.write(write)
    for method, path, body, _ in MATRIX:
        assert await stranger.status(method, path, body) == 404, (method, path)
    for path in ("/organizations/1/", "/projects/1/1/", "/projects/evil/web/", "/projects/evil/1/"):
        assert await stranger.status("GET", path) == 404, path
    [own] = await stranger.ok("GET", "/organizations/")
    assert own["slug"] == "evil"
    assert await stranger.ok("GET", "/projects/") == []
    assert await world.owner.status("GET", "/organizations/evil/") == 200, "an instance admin may"


async def test_a_token_narrows_what_its_account_may(world: World) -> None:
    reader = await world.person("r@example.com", Role.OWNER, scopes=["org:read", "project:read"])
    assert await reader.status("GET", "/projects/acme/web/") == 200
    assert await reader.status("PUT", "/projects/acme/web/", {"name": "x"}) == 403
    assert await reader.status("GET", "/organizations/acme/members/") == 403
    writer = await world.person("w@example.com", Role.MEMBER, scopes=["project:admin"])
    assert await writer.status("PUT", "/projects/acme/web/", {"name": "x"}) == 403
    assert await writer.status("GET", "/projects/acme/web/") == 200, "admin implies read"


async def test_a_token_makes_no_stronger_token(world: World) -> None:
    reader = await world.person("r@example.com", Role.OWNER, scopes=["org:read"])
    body = {"name": "more", "scopes": ["org:admin"]}
    assert await reader.status("POST", "/api-tokens/", body) == 403
    made = await reader.ok("POST", "/api-tokens/", {"name": "same", "scopes": ["org:read"]})
    same = Speaker(world.client, made["token"])
    assert await same.status("GET", "/organizations/acme/") == 200
    assert "token" not in (await reader.ok("GET", "/api-tokens/"))[0]
    await reader.ok("DELETE", f"/api-tokens/{made['id']}/")
    assert await same.status("GET", "/organizations/acme/") == 401
    everyone = {token["name"]: token["id"] for token in await reader.ok("GET", "/api-tokens/")}
    assert list(everyone) == ["t"]
    wrong = await reader.send("POST", "/api-tokens/", {"name": "x", "scopes": ["org:everything"]})
    assert wrong.status_code in (400, 403)


async def test_an_organization_token_serves_builds_only(world: World) -> None:
    made = await world.owner.ok("POST", "/organizations/acme/org-auth-tokens/", {"name": "ci"})
    prefix, payload, secret = made["token"].split("_")
    assert prefix == "sntrys"
    assert b'"org":"acme"' in base64.b64decode(payload)
    assert len(base64.b64decode(secret + "=")) == 32
    build = Speaker(world.client, made["token"])
    assert await build.status("GET", "/organizations/acme/releases/") == 200
    assert await build.status("GET", "/organizations/acme/members/") == 403
    assert await build.status("GET", "/users/me/") == 403
    assert await build.status("POST", "/api-tokens/", {"name": "x", "scopes": ["org:ci"]}) == 403
    assert (await build.ok("GET", "/"))["auth"] == {"scopes": ["org:ci"]}

    async def write(tx: Transaction) -> None:
        await organizations.insert_organization(tx, slug="other", name="Other", at=1)

    await world.database.write(write)
    assert await build.status("GET", "/organizations/other/releases/") == 404
    await world.owner.ok("DELETE", f"/organizations/acme/org-auth-tokens/{made['id']}/")
    assert await build.status("GET", "/organizations/acme/releases/") == 401


async def test_nobody_is_told_to_say_who_they_are(world: World) -> None:
    nobody = Speaker(world.client)
    response = await nobody.send("GET", "/organizations/")
    assert response.status_code == 401
    assert response.json() == {"detail": "Authentication credentials were not provided."}
    assert (await nobody.ok("GET", "/"))["user"] is None
    for header in ("Bearer nonsense", "Bearer ", "Basic !!!", "Digest x", "Bearer \xff"):
        got = await world.client.get(
            "/api/0/organizations/", headers=[(b"Authorization", header.encode("latin-1"))]
        )
        assert got.status_code == 401, header
    basic = base64.b64encode(f"{world.owner.token}:".encode()).decode()
    for header in (f"Basic {basic}", f"Token {world.owner.token}"):
        got = await world.client.get("/api/0/organizations/", headers={"Authorization": header})
        assert got.status_code == 200


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": BASE_URL}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Referer": f"{BASE_URL}/acme/settings/"}, 200),
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": BASE_URL, "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_a_cookie_changes_things_for_our_own_pages_only(
    world: World, headers: dict[str, str], status: int
) -> None:
    opened = await sign_in(
        world.database,
        email="ada@example.com",
        password=PASSWORD,
        ip_address="192.0.2.1",
        user_agent="test",
    )
    cookie = {"Cookie": f"{COOKIE}={SEALS.seal(opened.cookie)}"}
    read = await world.client.get("/api/0/organizations/acme/", headers=cookie)
    assert read.status_code == 200
    url = "/api/0/organizations/acme/"
    changed = await world.client.put(url, json={"name": "New"}, headers=cookie | headers)
    assert changed.status_code == status


async def test_a_closed_organization_shows_projects_to_their_teams(world: World) -> None:
    await world.owner.ok("PUT", "/organizations/acme/", {"openMembership": False})
    member = await world.person("m@example.com", Role.MEMBER)
    manager = await world.person("b@example.com", Role.MANAGER)
    assert await member.ok("GET", "/organizations/acme/projects/") == []
    assert await member.status("GET", "/projects/acme/web/") == 404
    assert await member.status("POST", "/organizations/acme/members/me/teams/acme/") == 403
    assert await manager.status("GET", "/projects/acme/web/") == 200
    mine = await member.ok("GET", "/organizations/acme/members/me/")
    await manager.ok("POST", f"/organizations/acme/members/{mine['id']}/teams/acme/")
    assert await member.status("GET", "/projects/acme/web/") == 200
    seeing = await member.ok("GET", "/projects/acme/web/members/")
    assert {one["email"] for one in seeing} == {
        "ada@example.com",
        "m@example.com",
        "b@example.com",
    }


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_each_scope_opens_what_sentry_says(world: World) -> None:
    openapi.require_openapi()
    await world.saw("prod", "web@1.0.0", at=1_700_000_000_000_000)
    tokens = {
        scope: await world.person(f"{scope.replace(':', '.')}@x.y", Role.OWNER, scopes=[scope])
        for scope in SCOPES
    }
    for path in READS[1:]:
        template = openapi.find_template(f"/api/0{path}") or ""
        [way] = openapi.description()["paths"][template]["get"]["security"]
        wanted = {scope for scopes in way.values() for scope in scopes}
        opened = {
            scope for scope, speaker in tokens.items() if await speaker.status("GET", path) == 200
        }
        assert opened == {scope for scope in SCOPES if expand([scope]) & wanted}, path
