"""Monitors over the API: made, read, changed, deleted."""

from typing import Any

import pytest

from tests.batches import write_records
from tests.contract.test_monitors import check_in
from tests.server.api.conftest import World
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
