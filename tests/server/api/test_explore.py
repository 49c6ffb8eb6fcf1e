"""Spans, logs and metrics over the API: tables and series."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.server.api import shop as shops
from tests.server.api.conftest import Speaker, World
from tests.unit.items.entries import TRACE
from urgentry.domain.organization import Role
from urgentry.storage import projects
from urgentry.storage.database import Transaction

shop = shops.shop

EVENTS = "/organizations/acme/events/"
SERIES = "/organizations/acme/events-timeseries/"


async def rows(speaker: Speaker, *fields: str, **params: Any) -> list[dict[str, Any]]:
    """The rows of a table, without what is told unasked."""
    asked = {"dataset": "spans", "statsPeriod": "1h"} | params
    table = await speaker.ok("GET", EVENTS, field=list(fields), **asked)
    return [{name: row[name] for name in fields} for row in table["data"]]


async def test_spans_one_by_one(shop: World) -> None:
    table = await shop.owner.ok(
        "GET",
        EVENTS,
        dataset="spans",
        field=["span.op", "span.duration", "timestamp", "tags[rows,number]"],
        query="is_transaction:false",
        sort="timestamp",
    )
    assert [row["span.op"] for row in table["data"]] == ["db", "db", "http.client", "db"]
    first = table["data"][0]
    assert first["id"] == f"{1:016x}"
    assert first["project.name"] == "web"
    assert first["span.duration"] == pytest.approx(10, abs=0.01)
    assert first["tags[rows,number]"] == 3
    assert table["data"][1]["tags[rows,number]"] is None
    assert table["meta"]["fields"] == {
        "span.op": "string",
        "span.duration": "duration",
        "timestamp": "date",
        "tags[rows,number]": "number",
        "id": "string",
        "project.name": "string",
    }
    assert table["meta"]["units"]["span.duration"] == "millisecond"


SEARCHES = {
    "span.op:db": 3,
    "span.op:db region:eu": 1,
    "!span.op:db": 2,
    "span.duration:>15ms span.duration:<1s": 2,
    "is_transaction:true": 1,
    "transaction:/orders/* release:shop@1.0 environment:prod": 5,
    "SELECT": 3,
    "user.id:7": 5,
    f"trace:{TRACE}": 5,
    f"trace:{'a' * 32}": 0,
    "project:web": 5,
    "project:other": 0,
    "has:region": 2,
    "span.status:internal_error": 1,
    "timestamp:-1h": 5,
}


@pytest.mark.parametrize("query", SEARCHES)
async def test_searches(shop: World, query: str) -> None:
    assert len(await rows(shop.owner, "id", query=query)) == SEARCHES[query]


async def test_groups_and_functions(shop: World) -> None:
    found = await rows(
        shop.owner,
        *("span.op", "count()", "max(span.duration)", "failure_rate()"),
        query="is_transaction:false",
        sort="-count()",
    )
    assert [(row["span.op"], row["count()"], row["failure_rate()"]) for row in found] == [
        ("db", 3, 0.0),
        ("http.client", 1, 1.0),
    ]
    assert found[0]["max(span.duration)"] == pytest.approx(20, abs=0.01)
    assert await rows(shop.owner, "count()", query="span.op:nothing") == [{"count()": 0}]
    assert await rows(shop.owner, "project", "count()") == [{"project": "web", "count()": 5}]


async def test_conditions_on_functions(shop: World) -> None:
    found = await rows(shop.owner, "span.op", "count()", query="is_transaction:false count():>1")
    assert [row["span.op"] for row in found] == ["db"]
    quoted = 'span.description:"SELECT 1 count():>9 and more"'
    assert await rows(shop.owner, "span.op", "count()", query=f"!{quoted} count():>1") == [
        {"span.op": "db", "count()": 3}
    ]
    assert await rows(shop.owner, "id", query=quoted) == []


@pytest.mark.parametrize(
    ("function", "most"),
    [
        ("failure_rate(span.duration)", 0),
        ("failure_count(span.op)", 0),
        ("epm(60)", 0),
        ("count(span.duration, span.op)", 1),
        ("count_unique(span.op, region)", 1),
        ("p95(span.duration, 3)", 1),
    ],
)
async def test_functions_take_no_more_than_they_heed(shop: World, function: str, most: int) -> None:
    for params in ({"field": function}, {"field": "count()", "query": f"{function}:>1"}):
        answer = await shop.owner.send("GET", EVENTS, dataset="spans", **params)
        assert answer.status_code == 400
        assert f"takes at most {most} argument" in answer.json()["detail"]
    drawn = await shop.owner.send("GET", SERIES, dataset="spans", yAxis=function)
    assert drawn.status_code == 400


async def test_functions_over_one_metric_among_all(shop: World) -> None:
    for function, value in (
        ("count(value,clicks,counter,-)", 4),
        ("count_unique(value,size,gauge,byte)", 1),
        ("p50(value,size,gauge,byte)", 100),
        ("max(value,clicks,counter,byte)", None),
    ):
        assert await rows(shop.owner, function, dataset="tracemetrics") == [{function: value}]
    five = "sum(value,clicks,counter,-,x)"
    answer = await shop.owner.send("GET", EVENTS, dataset="tracemetrics", field=five)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("span.op", ["db", "http.client", "http.server"]),
        ("-span.op", ["http.server", "http.client", "db"]),
        ("count_span_duration", ["http.client", "http.server", "db"]),
        ("-count(span.duration)", ["db", "http.client", "http.server"]),
    ],
)
async def test_groups_are_sorted(shop: World, sort: str, expected: list[str]) -> None:
    found = await rows(shop.owner, "span.op", "count(span.duration)", sort=sort)
    assert [row["span.op"] for row in found] == expected


async def pages(speaker: Speaker, **params: Any) -> list[list[str]]:
    """The ids on each page, following the links."""
    found: list[list[str]] = []
    cursor: dict[str, str] = {}
    while len(found) < 10:
        asked = {"dataset": "logs", "field": ["message"], "per_page": 2} | params | cursor
        response = await speaker.send("GET", EVENTS, **asked)
        assert response.status_code == 200, response.text
        found.append([row["message"] for row in response.json()["data"]])
        following = response.links["next"]
        if following["results"] == "false":
            return found
        cursor = {"cursor": following["cursor"]}
    raise AssertionError(found)


async def test_pages(shop: World) -> None:
    newest_first = [["order 0", "order 1"], ["order 2", "order 3"], ["order 4"]]
    assert await pages(shop.owner) == newest_first
    assert await pages(shop.owner, sort="-timestamp") == newest_first
    oldest_first = [["order 4", "order 3"], ["order 2", "order 1"], ["order 0"]]
    assert await pages(shop.owner, sort="timestamp") == oldest_first
    assert await pages(shop.owner, sort="-tags[number,number]") == oldest_first
    assert await pages(shop.owner, sort="message") == newest_first


async def test_pages_go_back(shop: World) -> None:
    asked = {"dataset": "logs", "field": ["message"], "per_page": 2}
    first = await shop.owner.send("GET", EVENTS, **asked)
    second = await shop.owner.send("GET", EVENTS, **asked, cursor=first.links["next"]["cursor"])
    back = await shop.owner.send("GET", EVENTS, **asked, cursor=second.links["previous"]["cursor"])
    assert back.json()["data"] == first.json()["data"]
    assert first.links["previous"]["results"] == "false"
    assert second.links["previous"]["results"] == "true"


async def test_logs(shop: World) -> None:
    table = await shop.owner.ok(
        "GET",
        EVENTS,
        dataset="logs",
        field=["message", "severity", "trace", "timestamp_precise", "tags[number,number]"],
        query="severity:error",
    )
    (row,) = table["data"]
    assert (row["message"], row["severity"], row["trace"]) == ("order 3", "error", TRACE)
    assert row["tags[number,number]"] == 3
    assert len(row["id"]) == 32
    by_id = await rows(shop.owner, "message", dataset="logs", query=f"id:{row['id']}")
    assert by_id == [{"message": "order 3"}]
    assert await rows(shop.owner, "message", dataset="ourlogs", query="*ER 4") == [
        {"message": "order 4"}
    ]


async def test_metrics(shop: World) -> None:
    asked = {"dataset": "tracemetrics"}
    found = await rows(shop.owner, "metric.name", "sum(value)", sort="metric.name", **asked)
    assert found == [
        {"metric.name": "clicks", "sum(value)": 6},
        {"metric.name": "size", "sum(value)": 100},
    ]
    clicks = "sum(value,clicks,counter,-)"
    assert await rows(shop.owner, clicks, **asked) == [{clicks: 6}]


@pytest.mark.parametrize(
    ("params", "detail"),
    [
        ({"dataset": "issuePlatform", "field": "id"}, "is not a dataset"),
        ({"dataset": "spans"}, "No columns selected"),
        ({"field": "median()"}, "not a function"),
        ({"field": "id", "query": "span.duration:fast"}, "is not a number"),
        ({"field": "id", "query": "count():>1"}, "needs a function"),
        ({"field": ["span.op", "count()"], "sort": "-region"}, "not selected"),
        ({"field": "id", "sort": ["a", "b"]}, "one field only"),
        ({"field": "id", "statsPeriod": "soon"}, "statsPeriod"),
        ({"field": "id", "per_page": "5000"}, "per_page"),
        ({"field": "id", "cursor": "x"}, "cursor"),
        ({"field": "id", "sort": "region", "cursor": "0:20000:0"}, "paged through"),
        ({"field": [f"f{number}" for number in range(51)]}, "up to 50 fields"),
    ],
)
async def test_what_cannot_be_asked(shop: World, params: dict[str, Any], detail: str) -> None:
    response = await shop.owner.send("GET", EVENTS, **params)
    assert response.status_code == 400
    assert detail in response.json()["detail"]


async def test_projects_that_one_may_not_see(shop: World) -> None:
    assert (await shop.owner.send("GET", EVENTS, field="id", project="77")).status_code == 404

    async def another(tx: Transaction) -> None:
        await projects.insert_project(
            tx, organization_id=1, slug="blog", name="Blog", platform="", retention_days=90, at=1
        )

    await shop.database.write(another)
    assert await rows(shop.owner, "count()", project="blog") == [{"count()": 0}]
    assert await rows(shop.owner, "count()", project="1") == [{"count()": 5}]


async def test_a_token_needs_a_scope(shop: World) -> None:
    speaker = await shop.person("t@example.com", Role.MEMBER, scopes=["team:read"])
    for path in (EVENTS, SERIES, f"/organizations/acme/trace/{TRACE}/"):
        assert await speaker.status("GET", path) == 403


async def series(speaker: Speaker, **params: Any) -> list[dict[str, Any]]:
    asked = {"dataset": "spans", "statsPeriod": "1h", "interval": "600"} | params
    answer = await speaker.ok("GET", SERIES, **asked)
    found: list[dict[str, Any]] = answer["timeSeries"]
    return found


def total(drawn: dict[str, Any]) -> float:
    return float(sum(point["value"] for point in drawn["values"]))


async def test_a_series_of_everything(shop: World) -> None:
    (drawn,) = await series(shop.owner, yAxis="count(span.duration)")
    assert total(drawn) == 5
    assert len(drawn["values"]) in (7, 8)
    assert drawn["meta"]["interval"] == 600_000
    steps = {
        later["timestamp"] - earlier["timestamp"]
        for earlier, later in zip(drawn["values"], drawn["values"][1:], strict=False)
    }
    assert steps == {600_000}
    assert drawn["values"][-1]["incomplete"]
    assert not drawn["values"][0]["incomplete"]


async def test_series_of_the_largest_groups(shop: World) -> None:
    drawn = await series(
        shop.owner, yAxis=["count()", "p95()"], groupBy="span.op", topEvents="1", sort="-count()"
    )
    assert [(each["yAxis"], each.get("groupBy")) for each in drawn] == [
        ("count()", [{"key": "span.op", "value": "db"}]),
        ("p95()", [{"key": "span.op", "value": "db"}]),
        ("count()", None),
        ("p95()", None),
    ]
    assert [total(each) for each in drawn if each["yAxis"] == "count()"] == [3, 2]
    assert [each["meta"]["isOther"] for each in drawn] == [False, False, True, True]
    alone = await series(shop.owner, groupBy="span.op", topEvents="5", excludeOther="1")
    assert [(each["groupBy"][0]["value"], total(each)) for each in alone] == [
        ("db", 3),
        ("http.client", 1),
        ("http.server", 1),
    ]


async def test_a_group_may_be_what_is_not_there(shop: World) -> None:
    drawn = await series(shop.owner, groupBy="region", topEvents="3", excludeOther="1")
    assert {each["groupBy"][0]["value"]: total(each) for each in drawn} == {
        None: 3,
        "eu": 1,
        "us": 1,
    }


@pytest.mark.parametrize(
    "params",
    [
        {"interval": "1s", "statsPeriod": "24h"},
        {"interval": "0"},
        {"interval": "soon"},
        {"groupBy": "span.op"},
        {"topEvents": "5"},
        {"groupBy": "span.op", "topEvents": "5000"},
        {"yAxis": "median()"},
        {"comparisonDelta": "60"},
        {"query": "count():>1"},
    ],
)
async def test_series_that_cannot_be_drawn(shop: World, params: dict[str, str]) -> None:
    asked = {"dataset": "spans", "statsPeriod": "1h"} | params
    assert (await shop.owner.send("GET", SERIES, **asked)).status_code == 400


async def spread(speaker: Speaker, **params: Any) -> dict[str, dict[str, float]]:
    """The values of each attribute with how often."""
    asked = {"statsType": "attributeDistributions", "statsPeriod": "1h"} | params
    answer = await speaker.ok("GET", "/organizations/acme/trace-items/stats/", **asked)
    (found,) = answer["data"]
    return {
        name: {each["label"]: each["value"] for each in values}
        for name, values in found["attributeDistributions"]["data"].items()
    }


async def test_how_values_are_spread(shop: World) -> None:
    found = await spread(shop.owner)
    assert found["span.op"] == {"db": 3, "http.client": 1, "http.server": 1}
    assert found["is_transaction"] == {"false": 4, "true": 1}
    assert "span.duration" not in found
    found = await spread(shop.owner, query="span.op:db", substringMatch="OP")
    assert found["span.op"] == {"db": 3}
    assert all("op" in name for name in found)
    assert await spread(shop.owner, query="span.op:nothing") == {}


@pytest.mark.parametrize(
    "params",
    [
        {"statsType": "histogram"},
        {"statsType": "attributeDistributions", "itemType": "occurrences"},
        {"statsType": "attributeDistributions", "traceItemsLimit": "0"},
        {"statsType": "attributeDistributions", "query": "count():>1"},
    ],
)
async def test_what_cannot_be_spread_is_said(shop: World, params: dict[str, str]) -> None:
    assert (
        await shop.owner.status(
            "GET", f"/organizations/acme/trace-items/stats/?{urlencode(params)}"
        )
        == 400
    )
