"""Issues and events as the API shows them: shapes, pages, searches, who may see them."""

import re
from typing import Any

import pytest

from tests.server.api.conftest import World
from tests.stored_issues import Tenant, event, person, store
from urgentry import clock
from urgentry.domain.organization import Role

EVENT_ID = "0123456789abcdef0123456789abcdef"
ORG = "/organizations/acme"

PAYLOAD: dict[str, Any] = {
    "culprit": "app in run",
    "metadata": {"type": "ValueError", "value": "first"},
    "location": "app.py",
    "hashes": ["ab" * 16],
    "grouping_config": {"id": "newstyle:2026-01-20"},
    "exception": {
        "values": [
            {
                "type": "ValueError",
                "value": "first",
                "mechanism": {"type": "excepthook", "handled": False},
                "stacktrace": {
                    "frames": [
                        {"function": "lib", "lineno": 1, "in_app": False},
                        {
                            "function": "run",
                            "filename": "app.py",
                            "abs_path": "/srv/app.py",
                            "lineno": 3,
                            "pre_context": ["a = 1", "b = 2"],
                            "context_line": "raise ValueError",
                            "post_context": [""],
                            "vars": {"a": "1"},
                            "in_app": True,
                        },
                    ]
                },
            }
        ]
    },
    "breadcrumbs": {"values": [{"timestamp": 1.5, "message": "hi", "category": "log"}]},
    "request": {"url": "http://x.test/", "method": "GET", "headers": [["Host", "x.test"]]},
    "user": {"id": "7", "email": "7@example.com", "sentry_user": "id:7"},
    "contexts": {"runtime": {"name": "CPython", "version": "3.11"}},
    "extra": {"n": 1},
    "modules": {"flask": "3.0"},
    "sdk": {"name": "sentry.python", "version": "2.75.0", "packages": []},
    "errors": [{"type": "invalid_data", "name": "tags", "value": 1}],
    "_meta": {"exception": {"values": {"0": {"value": {"": {"len": 9}}}}}},
}


@pytest.fixture
def tenant(world: World) -> Tenant:
    first = world.first
    return Tenant(
        organization_id=first.organization_id,
        account_id=1,
        team_id=1,
        project_id=first.project_id,
    )


@pytest.fixture(autouse=True)
async def stored(world: World, tenant: Tenant) -> None:
    """Three issues, `first` with two events, all of the last minutes."""
    now = clock.now()
    await store(
        world.database,
        event(
            tenant,
            key="first",
            at=now - 3 * clock.MINUTE,
            event_id=EVENT_ID,
            environment="prod",
            release="web@1.0.0",
            user=person("7"),
            tags={"handled": "no", "browser": "Firefox", "user": "id:7"},
            payload=PAYLOAD,
        ),
        event(tenant, key="first", at=now - 2 * clock.MINUTE, tags={"browser": "Chrome"}),
        event(tenant, key="second", at=now - clock.MINUTE, environment="dev"),
        event(tenant, key="third", at=now, level="warning"),
        at=now,
    )


async def titles(world: World, path: str, **params: Any) -> list[str]:
    return [row["title"] for row in await world.owner.ok("GET", path, **params)]


async def test_the_list_tells_everything_of_its_issues(world: World) -> None:
    response = await world.owner.send("GET", f"{ORG}/issues/", limit=2)
    assert [row["title"] for row in response.json()] == ["ValueError: third", "ValueError: second"]
    assert response.headers["X-Hits"] == "3"
    link = response.headers["Link"]
    assert 'rel="previous"; results="false"' in link
    assert 'rel="next"; results="true"' in link
    cursor = re.findall(r'cursor="([^"]+)"', link)[1]
    [last] = await world.owner.ok("GET", f"{ORG}/issues/", limit=2, cursor=cursor)
    assert last["shortId"] == "WEB-1"
    assert (last["count"], last["userCount"], last["isUnhandled"]) == ("2", 1, True)
    assert sum(count for _, count in last["stats"]["24h"]) == 2
    assert len(last["stats"]["24h"]) == 24


