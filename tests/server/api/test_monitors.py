"""Monitors over the API: made, read, changed, deleted."""

from typing import Any

import pytest

from tests.batches import write_records
from tests.contract.test_monitors import check_in
from tests.server.api.conftest import World
from urgentry import clock
from urgentry.api.timestamps import iso
from urgentry.domain.organization import Role

MONITORS = "/organizations/acme/monitors/"
NEW: dict[str, Any] = {
    "project": "web",
    "name": "Nightly backup",
    "config": {"schedule_type": "crontab", "schedule": "0 3 * * *", "max_runtime": 60},
}


async def test_a_monitor_is_made_read_and_changed(world: World) -> None:
    made = await world.owner.ok("POST", MONITORS, NEW)
    assert (made["slug"], made["status"], made["environments"]) == ("nightly-backup", "active", [])
    assert made["config"] == {
        "schedule_type": "crontab",
        "schedule": "0 3 * * *",
        "checkin_margin": None,
        "max_runtime": 60,
        "timezone": "UTC",
        "failure_issue_threshold": None,
        "recovery_threshold": None,
        "alert_rule_id": None,
    }
    assert made["project"]["slug"] == "web"
    path = f"{MONITORS}nightly-backup/"
    changed = await world.owner.ok(
        "PUT",
        path,
        {
            "slug": "backup",
            "status": "disabled",
            "isMuted": True,
            "owner": "team:1",
            "config": {"schedule_type": "interval", "schedule": [2, "day"], "checkin_margin": 9},
        },
    )
    assert (changed["slug"], changed["status"], changed["isMuted"]) == ("backup", "disabled", True)
    assert (changed["config"]["schedule"], changed["config"]["max_runtime"]) == ([2, "day"], 60)
    assert changed["owner"]["type"] == "team"
    by_project = f"/projects/acme/web/monitors/{made['id']}/"
    assert await world.owner.ok("GET", by_project) == changed
    assert [each["slug"] for each in await world.owner.ok("GET", MONITORS)] == ["backup"]
    assert (await world.owner.send("GET", path)).status_code == 404


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"project": "none"}, "project"),
        ({"project": None}, "project"),
        ({"name": None}, "name"),
        ({"config": None}, "config"),
        ({"config": {"schedule_type": "crontab", "schedule": "x"}}, "config"),
        ({"config": NEW["config"] | {"timezone": "Mars"}}, "config"),
        ({"config": NEW["config"] | {"max_runtime": 0}}, "config"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"slug": "123"}, "slug"),
        ({"isMuted": "yes"}, "isMuted"),
        ({"owner": "team:99"}, "owner"),
        ({"owner": "user:99"}, "owner"),
        ({"status": "asleep"}, "status"),
    ],
)
async def test_what_is_wrong_is_told_by_name(
    world: World, change: dict[str, Any], wrong: str
) -> None:
    answer = await world.owner.send("POST", MONITORS, NEW | change)
    assert answer.status_code == 400
    assert list(answer.json()) == [wrong]


async def test_a_slug_is_a_projects_own(world: World) -> None:
    await world.owner.ok("POST", MONITORS, NEW)
    answer = await world.owner.send("POST", MONITORS, NEW)
    assert answer.json() == {"slug": ['The slug "nightly-backup" is already in use.']}
    await world.owner.ok("POST", MONITORS, NEW | {"name": "Other"})
    clash = await world.owner.send("PUT", f"{MONITORS}other/", {"slug": "nightly-backup"})
    assert clash.status_code == 400


async def test_check_ins_are_paged_and_picked(world: World) -> None:
    batch = [check_in("ok", at=1_790_000_000_000_000 + n) for n in range(5)]
    batch += [check_in("error", environment="staging", at=1_790_000_000_000_009)]
    await write_records(world.database, batch)
    path = f"{MONITORS}nightly/checkins/"
    first = await world.owner.send("GET", f"{path}?per_page=4")
    assert [each["status"] for each in first.json()] == ["error", "ok", "ok", "ok"]
    cursor = first.links["next"]["cursor"]
    assert first.links["next"]["results"] == "true"
    second = await world.owner.send("GET", f"{path}?per_page=4&cursor={cursor}")
    assert len(second.json()) == 2
    assert second.links["next"]["results"] == "false"
    picked = await world.owner.ok("GET", f"{path}?environment=staging")
    assert [each["environment"] for each in picked] == ["staging"]
    [shown] = await world.owner.ok("GET", f"{MONITORS}?environment=staging")
    told = [(each["name"], each["status"]) for each in shown["environments"]]
    assert told == [("staging", "error")]


async def test_environments_and_monitors_are_deleted(world: World) -> None:
    await write_records(
        world.database, [check_in("ok"), check_in("ok", environment="staging"), check_in("ok")]
    )
    path = f"{MONITORS}nightly/"
    assert (await world.owner.send("DELETE", f"{path}?environment=staging")).status_code == 202
    [left] = (await world.owner.ok("GET", path))["environments"]
    assert left["name"] == "production"
    assert len(await world.owner.ok("GET", f"{path}checkins/")) == 2
    assert (await world.owner.send("DELETE", path)).status_code == 202
    assert (await world.owner.send("GET", path)).status_code == 404
    assert await world.owner.ok("GET", MONITORS) == []


