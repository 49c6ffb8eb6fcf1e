"""Changing issues over the API, as Sentry's tools do it."""

from typing import Any

import pytest

from tests.server.api.conftest import World
from tests.stored_issues import Tenant, event, hash_of, store
from urgentry import clock
from urgentry.domain.organization import Role

ORG = "/organizations/acme"
ISSUES = f"{ORG}/issues/"


@pytest.fixture(autouse=True)
async def stored(world: World) -> None:
    """Issues WEB-1 (two events), WEB-2 and WEB-3."""
    first = world.first
    tenant = Tenant(
        organization_id=first.organization_id,
        account_id=1,
        team_id=1,
        project_id=first.project_id,
    )
    now = clock.now() - clock.MINUTE
    for key, count in (("a", 2), ("b", 1), ("c", 1)):
        given = [event(tenant, key=key, at=now, release="web@1.0.0") for _ in range(count)]
        await store(world.database, *given, at=now)


async def issue_id(world: World, short_id: str) -> str:
    found: str = (await world.owner.ok("GET", f"{ISSUES}{short_id}/"))["id"]
    return found


async def shown(world: World, query: str) -> set[str]:
    rows = await world.owner.ok("GET", ISSUES, query=query)
    return {row["shortId"] for row in rows}


async def test_resolving(world: World) -> None:
    issue = await world.owner.ok("PUT", f"{ISSUES}WEB-1/", {"status": "resolved"})
    assert (issue["status"], issue["substatus"], issue["statusDetails"]) == ("resolved", None, {})
    assert await shown(world, "is:unresolved") == {"WEB-2", "WEB-3"}
    issue = await world.owner.ok("PUT", f"{ISSUES}WEB-1/", {"status": "unresolved"})
    assert (issue["status"], issue["substatus"]) == ("unresolved", "ongoing")
    log = (await world.owner.ok("GET", f"{ISSUES}WEB-1/"))["activity"]
    assert [entry["type"] for entry in log] == ["set_unresolved", "set_resolved", "first_seen"]
    assert log[0]["user"]["email"] == "ada@example.com"


async def test_resolving_with_a_release(world: World) -> None:
    in_next = {"status": "resolved", "statusDetails": {"inNextRelease": True}}
    issue = await world.owner.ok("PUT", f"{ISSUES}WEB-1/", in_next)
    assert issue["statusDetails"]["inNextRelease"] is True
    assert issue["statusDetails"]["actor"]["email"] == "ada@example.com"
    in_release = {"status": "resolved", "statusDetails": {"inRelease": "latest"}}
    issue = await world.owner.ok("PUT", f"{ISSUES}WEB-1/", in_release)
    assert issue["statusDetails"]["inRelease"] == "web@1.0.0"
    unknown = {"status": "resolved", "statusDetails": {"inRelease": "web@9"}}
    response = await world.owner.send("PUT", f"{ISSUES}WEB-1/", unknown)
    assert response.status_code == 400
    assert response.json() == {"inRelease": ["Unable to find a release with the given version."]}


ARCHIVES: list[tuple[dict[str, Any], str, str | None]] = [
    ({}, "archived_until_escalating", None),
    ({"substatus": "archived_forever"}, "archived_forever", None),
    ({"statusDetails": {"ignoreCount": 5}}, "archived_until_condition_met", "ignoreCount"),
    ({"statusDetails": {"ignoreDuration": 30}}, "archived_until_condition_met", "ignoreUntil"),
    ({"ignoreUserCount": 2}, "archived_until_condition_met", "ignoreUserCount"),
]


@pytest.mark.parametrize(("how", "substatus", "detail"), ARCHIVES)
async def test_archiving(
    world: World, how: dict[str, Any], substatus: str, detail: str | None
) -> None:
    issue = await world.owner.ok("PUT", f"{ISSUES}WEB-1/", {"status": "ignored", **how})
    assert (issue["status"], issue["substatus"]) == ("ignored", substatus)
    assert detail is None or detail in issue["statusDetails"]
    assert await shown(world, f"is:{substatus}") == {"WEB-1"}


