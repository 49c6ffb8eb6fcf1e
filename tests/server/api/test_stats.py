"""Statistics of an organization: exact, by hour or day, and only of what the caller may see."""

import csv
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.server.api.conftest import World
from tests.stored_issues import make_project
from urgentry.domain.organization import Role
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.storage import rollups
from urgentry.storage.database import Transaction
from urgentry.storage.rollups import OutcomeKey

PATH = "/organizations/acme/stats_v2/"
SUMMARY = "/organizations/acme/stats-summary/"
START = "2026-09-20T00:00:00Z"
END = "2026-09-22T00:00:00Z"
FIRST_HOUR = int(datetime(2026, 9, 20, tzinfo=UTC).timestamp()) // 3600
SUM = "sum(quantity)"
ASKED = {"field": SUM, "start": START, "end": END}


async def count(world: World, *rows: tuple[int, int, DataCategory, Outcome, str, int]) -> None:
    """Enters (hour of the period, project, category, outcome, reason, quantity)."""
    quantities = {
        OutcomeKey(project_id, 1, FIRST_HOUR + hour, category, outcome, reason): quantity
        for hour, project_id, category, outcome, reason, quantity in rows
    }

    async def write(tx: Transaction) -> None:
        rollups.add_outcomes(tx, quantities)

    await world.database.write(write)


async def fill(world: World) -> int:
    """Two projects of acme's; the second one's id."""

    async def write(tx: Transaction) -> int:
        return await make_project(tx, 1, "shop")

    shop = await world.database.write(write)
    await count(
        world,
        (0, 1, DataCategory.ERROR, Outcome.ACCEPTED, "", 5),
        (1, 1, DataCategory.ERROR, Outcome.ACCEPTED, "", 3),
        (1, 1, DataCategory.DEFAULT, Outcome.ACCEPTED, "", 1),
        (25, 1, DataCategory.ERROR, Outcome.FILTERED, "localhost", 2),
        (25, 1, DataCategory.ERROR, Outcome.CLIENT_DISCARD, "before_send", 9),
        (30, shop, DataCategory.ATTACHMENT, Outcome.RATE_LIMITED, "key_quota", 4096),
        (47, shop, DataCategory.SECURITY, Outcome.INVALID, "security_report", 7),
        (-1, 1, DataCategory.ERROR, Outcome.ACCEPTED, "", 1000),
        (48, 1, DataCategory.ERROR, Outcome.ACCEPTED, "", 1000),
    )
    return shop


def totals(answer: dict[str, Any]) -> dict[tuple[Any, ...], int]:
    return {tuple(one["by"].values()): one["totals"][SUM] for one in answer["groups"]}


