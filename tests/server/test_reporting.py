"""The server's own errors reach the DSN of the operator's choice, and nothing of its users does."""

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.server.ingest.wire import Wire, envelope_of
from tests.server.running_server import RunningServer
from urgentry.reporting import reporting

PATIENCE_S = 20.0
SECRET = "hush-4711"


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Wire]:
    """The instance that gets the reports."""
    with RunningServer(tmp_path / "operator") as server, Wire(server) as wire:
        yield wire


def reports(operator: Wire, least: int = 1) -> list[dict[str, Any]]:
    """The events that the operator has, when there are so many."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer = operator.client.get(
            "/api/0/projects/acme/web/events/?full=1", headers=operator.api_headers
        )
        found: list[dict[str, Any]] = answer.json()
        if len(found) >= least or time.monotonic() > deadline:
            assert len(found) >= least
            return found
        time.sleep(0.1)


def exceptions(event: dict[str, Any]) -> list[dict[str, Any]]:
    (entry,) = [each for each in event["entries"] if each["type"] == "exception"]
    values: list[dict[str, Any]] = entry["data"]["values"]
    return values


def fail(secret: str) -> None:
    try:
        dict[str, str]()[secret]
    except KeyError as error:
        raise FileNotFoundError(2, f"no file {secret}", f"/{secret}") from error


def test_a_report_tells_the_place_and_nothing_that_was_in_hand(operator: Wire) -> None:
    log = structlog.get_logger()
    with reporting(operator.dsn, environment="staging"):
        for _ in range(5):
            try:
                fail(SECRET)
            except OSError:
                log.exception("job_failed", job="packing", row=SECRET)
        log.error("database_away", error=SECRET)
        log.warning("waiting", problem=SECRET)
    found = reports(operator, 2)
    assert len(found) == 2
    plain, failed = sorted(found, key=lambda event: "exception" in json.dumps(event["entries"]))
    assert plain["title"] == "database_away"
    assert [(each["type"], each["value"]) for each in exceptions(failed)] == [
        ("KeyError", ""),
        ("FileNotFoundError", "No such file or directory"),
    ]
    frames = exceptions(failed)[1]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "fail"
    tags = {tag["key"]: tag["value"] for tag in failed["tags"]}
    assert tags["job"] == "packing"
    assert tags["environment"] == "staging"
    assert tags["release"].startswith("urgentry@")
    assert SECRET not in json.dumps(found)


def test_what_ends_the_program_is_reported(operator: Wire) -> None:
    with pytest.raises(ZeroDivisionError), reporting(operator.dsn, environment="production"):
        _ = 1 / 0
    (found,) = reports(operator)
    assert exceptions(found)[0]["type"] == "ZeroDivisionError"


def test_a_server_reports_what_fails_in_it(operator: Wire, tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "server", settings={"URGENTRY_REPORT_DSN": operator.dsn})
    with server, Wire(server) as wire:
        with sqlite3.connect(server.directory / "urgentry.sqlite") as database:
            database.execute("UPDATE organization SET settings = ?", (f'{{"{SECRET}',))
        answer = wire.client.get("/api/0/organizations/acme/", headers=wire.api_headers)
        assert answer.status_code == 500
        found = reports(operator)
    assert {"key": "path", "value": "/organizations/{organization}/"} in found[0]["tags"]
    assert SECRET not in json.dumps(found)


def test_reports_to_itself_do_not_circle(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "server")
    with server, Wire(server) as wire:
        dsn = wire.dsn
    with server.with_settings(URGENTRY_REPORT_DSN=dsn) as running, Wire(running) as wire:
        with sqlite3.connect(server.directory / "urgentry.sqlite") as database:
            database.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON event"
                " BEGIN SELECT RAISE(ABORT, 'no event today'); END"
            )
        assert wire.envelope(envelope_of({"message": "one"})).status_code == 500
        deadline = time.monotonic() + PATIENCE_S
        while taken(wire) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert taken(wire) == 2, "the event and one report of it"
        time.sleep(1)
        assert taken(wire) == 2
        assert wire.ledger().is_balanced


def taken(wire: Wire) -> int:
    return wire.ledger().received["error"]
