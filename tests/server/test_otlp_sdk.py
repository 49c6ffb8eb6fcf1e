"""OpenTelemetry's own SDKs and exporters, unmodified: three languages, each protocol that theirs
has, on each port, with each way to say who it is.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.server.exported import Exported, exported_by
from tests.server.official_sdks import PROGRAMS, output_of, tool
from tests.server.running_server import ROOT, Bootstrapped, RunningServer

Settings = dict[str, str]


def own_port(server: RunningServer, made: Bootstrapped) -> Settings:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.otlp_port}",
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-sentry-dsn={made.dsn}",
    }


def port_of_sdks(server: RunningServer, made: Bootstrapped) -> Settings:
    base = f"{server.base_url}/api/{made.project_id}/integration/otlp"
    key = made.dsn.split("//")[1].split("@")[0]
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": base,
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-sentry-auth=sentry sentry_key={key}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
    }


def port_of_grpc(server: RunningServer, made: Bootstrapped) -> Settings:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.grpc_port}",
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-sentry-dsn={made.dsn}",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """An SDK: how its program is run, and what it makes of an error."""

    name: str
    command: Callable[[], list[str]]
    error: str
    in_trace: tuple[str, ...] = ("price", "redeem")
    """The innermost functions where a span recorded the error."""


def _program_of_go() -> list[str]:
    folder = "tests/server/sdk_programs/otel-go"
    build = [str(ROOT / "scripts/go-tool"), folder, "urgentry.dev/otelprogram/telemetry"]
    return [output_of(build, ROOT, "")]


PYTHON = Language(
    name="python", command=lambda: [sys.executable, "telemetry.py"], error="ValueError"
)
NODE = Language(
    name="otel-node",
    command=lambda: [tool("node"), "telemetry.js"],
    error="RangeError",
    in_trace=("redeem",),
)
GO = Language(
    name="otel-go", command=_program_of_go, error="*errors.errorString", in_trace=("main", "fail")
)
PROTOBUF, JSON, GRPC = "http/protobuf", "http/json", "grpc"
WAYS = [
    (PYTHON, PROTOBUF, own_port),
    (PYTHON, PROTOBUF, port_of_sdks),
    (PYTHON, GRPC, port_of_grpc),
    (NODE, PROTOBUF, own_port),
    (NODE, JSON, port_of_sdks),
    (NODE, GRPC, port_of_grpc),
    (GO, PROTOBUF, own_port),
    (GO, GRPC, port_of_grpc),
]


@dataclass(frozen=True, slots=True)
class Ran(Exported):
    """A program in a language has run."""

    language: Language


@pytest.fixture(
    scope="module", params=WAYS, ids=lambda way: f"{way[0].name}-{way[1]}-{way[2].__name__}"
)
def exported(request: pytest.FixtureRequest, server: RunningServer) -> Iterator[Ran]:
    language, protocol, place = request.param
    name = "-".join((language.name, protocol.replace("/", "-"), place.__name__.replace("_", "-")))
    made = server.bootstrap(project=f"otlp-{name}")
    about = "service.name=shop,service.version=1.2,deployment.environment.name=staging"
    settings = {
        "OTEL_RESOURCE_ATTRIBUTES": about,
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        **place(server, made),
    }
    output_of(language.command(), PROGRAMS / language.name, made.dsn, settings=settings)
    with exported_by(server, made) as told:
        yield Ran(told.made, told.api, language)


def test_spans(exported: Exported) -> None:
    found = exported.rows(
        "spans",
        *("span.op", "span.description", "transaction", "release", "environment"),
        *("span.status", "resource.service.name"),
        sort="-span.op",
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


def test_exceptions_are_issues(exported: Ran) -> None:
    project = f"/projects/{exported.made.organization}/{exported.made.project}"
    issues = {each["title"]: each for each in exported.get(f"{project}/issues/", query="")}
    error = exported.language.error
    assert set(issues) == {f"{error}: no such voucher: X", f"{error}: no such voucher: Y"}
    assert {each["count"] for each in issues.values()} == {"1"}
    issue = issues[f"{error}: no such voucher: X"]
    event = exported.of_organization(f"/issues/{issue['id']}/events/latest/")
    (entry,) = (each for each in event["entries"] if each["type"] == "exception")
    frames = entry["data"]["values"][0]["stacktrace"]["frames"]
    functions = [each["function"] for each in frames]
    innermost = exported.language.in_trace
    assert tuple(functions[-len(innermost) :]) == innermost
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