async def test_a_page_leads_back(world: World) -> None:
    second = await world.owner.send("GET", f"{ORG}/issues/", limit=1, cursor="0:0:0")
    following = re.findall(r'cursor="([^"]+)"', second.headers["Link"])[1]
    middle = await world.owner.send("GET", f"{ORG}/issues/", limit=1, cursor=following)
    back = re.findall(r'cursor="([^"]+)"', middle.headers["Link"])[0]
    again = await world.owner.send("GET", f"{ORG}/issues/", limit=1, cursor=back)
    assert again.json() == second.json()
    assert 'rel="previous"; results="false"' in again.headers["Link"]


async def test_searches_sorts_and_periods(world: World) -> None:
    path = f"{ORG}/issues/"
    assert await titles(world, path, query="level:warning") == ["ValueError: third"]
    assert await titles(world, path, query="is:resolved") == []
    assert (await titles(world, path, query="", sort="freq"))[0] == "ValueError: first"
    assert await titles(world, path, environment="dev") == ["ValueError: second"]
    assert await titles(world, path, environment=["dev", "prod"], query="has:user") == [
        "ValueError: first"
    ]
    assert len(await titles(world, path, statsPeriod="14d", groupStatsPeriod="auto")) == 3
    assert await titles(world, path, start="2020-01-01T00:00:00Z", end="2020-02-01") == []
    assert await titles(world, path, project="web", sort="trends") != []
    assert await titles(world, "/projects/acme/web/issues/", query="third") == ["ValueError: third"]
    assert await titles(world, path, query="web-2", shortIdLookup="1") == ["ValueError: second"]
    assert await titles(world, path, query=EVENT_ID) == ["ValueError: first"]


async def test_counts_are_those_of_the_environment(world: World) -> None:
    [row] = await world.owner.ok("GET", f"{ORG}/issues/", environment="prod")
    assert (row["count"], row["lifetime"]["count"]) == ("1", "2")


@pytest.mark.parametrize(
    ("params", "detail"),
    [
        ({"query": "(a"}, "Error parsing search query: this parenthesis is not closed (column 1)"),
        ({"sort": "name"}, 'Invalid sort: "name"'),
        ({"statsPeriod": "soon"}, "Invalid statsPeriod: use a number with s, m, h, d or w."),
        ({"start": "x"}, "start is not a valid ISO 8601 time"),
        ({"cursor": "x"}, "Invalid cursor parameter."),
    ],
)
async def test_mistakes_are_named(world: World, params: dict[str, str], detail: str) -> None:
    response = await world.owner.send("GET", f"{ORG}/issues/", **params)
    assert (response.status_code, response.json()) == (400, {"detail": detail})


async def test_an_issue(world: World) -> None:
    issue = await world.owner.ok("GET", f"{ORG}/issues/WEB-1/")
    assert issue == await world.owner.ok("GET", f"{ORG}/issues/{issue['id']}/")
    assert issue["title"] == "ValueError: first"
    assert issue["firstRelease"]["version"] == "web@1.0.0"
    assert {tag["key"]: tag["uniqueValues"] for tag in issue["tags"]}["browser"] == 2
    assert [entry["type"] for entry in issue["activity"]] == ["first_seen"]
    assert issue["permalink"].endswith(f"/organizations/acme/issues/{issue['id']}/")
    assert set(issue["stats"]) == {"24h", "30d"}
    assert await world.owner.ok("GET", f"/issues/{issue['id']}/hashes/") != []
    collapsed = await world.owner.ok(
        "GET", f"{ORG}/issues/WEB-1/", collapse=["tags", "stats", "release"]
    )
    assert not {"tags", "stats", "firstRelease", "inbox"} & collapsed.keys()
    expanded = await world.owner.ok("GET", f"{ORG}/issues/WEB-1/", expand=["inbox", "owners"])
    assert (expanded["inbox"]["reason"], expanded["owners"]) == (0, None)


