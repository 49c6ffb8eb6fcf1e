"""Traces over the API: trees, counts, attributes, and transactions as events."""

from typing import Any

import pytest

from tests import signals
from tests.server.api import shop as shops
from tests.server.api.conftest import World
from tests.server.api.shop import EVENT_ID, child, transaction_record, write
from tests.stored_issues import Tenant, event, store
from tests.unit.items.entries import PARENT, TRACE
from urgentry import clock
from urgentry.api.timestamps import iso
from urgentry.explore.traces import MOST_SIGNALS
from urgentry.telemetry import names

shop = shops.shop


async def test_a_trace_is_a_tree(shop: World) -> None:
    (root,) = await shop.owner.ok(
        "GET", f"/organizations/acme/trace/{TRACE}/", additional_attributes=["region"]
    )
    assert (root["event_id"], root["is_transaction"]) == (PARENT, True)
    assert root["transaction_id"] == EVENT_ID
    assert root["measurements"] == root["browser_web_vital"] == {"measurements.lcp": 1200}
    assert [child["op"] for child in root["children"]] == ["db", "db", "http.client"]
    assert [child["additional_attributes"] for child in root["children"]] == [
        {"region": "eu"},
        {"region": "us"},
        {},
    ]
    third = root["children"][2]
    assert [child["description"] for child in third["children"]] == ["SELECT 1"]
    (error,) = third["errors"]
    assert (error["event_id"], error["short_id"]) == ("e" * 32, "WEB-1")
    assert third["duration"] == pytest.approx(30, abs=0.01)


async def test_a_trace_with_gaps_and_circles(world: World) -> None:
    await write(
        world.database,
        transaction_record(
            child(1, 1, parent="f" * 16),
            child(2, 1, parent=f"{3:016x}"),
            child(3, 1, parent=f"{2:016x}"),
            child(4, 1, parent=f"{4:016x}"),
            *(child(number, 1, parent=f"{number - 1:016x}") for number in range(11, 411)),
        ),
    )
    tree = await world.owner.ok("GET", f"/organizations/acme/trace/{TRACE}/")

    def count(nodes: list[dict[str, Any]]) -> int:
        return sum(1 + count(node["children"]) for node in nodes)

    assert count(tree) == 405


async def test_a_trace_that_is_not_there(shop: World) -> None:
    below = "/organizations/acme"
    assert await shop.owner.ok("GET", f"{below}/trace/{'a' * 32}/") == []
    for wrong in ("0" * 32, "xyz"):
        assert await shop.owner.status("GET", f"{below}/trace/{wrong}/") == 404
        assert await shop.owner.status("GET", f"{below}/trace-meta/{wrong}/") == 404


async def test_how_much_there_is_of_a_trace(shop: World) -> None:
    meta = await shop.owner.ok("GET", f"/organizations/acme/trace-meta/{TRACE}/")
    assert meta == {
        "errorsCount": 1,
        "performanceIssuesCount": 0,
        "spansCount": 5,
        "logsCount": 5,
        "metricsCount": 5,
        "uptimeCount": 0,
        "transactionChildCountMap": [{"transaction.event_id": EVENT_ID, "count()": 5}],
        "spansCountMap": {"http.server": 1, "db": 3, "http.client": 1},
    }


async def test_a_large_trace_is_counted_whole(world: World) -> None:
    """And the spans of a transaction are found behind thousands of others."""
    at = clock.now() - clock.MINUTE
    others = [
        signals.signal(at + n, {names.OP: "db"}, trace=bytes.fromhex(TRACE))
        for n in range(MOST_SIGNALS + 1)
    ]
    await signals.store(world.database, signals.delivery(others, received=at), at=at)
    await write(world.database, transaction_record(child(1, 10, op="http.client")))
    tenant = Tenant(organization_id=1, account_id=1, team_id=1, project_id=1)
    errors = [event(tenant, at=at, tags={"trace": TRACE}) for _ in range(1_001)]
    await store(world.database, *errors, at=at)
    path = f"/organizations/acme/trace-meta/{TRACE}/"
    meta = await world.owner.ok("GET", path)
    assert (meta["spansCount"], meta["errorsCount"]) == (MOST_SIGNALS + 3, 1_001)
    assert meta["spansCountMap"] == {"db": MOST_SIGNALS + 1, "http.server": 1, "http.client": 1}
    later = await world.owner.ok("GET", path, start=iso(at + 10 * clock.SECOND))
    assert (later["spansCount"], later["errorsCount"]) == (2, 0)
    shown = await world.owner.ok("GET", f"/projects/acme/web/events/{EVENT_ID}/")
    spans = next(entry["data"] for entry in shown["entries"] if entry["type"] == "spans")
    assert [span["op"] for span in spans] == ["http.client"]


