"""Changing organizations, projects, keys, teams and people through the API."""

import pytest

from tests.server.api.conftest import BASE_URL, World
from tests.stored_issues import Tenant, event, store
from urgentry import clock
from urgentry.domain.event import hour_of
from urgentry.domain.feed import FeedKind
from urgentry.domain.organization import Role
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.storage import feed, rollups, scopes
from urgentry.storage.database import Transaction
from urgentry.storage.rollups import OutcomeKey
from urgentry.tenancy.members import register


async def test_a_project_lives_and_dies(world: World) -> None:
    owner = world.owner
    made = await owner.ok("POST", "/teams/acme/acme/projects/", {"name": "My App!"})
    assert made["slug"] == "my-app"
    again = await owner.ok("POST", "/organizations/acme/projects/", {"name": "My App!"})
    assert again["slug"] == "my-app-2"
    taken = await owner.send("POST", "/organizations/acme/projects/", {"name": "x", "slug": "web"})
    assert (taken.status_code, taken.json()) == (
        409,
        {"detail": "A project with this slug already exists."},
    )
    changed = await owner.ok(
        "PUT",
        "/projects/acme/my-app/",
        {"slug": "app", "name": "App", "platform": "python", "allowedDomains": ["a.example"]},
    )
    assert (changed["slug"], changed["platform"]) == ("app", "python")
    assert changed["allowedDomains"] == ["a.example"]
    assert (await owner.ok("GET", f"/projects/acme/{made['id']}/"))["name"] == "App"
    await owner.ok("DELETE", "/projects/acme/app/")
    assert await owner.status("GET", "/projects/acme/app/") == 404
    later = await owner.ok("POST", "/organizations/acme/projects/", {"name": "App"})
    assert int(later["id"]) > int(again["id"]) > int(made["id"]), "ids name one thing for ever"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name"}),
        ({"name": None}, {"name"}),
        ({"name": 7}, {"name"}),
        ({"name": "a\x00b"}, {"name"}),
        ({"name": " "}, {"name"}),
        ({"name": "x", "slug": "No Slug", "platform": []}, {"platform"}),
        ({"name": "x", "slug": "123"}, {"slug"}),
        ({"name": "x" * 201}, {"name"}),
        ([], {"non_field_errors"}),
    ],
)
async def test_what_is_wrong_is_told_by_field(world: World, body: object, fields: set[str]) -> None:
    response = await world.owner.send("POST", "/teams/acme/acme/projects/", body)
    assert response.status_code == 400
    assert set(response.json()) == fields
    assert all(isinstance(reasons, list) for reasons in response.json().values())


async def test_a_key_is_known_to_ingest_while_it_is_active(world: World) -> None:
    owner, keys = world.owner, "/projects/acme/web/keys/"
    made = await owner.ok(
        "POST", keys, {"name": "Mobile", "rateLimit": {"count": 10, "window": 60}}
    )
    assert made["rateLimit"] == {"count": 10, "window": 60}
    assert made["label"] == "Mobile"
    path = f"{keys}{made['id']}/"
    async with world.database.read() as tx:
        assert await scopes.get_scope(tx, made["public"]) is not None
        before = await feed.get_head(tx)
    changed = await owner.ok("PUT", path, {"isActive": False, "rateLimit": {"count": 0}})
    assert (changed["isActive"], changed["rateLimit"]) == (False, None)
    async with world.database.read() as tx:
        assert await scopes.get_scope(tx, made["public"]) is None
        entries = await feed.list_after(tx, before, limit=10)
    assert {entry.kind for entry in entries} == {FeedKind.SETTINGS}
    assert [key["label"] for key in await owner.ok("GET", keys, status="active")] == ["Default"]
    assert [key["label"] for key in await owner.ok("GET", keys, status="inactive")] == ["Mobile"]
    await owner.ok("DELETE", path)
    assert await owner.status("GET", path) == 404
    assert await owner.status("GET", f"{keys}%00/") == 404
    wrong = {"rateLimit": {"count": -1, "window": 10}}
    assert await owner.status("POST", keys, wrong) == 400


