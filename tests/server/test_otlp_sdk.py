"""OpenTelemetry's own SDK and exporter, unmodified, on both ports and with both ways to say who it
is."""

import sys
from collections.abc import Iterator

import pytest

from tests.server.exported import Exported, exported_by
from tests.server.official_sdks import PROGRAMS, output_of
from tests.server.running_server import Bootstrapped, RunningServer


def own_port(server: RunningServer, made: Bootstrapped) -> dict[str, str]:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.otlp_port}",
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-sentry-dsn={made.dsn}",
    }


def port_of_sdks(server: RunningServer, made: Bootstrapped) -> dict[str, str]:
    base = f"{server.base_url}/api/{made.project_id}/integration/otlp"
    key = made.dsn.split("//")[1].split("@")[0]
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": base,
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-sentry-auth=sentry sentry_key={key}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
    }


@pytest.fixture(scope="module", params=[own_port, port_of_sdks])
def exported(request: pytest.FixtureRequest, server: RunningServer) -> Iterator[Exported]:
    made = server.bootstrap(project=f"otlp-{request.param.__name__.replace('_', '-')}")
    about = "service.version=1.2,deployment.environment.name=staging"
    settings = {"OTEL_SERVICE_NAME": "shop", "OTEL_RESOURCE_ATTRIBUTES": about}
    settings |= request.param(server, made)
    output_of([sys.executable, "telemetry.py"], PROGRAMS / "python", made.dsn, settings=settings)
    with exported_by(server, made) as exported:
        yield exported


def test_spans(exported: Exported) -> None:
    found = exported.rows(
        "spans",
        *("span.op", "span.description", "transaction", "release", "environment"),
        *("span.status", "resource.service.name"),
        sort="timestamp",
    )
    shared = {
        "transaction": "GET /orders/{id}",
        "release": "1.2",
        "environment": "staging",
        "span.status": "error",
        "resource.service.name": "shop",
    }
    assert found == [
        {"span.op": "http.server", "span.description": "GET /orders/{id}"} | shared,
        {"span.op": "db", "span.description": "SELECT total FROM orders"} | shared,
    ]


def test_logs(exported: Exported) -> None:
    found = exported.rows("logs", "message", "severity", "instrumentation.name", sort="timestamp")
    name = {"instrumentation.name": "shop.orders"}
    assert found == [
        {"message": "priced", "severity": "info"} | name,
        {"message": "outside of any span", "severity": "error"} | name,
    ]


def test_exceptions_are_issues(exported: Exported) -> None:
    project = f"/projects/{exported.made.organization}/{exported.made.project}"
    issues = {each["title"]: each for each in exported.get(f"{project}/issues/", query="")}
    assert set(issues) == {"ValueError: no such voucher: X", "ValueError: no such voucher: Y"}
    assert {each["count"] for each in issues.values()} == {"1"}
    issue = issues["ValueError: no such voucher: X"]
    event = exported.of_organization(f"/issues/{issue['id']}/events/latest/")
    (entry,) = (each for each in event["entries"] if each["type"] == "exception")
    frames = entry["data"]["values"][0]["stacktrace"]["frames"]
    assert [each["function"] for each in frames][-2:] == ["price", "redeem"]
    assert frames[-1]["inApp"]
    tags = {each["key"]: each["value"] for each in event["tags"]}
    assert tags["service.name"] == "shop"
    assert (tags["release"], tags["environment"]) == ("1.2", "staging")
    assert tags["transaction"] == "GET /orders/{id}"


def test_all_of_it_is_one_trace(exported: Exported) -> None:
    (row,) = exported.rows("spans", "trace", "count()")
    (root,) = exported.of_organization(f"/trace/{row['trace']}/")
    assert [child["op"] for child in root["children"]] == ["db"]
    assert len([*root["errors"], *root["children"][0]["errors"]]) == 1
