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
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.monitoring import notice
from urgentry.ingest.names import KnownNames
from urgentry.ingest.writer import BatchWriter
from urgentry.jobs.housekeeping import forget_expired
from urgentry.metrics import Metrics
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


async def look(database: Database, *, now: int) -> None:
    """What a server of its own notices at a time."""
    metrics = Metrics()
    writer = BatchWriter(
        Ledger(database, metrics), metrics, KnownNames(), after_commit=lambda: None
    )
    await notice(database, writer, now=now)


async def failures(database: Database) -> list[tuple[str, int, str, int]]:
    """Of each issue what it is called, its status, its culprit and how often it was seen."""
    found = await rows(database, "SELECT * FROM issue ORDER BY id")
    return [(row["title"], row["status"], row["culprit"], row["times_seen"]) for row in found]


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
    await look(database, now=NOW + 64 * MINUTE)
    assert await runs(database) == ["ok"]
    late = NOW + 66 * MINUTE
    await asyncio.gather(*(look(database, now=late) for _ in range(3)))
    assert await runs(database) == ["ok", "missed"]
    fares = await environment(database)
    assert (fares["status"], fares["streak"]) == (CheckInStatus.MISSED, -1)
    assert fares["next_check_in"] // MINUTE == NOW // MINUTE + 120
    await write_records(database, [check_in("ok", at=late + MINUTE)])
    assert (await environment(database))["status"] == CheckInStatus.OK


async def test_after_a_long_silence_one_is_missed(database: Database) -> None:
    await make_tenant(database)
    await write_records(database, [check_in("ok")])
    await look(database, now=NOW + 30 * clock.DAY)
    assert await runs(database) == ["ok", "missed"]
    assert (await environment(database))["next_check_in_latest"] > NOW + 30 * clock.DAY


async def test_a_run_that_takes_too_long_is_noticed_once(database: Database) -> None:
    await make_tenant(database)
    guid = secrets.token_bytes(16)
    await write_records(database, [check_in("in_progress", check_in_id=guid)])
    await look(database, now=NOW + 9 * MINUTE)
    assert await runs(database) == ["in_progress"]
    late = NOW + 11 * MINUTE
    await asyncio.gather(*(look(database, now=late) for _ in range(3)))
    assert await runs(database) == ["timeout"]
    assert (await environment(database))["streak"] == -1
    await write_records(database, [check_in("ok", check_in_id=guid, at=late + MINUTE)])
    assert await runs(database) == ["ok"]


async def test_failures_of_an_environment_are_one_issue_until_the_job_runs_well(
    database: Database,
) -> None:
    """Each run counts once, whatever looks at it at the same time; what fails again comes back."""
    await make_tenant(database)
    await write_records(database, [check_in("ok"), check_in("ok", environment="staging")])
    late = NOW + 66 * MINUTE
    await asyncio.gather(*(look(database, now=late) for _ in range(3)))
    name = "Monitor failure: nightly"
    assert await failures(database) == [(name, 0, "nightly", 1)] * 2
    guid = secrets.token_bytes(16)
    await write_records(database, [check_in("error", at=late + MINUTE, check_in_id=guid)])
    await write_records(database, [check_in("error", at=late + MINUTE, check_in_id=guid)])
    assert await failures(database) == [(name, 0, "nightly", 2), (name, 0, "nightly", 1)]
    await write_records(database, [check_in("ok", at=late + 2 * MINUTE)])
    assert await failures(database) == [(name, 1, "nightly", 2), (name, 0, "nightly", 1)]
    await write_records(database, [check_in("error", at=late + 3 * MINUTE)])
    assert await failures(database) == [(name, 0, "nightly", 3), (name, 0, "nightly", 1)]
    regressed = "SELECT kind FROM activity ORDER BY at"
    kinds = [row["kind"] for row in await rows(database, regressed)]
    assert kinds[-2:] == ["set_resolved", "set_regression"]
    counted = "SELECT sum(quantity) FROM outcome_hour WHERE category = 1"
    assert await value(database, counted) is None, "no client sent an error"


async def test_a_run_that_took_too_long_and_then_failed_failed_once(database: Database) -> None:
    await make_tenant(database)
    guid = secrets.token_bytes(16)
    await write_records(database, [check_in("in_progress", check_in_id=guid)])
    await look(database, now=NOW + 11 * MINUTE)
    late = NOW + 12 * MINUTE
    await write_records(database, [check_in("error", check_in_id=guid, at=late)], at=late)
    assert await failures(database) == [("Monitor failure: nightly", 0, "nightly", 1)]


async def test_an_issue_comes_and_goes_at_the_thresholds(database: Database) -> None:
    await make_tenant(database)
    patient = MonitorConfig(
        schedule=Interval(1, "hour"), failure_issue_threshold=3, recovery_threshold=2
    )
    for number, (status, seen) in enumerate(
        [
            ("error", None),
            ("error", None),
            ("error", (0, 1)),
            ("error", (0, 2)),
            ("ok", (0, 2)),
            ("ok", (1, 2)),
        ]
    ):
        at = NOW + number * MINUTE
        await write_records(database, [check_in(status, at=at, config=patient)])
        found = [(status, seen) for _, status, _, seen in await failures(database)]
        assert found == ([seen] if seen else []), number


async def test_one_batch_may_hold_the_whole_story(database: Database) -> None:
    await make_tenant(database)
    story = ["error", "ok", "error"]
    batch = [check_in(status, at=NOW + number) for number, status in enumerate(story)]
    await write_records(database, batch)
    assert await failures(database) == [("Monitor failure: nightly", 0, "nightly", 2)]


async def test_what_is_muted_makes_no_issue(database: Database) -> None:
    await make_tenant(database)
    await write_records(database, [check_in("ok")])
    mute = script("mute", "UPDATE monitor_environment SET is_muted = TRUE")
    await database.write(lambda tx: tx.run(mute))
    await write_records(database, [check_in("error", at=NOW + MINUTE)])
    assert await failures(database) == []
    assert (await environment(database))["status"] == CheckInStatus.ERROR


async def test_a_monitor_that_is_disabled_misses_nothing(database: Database) -> None:
    await make_tenant(database)
    await write_records(database, [check_in("ok")])
    disable = script("disable", "UPDATE monitor SET status = 1")
    await database.write(lambda tx: tx.run(disable))
    await look(database, now=NOW + 30 * clock.DAY)
    assert await runs(database) == ["ok"]


async def test_monitors_of_a_project_that_went_keep_nobody_busy(database: Database) -> None:
    await make_tenant(database)
    many = [check_in("ok", project_id=2, slug=f"job-{number}") for number in range(120)]
    await write_records(database, many)
    await write_records(database, [check_in("ok", at=NOW + MINUTE)])
    await asyncio.wait_for(look(database, now=NOW + 30 * clock.DAY), timeout=60)
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