async def test_events_of_an_issue(world: World) -> None:
    path = f"{ORG}/issues/WEB-1/events"
    newest, oldest = await world.owner.ok("GET", f"{path}/")
    assert oldest["eventID"] == EVENT_ID
    latest = await world.owner.ok("GET", f"{path}/latest/")
    assert (latest["eventID"], latest["previousEventID"]) == (newest["eventID"], EVENT_ID)
    assert latest["nextEventID"] is None
    first = await world.owner.ok("GET", f"{path}/oldest/")
    assert first["nextEventID"] == newest["eventID"]
    assert first == await world.owner.ok("GET", f"{path}/{EVENT_ID}/")
    [found] = await world.owner.ok("GET", f"{path}/", query="browser:Fire*")
    assert found["eventID"] == EVENT_ID
    assert len(await world.owner.ok("GET", f"{path}/", environment="prod", full="true")) == 1
    assert len(await world.owner.ok("GET", f"{path}/", query="user.id:7 release:web@1.*")) == 1
    response = await world.owner.send("GET", f"{path}/", per_page=1)
    cursor = re.findall(r'cursor="([^"]+)"', response.headers["Link"])[1]
    [last] = await world.owner.ok("GET", f"{path}/", per_page=1, cursor=cursor)
    assert last["eventID"] == EVENT_ID
    assert await world.owner.status("GET", f"{path}/{'f' * 32}/") == 404
    assert (await world.owner.send("GET", f"{path}/", query="words")).status_code == 400


async def test_an_event_in_full(world: World) -> None:
    shown = await world.owner.ok("GET", f"/projects/acme/web/events/{EVENT_ID}/")
    entries = {entry["type"]: entry["data"] for entry in shown["entries"]}
    assert list(entries) == ["exception", "breadcrumbs", "request"]
    [exception] = entries["exception"]["values"]
    assert entries["exception"]["hasSystemFrames"] is True
    assert exception["mechanism"]["handled"] is False
    frame = exception["stacktrace"]["frames"][1]
    assert frame["context"] == [[1, "a = 1"], [2, "b = 2"], [3, "raise ValueError"], [4, ""]]
    assert (frame["absPath"], frame["lineNo"], frame["inApp"]) == ("/srv/app.py", 3, True)
    [crumb] = entries["breadcrumbs"]["values"]
    assert crumb["timestamp"] == "1970-01-01T00:00:01.500000Z"
    assert shown["user"]["email"] == "7@example.com"
    assert {"key": "user", "value": "id:7", "query": 'user.id:"7"'} in shown["tags"]
    assert shown["contexts"] == {
        "runtime": {"type": "runtime", "name": "CPython", "version": "3.11"}
    }
    assert (shown["context"], shown["packages"]) == ({"n": 1}, {"flask": "3.0"})
    assert shown["sdk"] == {"name": "sentry.python", "version": "2.75.0"}
    assert shown["errors"] == [
        {
            "type": "invalid_data",
            "message": "Discarded invalid value",
            "data": {"name": "tags", "value": 1},
        }
    ]
    assert shown["_meta"]["entries"] == {"0": {"data": PAYLOAD["_meta"]["exception"]}}
    assert shown["release"]["version"] == "web@1.0.0"
    assert shown["size"] > 100


async def test_events_of_a_project_and_the_stored_json(world: World) -> None:
    rows = await world.owner.ok("GET", "/projects/acme/web/events/")
    assert len(rows) == 4
    found = await world.owner.ok("GET", "/projects/acme/web/events/", query="environment:prod")
    assert [row["eventID"] for row in found] == [EVENT_ID]
    assert len(await world.owner.ok("GET", "/projects/acme/web/events/", full="1")) == 4
    stored = await world.owner.ok("GET", f"/projects/acme/web/events/{EVENT_ID}/json/")
    assert stored["exception"] == PAYLOAD["exception"]
    assert stored["event_id"] == EVENT_ID
    assert await world.owner.status("GET", f"/projects/acme/web/events/{'0' * 32}/json/") == 404


async def test_strangers_find_nothing(world: World) -> None:
    stranger = await world.person("eve@example.com", None)
    [row] = await world.owner.ok("GET", f"{ORG}/issues/", query="third")
    for path in (f"{ORG}/issues/", f"/issues/{row['id']}/", f"{ORG}/issues/{row['id']}/"):
        assert await stranger.status("GET", path) == 404
    limited = await world.person("bob@example.com", Role.MEMBER, scopes=["org:read"])
    assert await limited.status("GET", f"{ORG}/issues/") == 403