async def test_a_key_leads_to_other_projects_by_whoever_may_change_them_all(world: World) -> None:
    [key] = await world.owner.ok("GET", "/projects/acme/web/keys/")
    place = f"/projects/acme/web/keys/{key['id']}/"
    wanted = {"routing": {"attribute": "service.name", "projects": {"api": key["projectId"]}}}
    admin = await world.person("bo@example.com", Role.ADMIN)
    assert await admin.status("PUT", place, {"name": "gateway"}) == 200
    assert await admin.status("PUT", place, wanted) == 403
    manager = await world.person("mo@example.com", Role.MANAGER)
    changed = await manager.ok("PUT", place, wanted)
    assert changed["routing"] == {
        "attribute": "service.name",
        "projects": {"api": str(key["projectId"])},
    }
    assert (await world.owner.ok("GET", place))["routing"] == changed["routing"]
    made = await world.owner.ok("POST", "/projects/acme/web/keys/", wanted)
    assert made["routing"] == changed["routing"]
    assert await admin.status("POST", "/projects/acme/web/keys/", wanted) == 403


async def test_teams_own_projects_and_have_people(world: World) -> None:
    owner = world.owner
    team = await owner.ok("POST", "/organizations/acme/teams/", {"name": "Front End"})
    assert (team["slug"], team["isMember"], team["memberCount"]) == ("front-end", True, 1)
    given = await owner.ok("POST", "/projects/acme/web/teams/front-end/")
    assert [one["slug"] for one in given["teams"]] == ["acme", "front-end"]
    member = await world.person("m@example.com", Role.MEMBER)
    joined = await member.ok("POST", "/organizations/acme/members/me/teams/front-end/")
    assert joined["memberCount"] == 2
    assert await member.status("POST", "/organizations/acme/members/me/teams/front-end/") == 204
    people = await owner.ok("GET", "/teams/acme/front-end/members/")
    assert [one["teamRole"] for one in people] == ["admin", "contributor"]
    other = people[1]["id"]
    path = f"/organizations/acme/members/{other}/teams/front-end/"
    assert (await owner.ok("PUT", path, {"teamRole": "admin"}))["teamRole"] == "admin"
    await owner.ok("DELETE", path)
    assert await owner.status("DELETE", path) == 404
    taken = await owner.ok("DELETE", "/projects/acme/web/teams/front-end/")
    assert [one["slug"] for one in taken["teams"]] == ["acme"]
    await owner.ok("PUT", "/teams/acme/front-end/", {"slug": "fe"})
    assert await owner.status("POST", "/organizations/acme/teams/", {"slug": "fe"}) == 409
    await owner.ok("DELETE", "/teams/acme/fe/")
    assert await owner.status("GET", "/teams/acme/fe/") == 404


async def test_somebody_is_invited_and_joins(world: World) -> None:
    owner, path = world.owner, "/organizations/acme/members/"
    body = {"email": "Grace@Example.com", "orgRole": "admin", "teamRoles": [{"teamSlug": "acme"}]}
    invited = await owner.ok("POST", path, body)
    assert (invited["pending"], invited["user"]) == (True, None)
    assert invited["inviterName"] == "ada@example.com"
    assert await owner.status("POST", path, body) == 400, "once is enough"
    renewed = await owner.ok("PUT", f"{path}{invited['id']}/", {"reinvite": True})
    assert renewed["invite_link"].startswith(f"{BASE_URL}/invitation/")
    secret = renewed["invite_link"].split("/")[-2]
    await register(world.database, secret, name="Grace", password="a good password")
    joined = await owner.ok("GET", f"{path}{invited['id']}/")
    assert (joined["pending"], joined["name"], joined["teams"]) == (False, "Grace", ["acme"])
    assert joined["orgRole"] == "admin"
    await owner.ok("POST", "/organizations/acme/teams/", {"slug": "core"})
    moved = {"teamRoles": [{"teamSlug": "core", "role": "admin"}]}
    changed = await owner.ok("PUT", f"{path}{invited['id']}/", moved)
    assert changed["teamRoles"] == [{"teamSlug": "core", "role": "admin"}]
    for wrong in ({"teamRoles": [{"teamSlug": 1}]}, {"teams": "core"}):
        assert await owner.status("PUT", f"{path}{invited['id']}/", wrong) == 400
    assert await owner.status("PUT", f"{path}{invited['id']}/", {"teams": ["nothing"]}) == 404
    assert await owner.status("PUT", f"{path}{invited['id']}/", {"reinvite": True}) == 400


