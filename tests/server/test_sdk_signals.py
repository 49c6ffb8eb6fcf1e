"""Spans, logs and metrics of official SDKs, unmodified: one request is one trace, whoever tells."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.server.official_sdks import PROGRAMS, TIMEOUT_S
from tests.server.official_sdks import tool as find_tool
from tests.server.running_server import Bootstrapped, RunningServer

PROGRAMS_BY_SDK: dict[str, Callable[[], tuple[list[str], str]]] = {
    "python": lambda: ([sys.executable, "signals.py"], "python"),
    "node": lambda: ([find_tool("node"), "signals.js"], "node"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A program has run; its project holds only what it sent."""

    made: Bootstrapped
    api: httpx.Client

    def get(self, path: str, **query: Any) -> Any:
        query["project"] = self.made.project_id
        answer = self.api.get(f"/organizations/{self.made.organization}{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, dataset: str, *fields: str, **query: Any) -> list[dict[str, Any]]:
        table = self.get("/events/", dataset=dataset, field=list(fields), **query)
        return [{name: row[name] for name in fields} for row in table["data"]]


@pytest.fixture(scope="module", params=PROGRAMS_BY_SDK)
def told(request: pytest.FixtureRequest, server: RunningServer) -> Iterator[Told]:
    made = server.bootstrap(project=f"signals-{request.param}")
    command, folder = PROGRAMS_BY_SDK[request.param]()
    done = subprocess.run(
        command,
        cwd=PROGRAMS / folder,
        env=os.environ | {"SENTRY_DSN": made.dsn},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    headers = {"Authorization": f"Bearer {made.auth_token}"}
    with httpx.Client(base_url=f"{server.base_url}/api/0", headers=headers) as api:
        yield Told(made, api)


def test_spans(told: Told) -> None:
    found = told.rows(
        "spans",
        *("span.op", "span.description", "transaction", "release", "environment", "user.id"),
        sort="timestamp",
    )
    shared = {
        "transaction": "/orders/{id}",
        "release": "signals@1.0.0",
        "environment": "staging",
        "user.id": "ann",
    }
    assert found == [
        {"span.op": "http.server", "span.description": "/orders/{id}"} | shared,
        {"span.op": "db", "span.description": "SELECT total FROM orders"} | shared,
    ]
    assert len(told.rows("spans", "id", query="db.system:postgresql order:7")) == 1


def test_logs(told: Told) -> None:
    found = told.rows("logs", "message", "severity", "currency", sort="timestamp")
    assert [(row["severity"], row["currency"]) for row in found] == [
        ("info", "EUR"),
        ("error", None),
    ]
    assert found[0]["message"].startswith("priced order")


def test_metrics(told: Told) -> None:
    found = told.rows(
        "tracemetrics", "metric.name", "metric.type", "sum(value)", sort="metric.name"
    )
    assert found == [
        {"metric.name": "order.total", "metric.type": "distribution", "sum(value)": 12.5},
        {"metric.name": "orders.priced", "metric.type": "counter", "sum(value)": 2},
    ]


def test_all_of_it_is_one_trace(told: Told) -> None:
    (row,) = told.rows("spans", "trace", "count()")
    (root,) = told.get(f"/trace/{row['trace']}/")
    assert [child["op"] for child in root["children"]] == ["db"]
    errors = [*root["errors"], *root["children"][0]["errors"]]
    assert [error["description"].partition(": ")[2] for error in errors] == ["no such voucher: X"]
    meta = told.get(f"/trace-meta/{row['trace']}/")
    assert (meta["spansCount"], meta["errorsCount"]) == (2, 1)
    assert meta["logsCount"] >= 1