async def test_assigning(world: World) -> None:
    for to, name in (
        ("ada@example.com", "ada@example.com"),
        ("user:1", "ada@example.com"),
        ("#acme", "acme"),
        ("team:1", "acme"),
    ):
        issue = await world.owner.ok("PUT", f"{ISSUES}WEB-1/", {"assignedTo": to})
        assert issue["assignedTo"]["name"] == name
    assert await shown(world, "assigned:#acme") == {"WEB-1"}
    for nobody in ("", None):
        issue = await world.owner.ok("PUT", f"{ISSUES}WEB-1/", {"assignedTo": nobody})
        assert issue["assignedTo"] is None
    await world.person("eve@example.com", None)
    for stranger in ("eve@example.com", "user:2", "team:99", "#none"):
        response = await world.owner.send("PUT", f"{ISSUES}WEB-1/", {"assignedTo": stranger})
        assert response.status_code == 400
        assert "assignedTo" in response.json()


async def test_marks(world: World) -> None:
    change = {"isBookmarked": True, "hasSeen": True, "priority": "low", "inbox": False}
    issue = await world.owner.ok("PUT", f"{ISSUES}WEB-1/", change)
    assert (issue["isBookmarked"], issue["hasSeen"], issue["priority"]) == (True, True, "low")
    assert issue["substatus"] == "ongoing"
    assert await shown(world, "bookmarks:me") == {"WEB-1"}
    assert await shown(world, "is:for_review") == {"WEB-2", "WEB-3"}
    seen_by = (await world.owner.ok("GET", f"{ISSUES}WEB-1/"))["seenBy"]
    assert [person["email"] for person in seen_by] == ["ada@example.com"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"status": "gone"}, "status"),
    ({"priority": "huge"}, "priority"),
    ({"status": "resolved", "statusDetails": {"inCommit": {"commit": "x"}}}, "inCommit"),
    ({"status": "ignored", "statusDetails": {"ignoreWindow": 5}}, "ignoreWindow"),
    ({"status": "ignored", "statusDetails": {"ignoreCount": "many"}}, "ignoreCount"),
    ({"status": "ignored", "statusDetails": {"snoozeDuration": 5}}, "snoozeDuration"),
    ({"substatus": "archived_forever"}, "substatus"),
    ({"discard": True}, "discard"),
    ({"inbox": True}, "inbox"),
    ({"hasSeen": "yes"}, "hasSeen"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
async def test_what_cannot_be_is_named(world: World, change: dict[str, Any], field: str) -> None:
    response = await world.owner.send("PUT", f"{ISSUES}WEB-1/", change)
    assert response.status_code == 400
    assert field in response.json()


async def test_several_at_once(world: World) -> None:
    ids = [await issue_id(world, name) for name in ("WEB-1", "WEB-2")]
    answer = await world.owner.ok("PUT", ISSUES, {"status": "resolved"}, id=ids)
    assert answer == {"status": "resolved", "statusDetails": {}, "isPublic": False}
    assert await shown(world, "is:resolved") == {"WEB-1", "WEB-2"}
    answer = await world.owner.ok("PUT", ISSUES, {"assignedTo": "#acme"}, id=ids)
    assert answer["assignedTo"]["type"] == "team"
    response = await world.owner.send("PUT", ISSUES, {"status": "resolved"}, id=["999"])
    assert response.status_code == 204


async def test_all_that_a_search_finds(world: World) -> None:
    await world.owner.ok("PUT", ISSUES, {"status": "ignored"}, query="timesSeen:1")
    assert await shown(world, "is:archived") == {"WEB-2", "WEB-3"}
    response = await world.owner.send("PUT", ISSUES, {"priority": "low"})
    assert response.status_code == 400
    await world.owner.ok("PUT", "/projects/acme/web/issues/", {"status": "resolved"})
    assert await shown(world, "is:resolved") == {"WEB-1"}


async def test_merging_and_unmerging(world: World) -> None:
    ids = [await issue_id(world, name) for name in ("WEB-1", "WEB-2", "WEB-3")]
    answer = await world.owner.ok("PUT", ISSUES, {"merge": 1}, id=ids)
    assert answer["merge"] == {"parent": ids[0], "children": ids[1:]}
    issue = await world.owner.ok("GET", f"{ISSUES}{ids[2]}/")
    assert (issue["id"], issue["count"]) == (ids[0], "4")
    resolved = await world.owner.ok("GET", f"{ORG}/shortids/WEB-3/")
    assert resolved["groupId"] == ids[0]
    hashes = await world.owner.ok("GET", f"{ISSUES}WEB-1/hashes/")
    assert len(hashes) == 3
    split = await world.owner.send("DELETE", f"{ISSUES}WEB-1/hashes/", id=hash_of("c").hex())
    assert split.status_code == 202
    made = await world.owner.ok("GET", f"{ISSUES}WEB-4/")
    assert (made["count"], made["title"]) == ("1", "ValueError: c")
    for wrong in ({}, {"id": "zz"}, {"id": "00" * 16}):
        response = await world.owner.send("DELETE", f"{ISSUES}WEB-1/hashes/", **wrong)
        assert response.status_code == 400


async def test_deleting(world: World) -> None:
    ids = [await issue_id(world, name) for name in ("WEB-1", "WEB-2")]
    assert await world.owner.status("DELETE", f"{ISSUES}{ids[0]}/") == 202
    assert await world.owner.status("GET", f"{ISSUES}{ids[0]}/") == 404
    assert (await world.owner.send("DELETE", ISSUES, id=ids[1])).status_code == 204
    assert await world.owner.status("DELETE", ISSUES) == 400
    assert await shown(world, "") == {"WEB-3"}


async def test_comments(world: World) -> None:
    path = f"{ISSUES}WEB-1/comments/"
    note = await world.owner.ok("POST", path, {"text": "looks bad"})
    assert note["data"]["text"] == "looks bad"
    changed = await world.owner.ok("PUT", f"{path}{note['id']}/", {"text": "it is"})
    assert changed["data"]["text"] == "it is"
    assert (await world.owner.ok("GET", f"{ISSUES}WEB-1/"))["numComments"] == 1
    other = await world.person("bob@example.com", Role.OWNER)
    assert await other.status("PUT", f"{path}{note['id']}/", {"text": "no"}) == 403
    assert await world.owner.status("DELETE", f"{path}{note['id']}/") == 204
    assert await world.owner.ok("GET", path) == []
    assert await world.owner.status("POST", path, {}) == 400


async def test_tags(world: World) -> None:
    tags = await world.owner.ok("GET", f"{ISSUES}WEB-1/tags/")
    assert {tag["key"] for tag in tags} == {"level", "release"}
    tag = await world.owner.ok("GET", f"{ISSUES}WEB-1/tags/release/")
    assert (tag["totalValues"], tag["uniqueValues"]) == (2, 1)
    [value] = await world.owner.ok("GET", f"{ISSUES}WEB-1/tags/release/values/", sort="-date")
    assert (value["value"], value["count"]) == ("web@1.0.0", 2)
    assert await world.owner.status("GET", f"{ISSUES}WEB-1/tags/none/") == 404
    keys = await world.owner.ok("GET", f"{ORG}/tags/")
    assert {tag["key"]: tag["totalValues"] for tag in keys} == {"level": 4, "release": 4}
    [value] = await world.owner.ok("GET", "/projects/acme/web/tags/release/values/", query="1.0")
    assert value["count"] == 4


async def test_shortcuts(world: World) -> None:
    [first, *_] = await world.owner.ok("GET", "/projects/acme/web/events/")
    found = await world.owner.ok("GET", f"{ORG}/eventids/{first['eventID']}/")
    assert found["event"]["id"] == first["id"]
    assert await world.owner.status("GET", f"{ORG}/eventids/{'0' * 32}/") == 404
    assert await world.owner.status("GET", f"{ORG}/shortids/WEB-Z/") == 404
    response = await world.owner.send("GET", f"{ORG}/issues-count/", query=["is:new", "level:info"])
    assert response.json() == {"is:new": 3, "level:info": 0}


async def test_who_may(world: World) -> None:
    reader = await world.person("bob@example.com", Role.MEMBER, scopes=["event:read"])
    assert await reader.status("PUT", f"{ISSUES}WEB-1/", {"status": "resolved"}) == 403
    assert await reader.status("DELETE", f"{ISSUES}WEB-1/") == 403
    writer = await world.person("cyd@example.com", Role.MEMBER, scopes=["event:write"])
    assert await writer.status("PUT", f"{ISSUES}WEB-1/", {"status": "resolved"}) == 200
    assert await writer.status("DELETE", f"{ISSUES}WEB-1/") == 403
    stranger = await world.person("eve@example.com", None)
    assert await stranger.status("PUT", f"{ISSUES}WEB-1/", {"status": "resolved"}) == 404


async def test_as_many_as_are_wanted_in_the_order_that_is_wanted(world: World) -> None:
    path = f"{ISSUES}?query=is:unresolved&sort=freq&limit=1"
    await world.owner.ok("PUT", path, {"status": "resolved"})
    assert await shown(world, "is:resolved") == {"WEB-1"}
