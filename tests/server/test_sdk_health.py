"""Sessions and client reports of the official Python SDK, unmodified, count as they happened."""

import os
import subprocess
import sys
from typing import Any

import httpx
import pytest

from tests.server.official_sdks import PROGRAMS, TIMEOUT_S
from tests.server.running_server import Bootstrapped, RunningServer

SUM, USERS = "sum(session)", "count_unique(user)"


@pytest.fixture(scope="module")
def told(server: RunningServer) -> "Told":
    """The program has run once; its sessions are the only ones of its project."""
    made = server.bootstrap(project="sdk-health")
    done = subprocess.run(
        [sys.executable, "health.py"],
        cwd=PROGRAMS / "python",
        env=os.environ | {"SENTRY_DSN": made.dsn},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Told(server, made)


class Told:
    """What the API says of the project."""

    def __init__(self, server: RunningServer, made: Bootstrapped) -> None:
        self._server = server
        self._made = made

    def get(self, path: str, **query: Any) -> Any:
        answer = httpx.get(
            f"{self._server.base_url}/api/0/organizations/{self._made.organization}{path}",
            params={"project": self._made.project_id, "statsPeriod": "24h", **query},
            headers={"Authorization": f"Bearer {self._made.auth_token}"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


def test_sessions_count_by_how_they_ended(told: Told) -> None:
    answer = told.get("/sessions/", field=SUM, groupBy=["release", "session.status"])
    assert {group["by"]["release"] for group in answer["groups"]} == {"health@1.0.0"}
    counts = {group["by"]["session.status"]: group["totals"][SUM] for group in answer["groups"]}
    assert counts == {"crashed": 1, "errored": 1, "healthy": 4, "abnormal": 0, "unhandled": 0}


def test_users_are_told_apart(told: Told) -> None:
    rate = "crash_free_rate(user)"
    answer = told.get("/sessions/", field=[USERS, rate], environment="staging")
    assert answer["groups"][0]["totals"] == {USERS: 2, rate: 0.5}


def test_what_the_app_dropped_is_told(told: Told) -> None:
    answer = told.get(
        "/stats_v2/", field="sum(quantity)", groupBy=["outcome", "reason"], category="error"
    )
    counts = {
        tuple(group["by"].values()): group["totals"]["sum(quantity)"] for group in answer["groups"]
    }
    assert counts == {("accepted", "none"): 2, ("client_discard", "before_send"): 1}
