"""Session statistics: exact numbers and rates, in Sentry's shape, of what the caller may see."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.batches import write_records
from tests.server.api.conftest import World
from tests.sessions import session_report
from tests.stored_issues import make_project
from urgentry.domain.session import (
    Final,
    SessionBucket,
    SessionCounts,
    SessionState,
    Unresponsive,
)

PATH = "/organizations/acme/sessions/"
START, END = "2026-09-20T00:00:00Z", "2026-09-22T00:00:00Z"
FIRST = int(datetime(2026, 9, 20, tzinfo=UTC).timestamp()) // 3600
PERIOD = {"start": START, "end": END}
SUM, USERS = "sum(session)", "count_unique(user)"
ERRORED = SessionState(is_errored=True)
CRASHED = SessionState(is_errored=True, final=Final.CRASHED, final_seq=1)
UNHANDLED = SessionState(is_unhandled=True)
FROZEN = SessionState(
    is_errored=True,
    final=Final.ABNORMAL,
    final_seq=1,
    unresponsive=Unresponsive.FOREGROUND,
)


async def fill(world: World) -> int:
    """Two days of "web" in two releases and environments, and one session of "shop" (its id)."""
    shop = await world.database.write(lambda tx: make_project(tx, 1, "shop"))
    old: dict[str, Any] = {"release": "web@1.0", "environment": "prod"}
    new: dict[str, Any] = {"release": "web@2.0", "environment": "prod"}
    await write_records(
        world.database,
        [
            session_report(hour=FIRST, user="ann", **old),
            session_report(hour=FIRST, user="bo", state=CRASHED, **old),
            session_report(hour=FIRST + 1, user="ann", state=ERRORED, **old),
            session_report(hour=FIRST + 30, user="ann", **new),
            session_report(hour=FIRST + 30, user="cy", state=FROZEN, **new),
            session_report(hour=FIRST + 31, user="di", state=UNHANDLED, **new),
            session_report(hour=FIRST + 31, user="ann", release="web@2.0", environment="dev"),
            session_report(
                hour=FIRST + 47,
                buckets=(SessionBucket(hour=FIRST + 47, counts=SessionCounts(started=3)),),
                **new,
            ),
            session_report(hour=FIRST, project_id=shop, user="ann", release="shop@1.0"),
            session_report(hour=FIRST - 1, user="ed", **old),
            session_report(hour=FIRST + 48, user="ed", **new),
        ],
    )
    return shop


def totals(answer: dict[str, Any]) -> dict[tuple[Any, ...], Any]:
    return {
        tuple(group["by"].values()): tuple(group["totals"].values()) for group in answer["groups"]
    }


async def test_the_whole(world: World) -> None:
    await fill(world)
    answer = await world.owner.ok(
        "GET", PATH, field=[SUM, USERS, "crash_free_rate(user)"], interval="1d", **PERIOD
    )
    assert (answer["start"], answer["end"], answer["query"]) == (START, END, "")
    assert answer["intervals"] == [START, "2026-09-21T00:00:00Z"]
    assert answer["groups"] == [
        {
            "by": {},
            "totals": {SUM: 11, USERS: 4, "crash_free_rate(user)": 0.75},
            "series": {SUM: [4, 7], USERS: [2, 3], "crash_free_rate(user)": [0.5, 1.0]},
        }
    ]


async def test_hours_and_days_agree(world: World) -> None:
    await fill(world)
    by_hour = await world.owner.ok("GET", PATH, field=[SUM, USERS], **PERIOD)
    by_day = await world.owner.ok("GET", PATH, field=[SUM, USERS], interval="24h", **PERIOD)
    assert by_hour["groups"][0]["totals"] == by_day["groups"][0]["totals"]
    hours = by_hour["groups"][0]["series"]
    assert (hours[SUM][0], hours[USERS][0], sum(hours[SUM])) == (3, 2, 11)


async def test_part_of_a_day_counts_users_of_its_hours_alone(world: World) -> None:
    await fill(world)
    answer = await world.owner.ok(
        "GET",
        PATH,
        field=USERS,
        start="2026-09-20T01:00:00Z",
        end="2026-09-21T07:00:00Z",
        project="web",
    )
    assert totals(answer) == {(): (2,)}, "ann, and cy in hour 30"


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("project", {(1,): (10, 4), ("shop",): (1, 1)}),
        ("release", {("web@1.0",): (3, 2), ("web@2.0",): (7, 3), ("shop@1.0",): (1, 1)}),
        ("environment", {("prod",): (9, 4), ("dev",): (1, 1), ("production",): (1, 1)}),
        (
            "session.status",
            {
                ("abnormal",): (1, 1),
                ("crashed",): (1, 1),
                ("errored",): (1, 1),
                ("healthy",): (7, 0),
                ("unhandled",): (1, 1),
            },
        ),
    ],
)
async def test_what_is_told_apart(
    world: World, group: str, expected: dict[tuple[Any, ...], tuple[int, ...]]
) -> None:
    shop = await fill(world)
    answer = await world.owner.ok("GET", PATH, field=[SUM, USERS], groupBy=group, **PERIOD)
    assert totals(answer) == {
        tuple(shop if part == "shop" else part for part in key): numbers
        for key, numbers in expected.items()
    }
    for one in answer["groups"]:
        assert sum(one["series"][SUM]) == one["totals"][SUM]


async def test_statuses_are_told_also_where_there_is_nothing(world: World) -> None:
    answer = await world.owner.ok("GET", PATH, field=SUM, groupBy="session.status", **PERIOD)
    assert set(totals(answer).values()) == {(0,)}
    assert len(answer["groups"]) == 5
    empty = await world.owner.ok("GET", PATH, field="crash_free_rate(session)", **PERIOD)
    assert totals(empty) == {(): (None,)}
    assert set(empty["groups"][0]["series"]["crash_free_rate(session)"]) == {None}
    assert (await world.owner.ok("GET", PATH, field=SUM, groupBy="release", **PERIOD))[
        "groups"
    ] == []


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("crash_rate(session)", 1 / 10),
        ("crash_free_rate(session)", 9 / 10),
        ("crash_rate(user)", 1 / 4),
        ("crash_free_rate(user)", 3 / 4),
        ("errored_rate(session)", 1 / 10),
        ("abnormal_rate(session)", 1 / 10),
        ("abnormal_rate(user)", 1 / 4),
        ("unhandled_rate(session)", 1 / 10),
        ("unhandled_rate(user)", 1 / 4),
        ("anr_rate()", 1 / 4),
        ("foreground_anr_rate()", 1 / 4),
    ],
)
async def test_rates(world: World, field: str, expected: float) -> None:
    await fill(world)
    answer = await world.owner.ok("GET", PATH, field=field, project="web", **PERIOD)
    assert totals(answer)[()] == (pytest.approx(expected),)


@pytest.mark.parametrize(
    ("picked", "expected"),
    [
        ({"environment": "dev"}, 1),
        ({"environment": ["dev", "prod"]}, 10),
        ({"project": "web"}, 10),
        ({"query": "release:web@1.0"}, 3),
        ({"query": "!release:web@1.0"}, 8),
        ({"query": "release:web@*"}, 10),
        ({"query": "release.version:>1.5 environment:prod"}, 6),
        ({"query": "release.package:shop"}, 1),
        ({"query": "environment:dev OR project:shop"}, 2),
        ({"query": "release:[web@1.0, shop@1.0]"}, 4),
        ({"query": "release:none"}, 0),
    ],
    ids=str,
)
async def test_what_is_picked(world: World, picked: dict[str, Any], expected: int) -> None:
    await fill(world)
    answer = await world.owner.ok("GET", PATH, field=SUM, **PERIOD, **picked)
    assert totals(answer) == {(): (expected,)}


async def test_groups_are_sorted_and_paged(world: World) -> None:
    await fill(world)
    asked = {"field": SUM, "groupBy": "release", "includeSeries": "0", **PERIOD}
    rising = await world.owner.ok("GET", PATH, orderBy=SUM, **asked)
    assert [group["by"]["release"] for group in rising["groups"]] == [
        *("shop@1.0", "web@1.0", "web@2.0"),
    ]
    assert rising["intervals"] == []
    assert [group["series"] for group in rising["groups"]] == [{}, {}, {}]
    first = await world.owner.send("GET", PATH, orderBy=f"-{SUM}", per_page="2", **asked)
    assert [group["totals"][SUM] for group in first.json()["groups"]] == [7, 3]
    assert 'rel="next"; results="true"' in first.headers["link"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"field": "p95(session.duration)"},
        {"field": "sum(quantity)"},
        {"field": SUM, "groupBy": "mood"},
        {"field": "crash_rate(user)", "groupBy": "session.status"},
        {"field": SUM, "orderBy": USERS},
        {"field": SUM, "orderBy": SUM, "includeTotals": "0"},
        {"field": SUM, "query": "user.email:a@b.c"},
        {"field": SUM, "query": "free text"},
        {"field": SUM, "query": "release.version:nonsense"},
        {"field": SUM, "interval": "10m"},
        {"field": SUM, "statsPeriod": "10000d"},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_refused(world: World, asked: dict[str, str]) -> None:
    response = await world.owner.send("GET", PATH, **asked)
    assert response.status_code == 400
    assert response.json()["detail"]
