"""Errors over the API: tables and series of stored events, one by one and in groups."""

from typing import Any

import pytest

from tests.server.api.conftest import Speaker, World
from tests.stored_issues import Tenant, event, make_project, person, store
from urgentry import clock
from urgentry.api.timestamps import iso

EVENTS = "/organizations/acme/events/"
SERIES = "/organizations/acme/events-timeseries/"
TENANT = Tenant(organization_id=1, account_id=1, team_id=1, project_id=1)


@pytest.fixture
async def start(world: World) -> int:
    """When the first of six errors happened: the others came ten minutes after each other. Four are
    of one issue, two of another; one is of a second project."""
    other = await world.database.write(lambda tx: make_project(tx, 1, "other"))
    first = clock.now() // clock.HOUR * clock.HOUR - 3 * clock.HOUR
    made = [
        event(TENANT, key="boom", release="a@1", environment="prod", user=person("1")),
        event(TENANT, key="boom", release="a@1", environment="prod", user=person("2")),
        event(TENANT, key="boom", release="a@2", environment="prod", user=person("1")),
        event(TENANT, key="boom", environment="dev", tags={"region": "eu"}),
        event(TENANT, key="bang", level="warning", user=person("3"), tags={"region": "us"}),
        event(TENANT, key="bang", project_id=other),
    ]
    for number, each in enumerate(made):
        each.timestamp = each.received = first + number * 10 * clock.MINUTE
    await store(world.database, *made, at=first + clock.HOUR)
    return first


async def table(speaker: Speaker, *fields: str, **params: Any) -> list[dict[str, Any]]:
    asked = {"dataset": "errors", "statsPeriod": "1d", "field": list(fields)} | params
    rows: list[dict[str, Any]] = (await speaker.ok("GET", EVENTS, **asked))["data"]
    return rows


async def test_groups_and_what_is_computed_of_them(world: World, start: int) -> None:
    del start
    rows = await table(
        world.owner, "title", "count()", "count_unique(user)", "last_seen()", sort="-count"
    )
    counted = [(row["title"], row["count()"], row["count_unique(user)"]) for row in rows]
    assert counted == [
        ("ValueError: boom", 4, 2),
        ("ValueError: bang", 2, 1),
    ]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("issue", {"WEB-1": 4, "WEB-2": 1, "OTHER-1": 1}),
        ("project", {"web": 5, "other": 1}),
        ("environment", {"prod": 3, "dev": 1, None: 2}),
        ("release", {"a@1": 2, "a@2": 1, None: 3}),
        ("level", {"error": 5, "warning": 1}),
        ("region", {"eu": 1, "us": 1, None: 4}),
        ("tags[region]", {"eu": 1, "us": 1, None: 4}),
    ],
)
async def test_each_column_groups(
    world: World, start: int, field: str, expected: dict[Any, int]
) -> None:
    del start
    rows = await table(world.owner, field, "count()")
    assert {row[field]: row["count()"] for row in rows} == expected


async def test_a_search_an_environment_a_project_and_a_period_pick(
    world: World, start: int
) -> None:
    async def count(**params: Any) -> int:
        (row,) = await table(world.owner, "count()", **params)
        number: int = row["count()"]
        return number

    assert await count() == 6
    assert await count(query="release:a@1") == 2
    assert await count(query="region:eu OR level:warning") == 2
    assert await count(environment="prod") == 3
    assert await count(project="other") == 1
    middle = start + 15 * clock.MINUTE
    assert await count(statsPeriod="", start=iso(middle), end=iso(clock.now())) == 4
    assert await count(query="release:nothing") == 0


async def test_events_one_by_one_are_paged_in_the_order_of_time(world: World, start: int) -> None:
    fields = ["title", "timestamp", "issue", "environment", "user.display"]
    asked = {"dataset": "errors", "statsPeriod": "1d", "field": fields, "per_page": "4"}
    first = await world.owner.send("GET", EVENTS, **asked)
    rows = first.json()["data"]
    assert [row["issue"] for row in rows] == ["OTHER-1", "WEB-2", "WEB-1", "WEB-1"]
    assert rows[0]["project.name"] == "other"
    assert len(rows[0]["id"]) == 32
    following = first.links["next"]
    assert following["results"] == "true"
    rest = await world.owner.send("GET", EVENTS, **asked, cursor=following["cursor"])
    assert [row["environment"] for row in rest.json()["data"]] == ["prod", "prod"]
    back = await world.owner.send("GET", EVENTS, **asked, cursor=rest.links["previous"]["cursor"])
    assert back.json()["data"] == rows
    oldest = await table(world.owner, "timestamp", sort="timestamp", per_page="1")
    assert [row["timestamp"] for row in oldest] == [iso(start)]


async def test_meta_tells_types(world: World, start: int) -> None:
    del start
    asked = {"dataset": "errors", "statsPeriod": "1d"}
    fields = ["issue.id", "count()", "last_seen()", "epm()"]
    meta = (await world.owner.ok("GET", EVENTS, field=fields, **asked))["meta"]
    assert meta["fields"] == {
        "issue.id": "integer",
        "count()": "integer",
        "last_seen()": "date",
        "epm()": "rate",
    }
    assert (meta["dataset"], meta["units"]["epm()"]) == ("errors", "1/minute")


async def test_errors_over_time(world: World, start: int) -> None:
    asked = {
        "dataset": "errors",
        "start": iso(start),
        "end": iso(start + clock.HOUR),
        "interval": "30m",
    }
    answer = await world.owner.ok("GET", SERIES, yAxis=["count()", "count_unique(user)"], **asked)
    values = {
        each["yAxis"]: [point["value"] for point in each["values"]] for each in answer["timeSeries"]
    }
    assert values == {"count()": [3, 3], "count_unique(user)": [2, 1]}
    grouped = await world.owner.ok("GET", SERIES, groupBy=["issue"], topEvents="1", **asked)
    first, others = grouped["timeSeries"]
    assert first["groupBy"] == [{"key": "issue", "value": "WEB-1"}]
    assert [point["value"] for point in first["values"]] == [3, 1]
    assert others["meta"]["isOther"] is True
    assert [point["value"] for point in others["values"]] == [0, 2]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"field": "p95(span.duration)"}, "is not computed of errors"),
        ({"field": ["url", "count()"]}, "cannot be grouped by url"),
        ({"field": ["title", "count()"], "sort": "-level"}, "not selected"),
        ({"field": "title", "sort": "title"}, "sorted by timestamp alone"),
        ({"field": "title", "query": "words of an error"}, "text of events"),
        ({}, "No columns selected"),
    ],
)
async def test_what_cannot_be_answered_is_said(
    world: World, params: dict[str, Any], said: str
) -> None:
    answer = await world.owner.send("GET", EVENTS, dataset="errors", **params)
    assert answer.status_code == 400
    assert said in answer.text