async def test_attributes(shop: World) -> None:
    path = "/organizations/acme/trace-items/attributes/"
    found = await shop.owner.ok("GET", path, dataset="spans")
    by_key = {each["key"]: each for each in found}
    assert by_key["span.op"]["attributeSource"] == {"source_type": "sentry"}
    assert by_key["transaction"]["attributeType"] == "string"
    assert by_key["region"]["attributeSource"] == {"source_type": "user"}
    assert by_key["tags[rows,number]"]["name"] == "rows"
    assert by_key["span.duration"]["attributeType"] == "number"
    numbers = await shop.owner.ok("GET", path, itemType="logs", attributeType="number")
    assert "tags[number,number]" in {each["key"] for each in numbers}
    picked = await shop.owner.ok("GET", path, dataset="spans", substringMatch="REG")
    assert [each["key"] for each in picked] == ["region"]
    assert (await shop.owner.send("GET", path, attributeType="text")).status_code == 400
    assert (await shop.owner.send("GET", path, query="x")).status_code == 400


async def test_values_of_an_attribute(shop: World) -> None:
    path = "/organizations/acme/trace-items/attributes/span.op/values/"
    found = await shop.owner.ok("GET", path, dataset="spans")
    assert {each["value"]: each["count"] for each in found} == {
        "db": 3,
        "http.client": 1,
        "http.server": 1,
    }
    picked = await shop.owner.ok("GET", path, dataset="spans", substringMatch="HTTP")
    assert {each["value"] for each in picked} == {"http.client", "http.server"}
    logs = f"{path.replace('span.op', 'number')}?itemType=logs"
    assert len(await shop.owner.ok("GET", logs)) == 5
    assert len(await shop.owner.ok("GET", f"{logs}&attributeType=number")) == 5
    assert await shop.owner.ok("GET", f"{logs}&attributeType=string") == []
    assert await shop.owner.status("GET", f"{logs}&attributeType=text") == 400
    assert await shop.owner.status("GET", f"{logs}&query=count():>1") == 400


async def test_lists_are_found_by_their_members(world: World) -> None:
    await write(
        world.database,
        transaction_record(
            child(1, 1, op="db", data={"tables": ["users", "orders"]}),
            child(2, 1, op="db", data={"tables": ["users"]}),
            child(3, 1, op="db"),
        ),
    )
    path = "/organizations/acme/trace-items/attributes/"
    (name,) = await world.owner.ok("GET", path, attributeType="array")
    assert (name["key"], name["attributeType"]) == ("tags[tables,array]", "array")
    values = await world.owner.ok("GET", f"{path}{name['key']}/values/", attributeType="array")
    assert [(each["value"], each["count"]) for each in values] == [("users", 2), ("orders", 1)]
    for field, query, told in (
        ("span.op", f"{name['key']}:orders", ["users", "orders"]),
        ("count()", f"has:{name['key']} !{name['key']}:orders", ["users"]),
    ):
        asked = {"dataset": "spans", "field": [field, name["key"]], "query": query}
        table = await world.owner.ok("GET", "/organizations/acme/events/", **asked)
        assert [row[name["key"]] for row in table["data"]] == [told]
        assert table["meta"]["fields"][name["key"]] == "array"


async def test_a_transaction_is_an_event(shop: World) -> None:
    path = f"/projects/acme/web/events/{EVENT_ID}"
    shown = await shop.owner.ok("GET", f"{path}/")
    assert (shown["type"], shown["title"], shown["groupID"]) == (
        "transaction",
        "/orders/{id}",
        None,
    )
    spans = next(entry["data"] for entry in shown["entries"] if entry["type"] == "spans")
    assert [span["op"] for span in spans] == ["db", "db", "http.client", "db"]
    assert spans[0]["data"]["region"] == "eu"
    stored = await shop.owner.ok("GET", f"{path}/json/")
    assert (stored["type"], len(stored["spans"])) == ("transaction", 4)
    assert await shop.owner.status("GET", f"/projects/acme/web/events/{'b' * 32}/") == 404
    assert await shop.owner.status("GET", f"{path}/grouping-info/") == 404
