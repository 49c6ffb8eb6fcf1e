"""Spans, logs and metrics of official SDKs, unmodified: one request is one trace, whoever tells."""

import sys
from collections.abc import Callable, Iterator

import pytest

from tests.server.exported import Exported, exported_by
from tests.server.official_sdks import PROGRAMS, output_of
from tests.server.official_sdks import tool as find_tool
from tests.server.running_server import RunningServer

PROGRAMS_BY_SDK: dict[str, Callable[[], tuple[list[str], str]]] = {
    "python": lambda: ([sys.executable, "signals.py"], "python"),
    "node": lambda: ([find_tool("node"), "signals.js"], "node"),
}


@pytest.fixture(scope="module", params=PROGRAMS_BY_SDK)
def exported(request: pytest.FixtureRequest, server: RunningServer) -> Iterator[Exported]:
    made = server.bootstrap(project=f"signals-{request.param}")
    command, folder = PROGRAMS_BY_SDK[request.param]()
    output_of(command, PROGRAMS / folder, made.dsn)
    with exported_by(server, made) as exported:
        yield exported


def test_spans(exported: Exported) -> None:
    found = exported.rows(
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
    assert len(exported.rows("spans", "id", query="db.system:postgresql order:7")) == 1


def test_logs(exported: Exported) -> None:
    found = exported.rows("logs", "message", "severity", "currency", sort="timestamp")
    assert [(row["severity"], row["currency"]) for row in found] == [
        ("info", "EUR"),
        ("error", None),
    ]
    assert found[0]["message"].startswith("priced order")


def test_metrics(exported: Exported) -> None:
    found = exported.rows(
        "tracemetrics", "metric.name", "metric.type", "sum(value)", sort="metric.name"
    )
    assert found == [
        {"metric.name": "order.total", "metric.type": "distribution", "sum(value)": 12.5},
        {"metric.name": "orders.priced", "metric.type": "counter", "sum(value)": 2},
    ]


def test_all_of_it_is_one_trace(exported: Exported) -> None:
    (row,) = exported.rows("spans", "trace", "count()")
    (root,) = exported.of_organization(f"/trace/{row['trace']}/")
    assert [child["op"] for child in root["children"]] == ["db"]
    errors = [*root["errors"], *root["children"][0]["errors"]]
    assert [error["description"].partition(": ")[2] for error in errors] == ["no such voucher: X"]
    meta = exported.of_organization(f"/trace-meta/{row['trace']}/")
    assert (meta["spansCount"], meta["errorsCount"]) == (2, 1)
    assert meta["logsCount"] >= 1
