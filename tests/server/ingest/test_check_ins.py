"""Check-ins on the wire: in envelopes, by plain requests, and from the official SDK."""

import time
from typing import Any

import orjson
import pytest
import sentry_sdk
from sentry_sdk.crons import capture_checkin, monitor

from tests.server.ingest.wire import Wire, envelope_of

CONFIG: Any = {"schedule": {"type": "crontab", "value": "0 3 * * *"}, "timezone": "Europe/Berlin"}


def cron(wire: Wire, rest: str, **options: Any) -> Any:
    path = f"/api/{wire.project_id}/cron/{rest}".replace("KEY", wire.key)
    return wire.client.request(options.pop("method", "GET"), path, **options)


def listed(wire: Wire, slug: str) -> list[dict[str, Any]]:
    answer = wire.api(f"/organizations/{wire.organization}/monitors/{slug}/checkins/")
    check_ins: list[dict[str, Any]] = answer.json()
    return check_ins


def make(wire: Wire, slug: str, **more: Any) -> None:
    payload = {"monitor_slug": slug, "status": "ok", "monitor_config": CONFIG, **more}
    assert wire.envelope(envelope_of(payload, kind="check_in")).status_code == 200


def test_an_envelope_makes_its_monitor(wire: Wire) -> None:
    before = wire.ledger()
    make(wire, "Nightly Backup", environment="staging", duration=1.5)
    assert wire.ledger().since(before) == {("monitor", "accepted", ""): 1}
    [run] = listed(wire, "nightly-backup")
    assert (run["status"], run["environment"], run["duration"]) == ("ok", "staging", 1500)
    assert run["monitorConfig"]["schedule"] == "0 3 * * *"
    assert run["monitorConfig"]["timezone"] == "Europe/Berlin"


def test_requests_from_a_crontab(wire: Wire) -> None:
    make(wire, "by-curl")
    run = "a" * 32
    answers = [
        cron(wire, f"by-curl/KEY/?status=in_progress&check_in_id={run}"),
        cron(wire, f"by-curl/KEY?status=error&check_in_id={run}&duration=2"),
        cron(
            wire,
            "by-curl/KEY/",
            method="POST",
            json={"status": "ok", "monitor_slug": "another", "environment": "prod"},
        ),
    ]
    assert [(each.status_code, each.content) for each in answers] == [(202, b"")] * 3
    told = [(each["status"], each["environment"]) for each in listed(wire, "by-curl")]
    assert told == [("ok", "prod"), ("error", "production"), ("ok", "production")]
    assert [each["id"] for each in listed(wire, "by-curl")][1] == run


@pytest.mark.parametrize(
    ("rest", "options", "status", "detail"),
    [
        ("job/KEY/?status=done", {}, 400, "status must be one of in_progress, ok or error"),
        ("job/KEY/", {}, 400, "status must be one of in_progress, ok or error"),
        ("job/KEY/?status=ok&duration=x", {}, 400, "a duration is a number of seconds"),
        ("job/KEY/?status=ok&check_in_id=5", {}, 400, "invalid check-in: its id is no UUID"),
        ("job/?status=ok", {}, 401, "missing authorization information"),
        ("!!!/KEY/?status=ok", {}, 400, "invalid check-in: it names no monitor"),
        (
            "job/KEY/",
            {"method": "POST", "content": b"[", "headers": {"content-type": "application/json"}},
            400,
            "invalid JSON data",
        ),
        ("job/KEY/", {"method": "PUT"}, 405, "method not allowed"),
    ],
)
def test_what_is_wrong_is_told_and_counted(
    wire: Wire, rest: str, options: dict[str, Any], status: int, detail: str
) -> None:
    before = wire.ledger()
    answer = cron(wire, rest, **options)
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)
    counted = wire.ledger().since(before)
    assert sum(counted.values()) == 1
    assert next(iter(counted))[:2] == ("monitor", "invalid")


def test_nobody_knows_the_monitor(wire: Wire) -> None:
    before = wire.ledger()
    assert cron(wire, "nobody/KEY/?status=ok").status_code == 202
    assert wire.ledger().since(before) == {("monitor", "invalid", "monitor_not_found"): 1}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{nonsense", "invalid_json"),
        (b"{}", "invalid_check_in"),
        ({"monitor_slug": "x"}, "invalid_check_in"),
        ({"monitor_slug": "x", "status": "ok", "environment": "e" * 65}, "invalid_check_in"),
        ({"monitor_slug": "x", "status": "ok", "duration": "long"}, "invalid_check_in"),
        ({"monitor_slug": "x", "status": "ok", "monitor_config": {}}, "monitor_not_found"),
    ],
)
def test_items_that_are_none(wire: Wire, payload: Any, reason: str) -> None:
    before = wire.ledger()
    body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    assert wire.envelope(envelope_of(body, kind="check_in")).status_code == 200
    assert wire.ledger().since(before) == {("monitor", "invalid", reason): 1}


def test_the_official_sdk(wire: Wire) -> None:
    @monitor(monitor_slug="by-sdk", monitor_config=CONFIG)
    def job(fails: bool) -> None:
        if fails:
            raise ValueError("it fails")

    with sentry_sdk.new_scope() as scope:
        scope.set_client(sentry_sdk.Client(dsn=wire.dsn, environment="prod"))
        job(fails=False)
        with pytest.raises(ValueError, match="it fails"):
            job(fails=True)
        capture_checkin(monitor_slug="by-sdk", status="ok", duration=3)
        sentry_sdk.flush(5)
    deadline = time.monotonic() + 10
    while len(runs := listed(wire, "by-sdk")) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [run["status"] for run in runs] == ["ok", "error", "ok"]
    assert {run["environment"] for run in runs} == {"prod"}