async def test_members_look_and_do_not_touch(world: World) -> None:
    await world.owner.ok("POST", MONITORS, NEW)
    viewer = await world.person("v@example.com", Role.MEMBER, scopes=["project:read"])
    assert len(await viewer.ok("GET", MONITORS)) == 1
    assert (await viewer.send("POST", MONITORS, NEW)).status_code == 403
    assert (await viewer.send("DELETE", f"{MONITORS}nightly-backup/")).status_code == 403


async def test_lists_heed_what_they_are_asked(world: World) -> None:
    await world.owner.ok("POST", MONITORS, NEW | {"owner": "team:1"})
    await world.owner.ok("POST", MONITORS, NEW | {"name": "Mails", "owner": "user:1"})
    await world.owner.ok("POST", MONITORS, NEW | {"name": "Rates"})
    for query, slugs in (
        ("query=BACK", ["nightly-backup"]),
        ("owner=team:1", ["nightly-backup"]),
        ("owner=user:1&owner=unassigned", ["mails", "rates"]),
        ("owner=myteams&query=mails", []),
        ("project=web&per_page=1", ["mails"]),
    ):
        listed = await world.owner.ok("GET", f"{MONITORS}?{query}")
        assert [each["slug"] for each in listed] == slugs, query
    for query, status in (("project=none", 404), ("sort=name", 400), ("owner=me", 400)):
        assert await world.owner.status("GET", f"{MONITORS}?{query}") == status
    assert await world.owner.status("GET", f"{MONITORS}mails/?project=none") == 404
    assert await world.owner.status("GET", f"{MONITORS}mails/checkins/?expand=groups") == 400


async def test_check_ins_of_a_period(world: World) -> None:
    now = clock.now()
    await write_records(
        world.database, [check_in("error", at=now - 3 * clock.DAY), check_in("ok", at=now)]
    )
    for query, statuses in (
        ("statsPeriod=1d", ["ok"]),
        (f"end={iso(now - clock.DAY)}", ["error"]),
        ("", ["ok", "error"]),
    ):
        found = await world.owner.ok("GET", f"{MONITORS}nightly/checkins/?{query}")
        assert [each["status"] for each in found] == statuses


async def muted(world: World) -> tuple[bool, dict[str, bool]]:
    shown = await world.owner.ok("GET", f"{MONITORS}nightly/")
    return shown["isMuted"], {each["name"]: each["isMuted"] for each in shown["environments"]}


@pytest.mark.parametrize("name", ["isMuted", "is_muted"])
async def test_monitors_are_muted(world: World, name: str) -> None:
    made = await world.owner.ok("POST", MONITORS, NEW | {"name": "nightly", name: True})
    assert made["isMuted"]
    await write_records(world.database, [check_in("ok"), check_in("ok", environment="staging")])
    assert await muted(world) == (True, {"production": True, "staging": True})
    await world.owner.ok("PUT", f"{MONITORS}nightly/", {name: False})
    assert await muted(world) == (False, {"production": False, "staging": False})


async def test_one_environment_is_muted(world: World) -> None:
    await write_records(world.database, [check_in("ok"), check_in("ok", environment="staging")])
    path = f"{MONITORS}nightly/"
    changed = await world.owner.ok("PUT", f"{path}environments/staging/", {"isMuted": True})
    assert [each["isMuted"] for each in changed["environments"]] == [False, True]
    assert await muted(world) == (False, {"production": False, "staging": True})
    await world.owner.ok("PUT", path, {"isMuted": True})
    one = "/projects/acme/web/monitors/nightly/environments/production/"
    await world.owner.ok("PUT", one, {"isMuted": False})
    assert await muted(world) == (False, {"production": False, "staging": True})
    assert await world.owner.status("PUT", f"{path}environments/x/", {"isMuted": True}) == 404
    assert await world.owner.status("PUT", f"{path}environments/staging/", {}) == 400


async def test_a_monitor_stays_in_its_project(world: World) -> None:
    await world.owner.ok("POST", MONITORS, NEW)
    path = f"{MONITORS}nightly-backup/"
    assert await world.owner.ok("PUT", path, {"project": "web"})
    answer = await world.owner.send("PUT", path, {"project": "other"})
    assert (answer.status_code, list(answer.json())) == (400, ["project"])


async def test_a_new_schedule_and_a_new_watch_expect_what_lies_ahead(world: World) -> None:
    """Rather than find missed at once what was not expected meanwhile."""
    await write_records(world.database, [check_in("ok", at=clock.now() - 3 * clock.DAY)])
    path = f"{MONITORS}nightly/"
    changes: tuple[dict[str, Any], ...] = (
        {"config": {"schedule_type": "interval", "schedule": [2, "hour"]}},
        {"status": "disabled"},
        {"status": "active"},
    )
    for change in changes:
        before = iso(clock.now())
        shown = await world.owner.ok("PUT", path, change)
        assert shown["environments"][0]["nextCheckIn"] > before
    [environment] = (await world.owner.ok("GET", path))["environments"]
    assert environment["nextCheckIn"] < iso(clock.now() + 2 * clock.HOUR + clock.SECOND)