async def test_an_organization_keeps_an_owner(world: World) -> None:
    owner, me = world.owner, "/organizations/acme/members/me/"
    assert (await owner.ok("GET", me))["isOnlyOwner"] is True
    assert await owner.status("PUT", me, {"orgRole": "member"}) == 403
    assert await owner.status("DELETE", me) == 403
    second = await world.person("o@example.com", Role.OWNER)
    manager = await world.person("m@example.com", Role.MANAGER)
    assert (
        await manager.status("PUT", "/organizations/acme/members/1/", {"orgRole": "admin"}) == 403
    )
    assert await manager.status("DELETE", "/organizations/acme/members/1/") == 403
    assert await manager.status("PUT", me, {"orgRole": "owner"}) == 403
    await second.ok("DELETE", me)
    assert await second.status("GET", "/organizations/acme/") == 404


async def test_who_leaves_is_assigned_nothing(world: World) -> None:
    member = await world.person("m@example.com", Role.MEMBER)
    tenant = Tenant(organization_id=1, account_id=1, team_id=1, project_id=1)
    await store(world.database, event(tenant))
    path = "/organizations/acme/issues/1/"
    assigned = await world.owner.ok("PUT", path, {"assignedTo": "m@example.com"})
    assert assigned["assignedTo"]["email"] == "m@example.com"
    await member.ok("DELETE", "/organizations/acme/members/me/")
    assert (await world.owner.ok("GET", path))["assignedTo"] is None


async def test_an_organization_is_renamed(world: World) -> None:
    changed = await world.owner.ok("PUT", "/organizations/acme/", {"slug": "apex", "name": "Apex"})
    assert (changed["slug"], changed["name"]) == ("apex", "Apex")
    assert await world.owner.status("GET", "/organizations/acme/") == 404
    for slug in ("api", "12", "a b", ""):
        assert await world.owner.status("PUT", "/organizations/apex/", {"slug": slug}) == 400


async def test_an_instance_admin_makes_organizations(world: World) -> None:
    made = await world.owner.send("POST", "/organizations/", {"name": "Second & Co"})
    assert (made.status_code, made.json()["slug"]) == (201, "second-co")
    again = await world.owner.send("POST", "/organizations/", {"name": "Second & Co"})
    assert again.status_code == 409
    other = await world.person("o@example.com", Role.OWNER)
    assert await other.status("POST", "/organizations/", {"name": "Third"}) == 403


async def test_a_project_tells_what_it_received(world: World) -> None:
    hour = hour_of(clock.now())
    counted = {
        OutcomeKey(1, 1, hour, DataCategory.ERROR, Outcome.ACCEPTED, ""): 5,
        OutcomeKey(1, 1, hour - 2, DataCategory.ERROR, Outcome.FILTERED, "localhost"): 3,
        OutcomeKey(1, 1, hour, DataCategory.ERROR, Outcome.CLIENT_DISCARD, "sampled"): 9,
        OutcomeKey(1, 1, hour, DataCategory.SPAN, Outcome.ACCEPTED, ""): 9,
        OutcomeKey(2, 1, hour, DataCategory.ERROR, Outcome.ACCEPTED, ""): 9,
    }

    async def write(tx: Transaction) -> None:
        rollups.add_outcomes(tx, counted)

    await world.database.write(write)
    path = "/projects/acme/web/stats/"
    received = await world.owner.ok("GET", path)
    assert len(received) == 24
    assert received[-3:] == [[(hour - 2) * 3600, 3], [(hour - 1) * 3600, 0], [hour * 3600, 5]]
    filtered = await world.owner.ok("GET", path, stat="blacklisted", resolution="1d")
    assert sum(count for _, count in filtered) in (0, 3), "the day may be a new one"
    for wrong in ({"stat": "x"}, {"resolution": "10s"}, {"since": "nan"}, {"until": "1"}):
        assert (await world.owner.send("GET", path, **wrong)).status_code == 400, wrong


async def test_the_account_is_me(world: World) -> None:
    me = await world.owner.ok("GET", "/users/me/")
    assert me["email"] == "ada@example.com"
    await world.owner.ok("PUT", "/users/me/", {"name": "Ada", "options": {"theme": "dark"}})
    me = await world.owner.ok("GET", f"/users/{me['id']}/")
    assert (me["name"], me["options"]) == ("Ada", {"theme": "dark"})
    assert await world.owner.status("GET", "/users/99/") == 403