async def test_counts_by_outcome_and_day(world: World) -> None:
    await fill(world)
    answer = await world.owner.ok("GET", PATH, groupBy="outcome", interval="1d", **ASKED)
    assert (answer["start"], answer["end"]) == (START, END)
    assert answer["intervals"] == [START, "2026-09-21T00:00:00Z"]
    assert answer["groups"] == [
        {"by": {"outcome": "accepted"}, "totals": {SUM: 9}, "series": {SUM: [9, 0]}},
        {"by": {"outcome": "client_discard"}, "totals": {SUM: 9}, "series": {SUM: [0, 9]}},
        {"by": {"outcome": "filtered"}, "totals": {SUM: 2}, "series": {SUM: [0, 2]}},
        {"by": {"outcome": "invalid"}, "totals": {SUM: 7}, "series": {SUM: [0, 7]}},
        {"by": {"outcome": "rate_limited"}, "totals": {SUM: 4096}, "series": {SUM: [0, 4096]}},
    ]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (["project"], {(1,): 20, ("shop",): 4103}),
        (["category"], {("error",): 27, ("attachment",): 4096}),
        (
            ["project", "category"],
            {(1, "error"): 20, ("shop", "attachment"): 4096, ("shop", "error"): 7},
        ),
        (
            ["reason"],
            {
                ("none",): 9,
                ("localhost",): 2,
                ("before_send",): 9,
                ("key_quota",): 4096,
                ("security_report",): 7,
            },
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
async def test_counts_by_anything(
    world: World, group: list[str], expected: dict[tuple[Any, ...], int]
) -> None:
    shop = await fill(world)
    answer = await world.owner.ok("GET", PATH, groupBy=group, **ASKED)
    named = {
        tuple(shop if part == "shop" else part for part in key): n for key, n in expected.items()
    }
    assert totals(answer) == named
    assert all(len(one["series"][SUM]) == 48 for one in answer["groups"])
    assert all(sum(one["series"][SUM]) == one["totals"][SUM] for one in answer["groups"])


@pytest.mark.parametrize(
    ("picked", "expected"),
    [
        ({"outcome": "accepted"}, {("accepted",): 9}),
        ({"outcome": ["accepted", "filtered"]}, {("accepted",): 9, ("filtered",): 2}),
        ({"category": "attachment"}, {("rate_limited",): 4096}),
        ({"category": "error", "project": "shop"}, {("invalid",): 7}),
        ({"reason": "before_send"}, {("client_discard",): 9}),
        ({"reason": "none"}, {("accepted",): 9}),
        ({"project": "-1", "reason": "localhost"}, {("filtered",): 2}),
        ({"category": "replay"}, {}),
    ],
)
async def test_what_is_picked(
    world: World, picked: dict[str, Any], expected: dict[tuple[str], int]
) -> None:
    await fill(world)
    answer = await world.owner.ok("GET", PATH, groupBy="outcome", **ASKED, **picked)
    assert totals(answer) == expected


@pytest.mark.parametrize(
    "asked",
    [
        {"groupBy": "outcome"},
        {"field": SUM},
        {"field": "sum(times_seen)", "groupBy": "outcome"},
        {"field": SUM, "groupBy": "mood"},
        {"field": SUM, "groupBy": "outcome", "interval": "30m"},
        {"field": SUM, "groupBy": "outcome", "interval": "5h"},
        {"field": SUM, "groupBy": "outcome", "interval": "2d"},
        {"field": SUM, "groupBy": "outcome", "interval": "x"},
        {"field": SUM, "groupBy": "outcome", "statsPeriod": "900000w"},
        {"field": SUM, "groupBy": "outcome", "statsPeriod": "600d"},
        {"field": SUM, "groupBy": "outcome", "start": END, "end": START},
        {"field": SUM, "groupBy": "outcome", "start": START, "end": "9999-12-31T23:59:59Z"},
        {"field": SUM, "groupBy": "outcome", "start": "9999-12-31", "end": "9999-12-31T23:59:59Z"},
        {"field": SUM, "groupBy": "outcome", "outcome": "lost"},
        {"field": SUM, "groupBy": "outcome", "category": "dreams"},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_refused(world: World, asked: dict[str, str]) -> None:
    response = await world.owner.send("GET", PATH, **asked)
    assert response.status_code == 400
    assert response.json()["detail"]


async def test_a_period_back_from_now_ends_with_this_hour(world: World) -> None:
    asked = {"field": SUM, "groupBy": "outcome", "statsPeriod": "24h"}
    answer = await world.owner.ok("GET", PATH, **asked)
    begins = [datetime.fromisoformat(text) for text in answer["intervals"]]
    assert len(begins) == 24
    now = datetime.now(UTC)
    assert 0 <= (now - begins[-1]).total_seconds() < 3700
    days = await world.owner.ok("GET", PATH, **(asked | {"statsPeriod": "14d", "interval": "1d"}))
    assert len(days["intervals"]) == 14
    assert days["intervals"][0].endswith("T00:00:00Z")


async def test_a_project_that_is_not_seen_is_not_counted(world: World) -> None:
    shop = await fill(world)

    await world.owner.ok("PUT", "/organizations/acme/", {"openMembership": False})
    guest = await world.person("guest@example.com", Role.MEMBER)
    answer = await guest.ok("GET", PATH, groupBy="project", **ASKED)
    assert answer["groups"] == []
    hidden = await guest.send("GET", PATH, groupBy="project", project=str(shop), **ASKED)
    assert hidden.status_code == 404


async def test_the_summary_is_by_project_and_category(world: World) -> None:
    shop = await fill(world)
    answer = await world.owner.ok("GET", SUMMARY, **ASKED)
    nothing = dict.fromkeys((outcome.wire_name for outcome in Outcome), 0)
    assert answer == {
        "start": START,
        "end": END,
        "projects": [
            {
                "id": str(shop),
                "slug": "shop",
                "stats": [
                    {
                        "category": "attachment",
                        "outcomes": nothing | {"rate_limited": 4096},
                        "totals": {"dropped": 4096, SUM: 4096},
                    },
                    {
                        "category": "error",
                        "outcomes": nothing | {"invalid": 7},
                        "totals": {"dropped": 7, SUM: 7},
                    },
                ],
            },
            {
                "id": "1",
                "slug": "web",
                "stats": [
                    {
                        "category": "error",
                        "outcomes": nothing | {"accepted": 9, "filtered": 2, "client_discard": 9},
                        "totals": {"dropped": 0, SUM: 20},
                    }
                ],
            },
        ],
    }


async def test_the_summary_as_a_table(world: World) -> None:
    await fill(world)
    response = await world.owner.send("GET", SUMMARY, download="true", **ASKED)
    assert response.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(response.text.splitlines()))
    assert [(row["project_slug"], row["category"], row[SUM]) for row in rows] == [
        ("shop", "attachment", "4096"),
        ("shop", "error", "7"),
        ("web", "error", "20"),
    ]
