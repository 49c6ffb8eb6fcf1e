"""Check-ins make and move monitors, and what does not come is noticed, on every database."""

import asyncio
import secrets
from typing import Any

from tests.batches import write_records
from tests.queries import rows, value
from tests.stored_issues import NOW, make_tenant
from urgentry import clock
from urgentry.domain.monitor import CheckInRecord, CheckInStatus, MonitorConfig
from urgentry.domain.schedule import Interval
from urgentry.jobs.housekeeping import forget_expired
from urgentry.jobs.monitoring import notice
from urgentry.storage.database import Database
from urgentry.storage.queries import script

MINUTE = clock.MINUTE
HOURLY = MonitorConfig(schedule=Interval(1, "hour"), checkin_margin=5, max_runtime=10)
STATUSES = {status: status.name.lower() for status in CheckInStatus}


def check_in(status: str, *, at: int = NOW, **changes: Any) -> CheckInRecord:
    values: dict[str, Any] = {
        "organization_id": 1,
        "project_id": 1,
        "key_id": 1,
        "received": at,
        "retention_days": 90,
        "counted": ((10, 1),),
        "slug": "nightly",
        "environment": "production",
        "status": CheckInStatus[status.upper()],
        "check_in_id": None,
        "config": HOURLY,
    }
    return CheckInRecord(**(values | changes))


async def runs(database: Database) -> list[str]:
    """How the runs stand, the oldest first."""
    found = await rows(database, "SELECT status FROM check_in ORDER BY id")
    return [STATUSES[CheckInStatus(row["status"])] for row in found]


async def environment(database: Database) -> dict[str, Any]:
    [row] = await rows(database, "SELECT * FROM monitor_environment")
    return dict(row)


async def test_a_run_begins_and_ends(database: Database) -> None:
    guid = secrets.token_bytes(16)
    await write_records(database, [check_in("in_progress", check_in_id=guid)])
    assert await runs(database) == ["in_progress"]
    later = NOW + 3 * MINUTE
    await write_records(database, [check_in("ok", check_in_id=guid, at=later)])
    [run] = await rows(database, "SELECT * FROM check_in")
    assert (run["status"], run["duration_ms"], run["timeout_at"]) == (1, 180_000, None)
    fares = await environment(database)
    assert (fares["status"], fares["last_check_in"]) == (CheckInStatus.OK, later)
    assert fares["next_check_in"] // MINUTE == later // MINUTE + 60
    assert fares["next_check_in_latest"] == fares["next_check_in"] + 5 * MINUTE


async def test_what_a_job_said_is_not_changed(database: Database) -> None:
    guid = secrets.token_bytes(16)
    await write_records(database, [check_in("error", check_in_id=guid)])
    await write_records(database, [check_in("ok", check_in_id=guid, at=NOW + MINUTE)])
    assert await runs(database) == ["error"]
    assert (await environment(database))["status"] == CheckInStatus.ERROR


async def test_an_end_without_an_id_ends_the_newest_run(database: Database) -> None:
    batch = [
        check_in("in_progress", check_in_id=secrets.token_bytes(16)),
        check_in("in_progress", at=NOW + 1),
        check_in("ok", at=NOW + 2),
        check_in("ok", at=NOW + 3, environment="staging"),
    ]
    assert all((await write_records(database, batch)).accepted)
    assert await runs(database) == ["in_progress", "ok", "ok"]
    assert await value(database, "SELECT count(*) FROM monitor_environment") == 2


async def test_nobody_watches_what_nobody_made(database: Database) -> None:
    written = await write_records(
        database, [check_in("ok", config=None), check_in("ok", slug="made")]
    )
    assert list(written.fates) == ["monitor_not_found", ""]
    assert await value(database, "SELECT count(*) FROM monitor") == 1
    reason = "SELECT reason FROM outcome_hour WHERE outcome = 3"
    assert await value(database, reason) == "monitor_not_found"


async def test_a_check_in_changes_what_is_expected(database: Database) -> None:
    await write_records(database, [check_in("ok")])
    daily = MonitorConfig(schedule=Interval(1, "day"))
    await write_records(database, [check_in("ok", at=NOW + MINUTE, config=daily)])
    fares = await environment(database)
    assert fares["next_check_in"] > NOW + 20 * clock.HOUR
    assert await value(database, "SELECT count(*) FROM monitor") == 1


async def test_a_missed_check_in_is_noticed_once(database: Database) -> None:
    await make_tenant(database)
    await write_records(database, [check_in("ok")])
    await notice(database, now=NOW + 64 * MINUTE)
    assert await runs(database) == ["ok"]
    late = NOW + 66 * MINUTE
    await asyncio.gather(*(notice(database, now=late) for _ in range(3)))
    assert await runs(database) == ["ok", "missed"]
    fares = await environment(database)
    assert (fares["status"], fares["streak"]) == (CheckInStatus.MISSED, -1)
    assert fares["next_check_in"] // MINUTE == NOW // MINUTE + 120
    await write_records(database, [check_in("ok", at=late + MINUTE)])
    assert (await environment(database))["status"] == CheckInStatus.OK


async def test_after_a_long_silence_one_is_missed(database: Database) -> None:
    await make_tenant(database)
    await write_records(database, [check_in("ok")])
    await notice(database, now=NOW + 30 * clock.DAY)
    assert await runs(database) == ["ok", "missed"]
    assert (await environment(database))["next_check_in_latest"] > NOW + 30 * clock.DAY


async def test_a_run_that_takes_too_long_is_noticed_once(database: Database) -> None:
    guid = secrets.token_bytes(16)
    await write_records(database, [check_in("in_progress", check_in_id=guid)])
    await notice(database, now=NOW + 9 * MINUTE)
    assert await runs(database) == ["in_progress"]
    late = NOW + 11 * MINUTE
    await asyncio.gather(*(notice(database, now=late) for _ in range(3)))
    assert await runs(database) == ["timeout"]
    assert (await environment(database))["streak"] == -1
    await write_records(database, [check_in("ok", check_in_id=guid, at=late + MINUTE)])
    assert await runs(database) == ["ok"]


async def test_a_monitor_that_is_disabled_misses_nothing(database: Database) -> None:
    await make_tenant(database)
    await write_records(database, [check_in("ok")])
    disable = script("disable", "UPDATE monitor SET status = 1")
    await database.write(lambda tx: tx.run(disable))
    await notice(database, now=NOW + 30 * clock.DAY)
    assert await runs(database) == ["ok"]


async def test_monitors_of_a_project_that_went_keep_nobody_busy(database: Database) -> None:
    await make_tenant(database)
    many = [check_in("ok", project_id=2, slug=f"job-{number}") for number in range(120)]
    await write_records(database, many)
    await write_records(database, [check_in("ok", at=NOW + MINUTE)])
    await asyncio.wait_for(notice(database, now=NOW + 30 * clock.DAY), timeout=60)
    missed = await rows(database, "SELECT project_id FROM check_in WHERE status = 4")
    assert [row["project_id"] for row in missed] == [1]


async def test_two_servers_make_one_monitor(database: Database) -> None:
    await asyncio.gather(
        *(write_records(database, [check_in("ok", at=NOW + number)]) for number in range(8))
    )
    assert await value(database, "SELECT count(*) FROM monitor") == 1
    assert await runs(database) == ["ok"] * 8


async def test_check_ins_expire(database: Database) -> None:
    await make_tenant(database)
    old = clock.now() - 92 * clock.DAY
    await write_records(database, [check_in("ok", at=old), check_in("ok", at=clock.now())])
    await forget_expired(database)
    assert await runs(database) == ["ok"]
