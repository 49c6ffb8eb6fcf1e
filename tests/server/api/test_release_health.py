"""The health of releases, beside them and as their order."""

from typing import Any

import pytest

from tests.batches import write_records
from tests.server.api.conftest import World
from tests.sessions import session_report
from tests.stored_issues import make_project
from urgentry import clock
from urgentry.domain.event import hour_of
from urgentry.domain.session import Final, SessionState

LIST = "/organizations/acme/releases/"
CRASHED = SessionState(is_errored=True, final=Final.CRASHED, final_seq=1)
ERRORED = SessionState(is_errored=True)


async def fill(world: World) -> int:
    """ "web@2.0" has three sessions today and one of two days ago, "web@1.0" one; "shop" has one
    of "web@2.0" too; "web@3.0" has none."""
    hour = hour_of(clock.now())
    shop = await world.database.write(lambda tx: make_project(tx, 1, "shop"))
    two: dict[str, Any] = {"release": "web@2.0"}
    await write_records(
        world.database,
        [
            session_report(user="ann", **two),
            session_report(user="bo", state=CRASHED, **two),
            session_report(user="bo", state=ERRORED, hour=hour - 1, **two),
            session_report(user="cy", hour=hour - 48, **two),
            session_report(user="ann", release="web@1.0"),
            session_report(user="ann", project_id=shop, **two),
        ],
    )
    await world.saw("prod", "web@3.0", at=clock.now() + clock.SECOND)
    return shop


def health_of(release: Any, slug: str = "web") -> dict[str, Any]:
    (project,) = (project for project in release["projects"] if project["slug"] == slug)
    assert project["hasHealthData"] == project["healthData"]["hasHealthData"]
    health: dict[str, Any] = project["healthData"]
    return health


async def test_a_release_with_its_health(world: World) -> None:
    await fill(world)
    release = await world.owner.ok("GET", f"{LIST}web@2.0/", health="1")
    health = health_of(release)
    series = health.pop("stats")["24h"]
    assert health == {
        "hasHealthData": True,
        "adoption": pytest.approx(100),
        "sessionsAdoption": pytest.approx(75),
        "crashFreeUsers": pytest.approx(50),
        "crashFreeSessions": pytest.approx(200 / 3),
        "totalUsers": 2,
        "totalUsers24h": 2,
        "totalProjectUsers24h": 2,
        "totalSessions": 3,
        "totalSessions24h": 3,
        "totalProjectSessions24h": 4,
        "sessionsCrashed": 1,
        "sessionsErrored": 2,
        "durationP50": None,
        "durationP90": None,
    }
    assert len(series) == 24
    assert [count for _, count in series[-2:]] == [1, 2]
    assert series[-1][0] == hour_of(clock.now()) * 3600
    assert health_of(release, "shop")["totalSessions"] == 1


async def test_other_periods(world: World) -> None:
    await fill(world)
    asked = {"health": "1", "summaryStatsPeriod": "7d", "healthStatsPeriod": "7d"}
    [release] = await world.owner.ok("GET", LIST, query="web@2.0", healthStat="users", **asked)
    health = health_of(release)
    assert (health["totalSessions"], health["totalUsers"], health["totalSessions24h"]) == (4, 3, 3)
    series = health["stats"]["7d"]
    assert len(series) == 7
    assert series[-1][0] % 86_400 == 0
    assert sum(count for _, count in series) in (3, 4), "bo may have come on two days"


async def test_a_release_without_sessions(world: World) -> None:
    await fill(world)
    health = health_of(await world.owner.ok("GET", f"{LIST}web@3.0/", health="1"))
    assert (health["hasHealthData"], health["totalSessions"]) == (False, 0)
    assert health["crashFreeSessions"] is health["adoption"] is None
    assert health["totalProjectSessions24h"] == 4
    plain = await world.owner.ok("GET", f"{LIST}web@3.0/")
    assert "healthData" not in plain["projects"][0]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("date", ["web@3.0", "web@2.0", "web@1.0"]),
        ("sessions", ["web@2.0", "web@1.0", "web@3.0"]),
        ("users", ["web@2.0", "web@1.0", "web@3.0"]),
        ("crash_free_sessions", ["web@1.0", "web@2.0", "web@3.0"]),
        ("crash_free_users", ["web@1.0", "web@2.0", "web@3.0"]),
    ],
)
async def test_orders(world: World, sort: str, expected: list[str]) -> None:
    await fill(world)
    listed = await world.owner.ok("GET", LIST, sort=sort)
    assert [release["version"] for release in listed] == expected
    first = await world.owner.send("GET", LIST, sort=sort, per_page="2")
    assert [release["version"] for release in first.json()] == expected[:2]
    assert 'rel="next"; results="true"' in first.headers["link"]


@pytest.mark.parametrize("asked", [{"summaryStatsPeriod": "3d"}, {"healthStat": "mood"}])
async def test_unknown_periods_are_refused(world: World, asked: dict[str, str]) -> None:
    response = await world.owner.send("GET", LIST, health="1", **asked)
    assert response.status_code == 400


async def test_a_project_says_whether_it_has_sessions(world: World) -> None:
    assert not (await world.owner.ok("GET", "/projects/acme/web/"))["hasSessions"]
    await fill(world)
    assert (await world.owner.ok("GET", "/projects/acme/web/"))["hasSessions"]
