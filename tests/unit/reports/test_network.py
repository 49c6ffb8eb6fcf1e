"""Reports of failed connections as logs."""

from typing import Any

import pytest

from urgentry import clock
from urgentry.ingest.reports.network import network_log

RECEIVED = 1_619_424_005 * clock.SECOND
TRACE = "de4e189601a342c6bee991645300852e"
REPORT: dict[str, Any] = {
    "age": 5000,
    "type": "network-error",
    "url": "https://example.com/api",
    "user_agent": "Mozilla/5.0",
    "body": {
        "type": "http.error",
        "status_code": 500,
        "elapsed_time": 1000,
        "method": "GET",
        "protocol": "http/1.1",
        "server_ip": "192.168.1.1",
        "phase": "application",
        "sampling_fraction": 1.0,
        "referrer": "https://example.com/referer",
    },
}


def log_of(report: Any) -> dict[str, Any] | None:
    return network_log(report, received=RECEIVED, trace_id=TRACE)


def test_a_report_becomes_a_log() -> None:
    log = log_of(REPORT)
    assert log is not None
    assert log.pop("attributes") == {
        "sentry.origin": {"type": "string", "value": "auto.http.browser_report.nel"},
        "browser.report.type": {"type": "string", "value": "network-error"},
        "url.full": {"type": "string", "value": "https://example.com/api"},
        "url.domain": {"type": "string", "value": "example.com"},
        "http.request.duration": {"type": "integer", "value": 1000},
        "http.request.method": {"type": "string", "value": "GET"},
        "http.request.header.referer": {"type": "string", "value": "https://example.com/referer"},
        "http.response.status_code": {"type": "integer", "value": 500},
        "network.protocol.name": {"type": "string", "value": "http"},
        "network.protocol.version": {"type": "string", "value": "1.1"},
        "server.address": {"type": "string", "value": "192.168.1.1"},
        "nel.referrer": {"type": "string", "value": "https://example.com/referer"},
        "nel.phase": {"type": "string", "value": "application"},
        "nel.sampling_fraction": {"type": "double", "value": 1.0},
        "nel.type": {"type": "string", "value": "http.error"},
    }
    assert log == {
        "timestamp": 1_619_424_000.0,
        "trace_id": TRACE,
        "level": "warn",
        "body": "The user agent successfully received a response, but it had a 500 status code",
    }


@pytest.mark.parametrize(
    ("kind", "level", "body"),
    [
        ("ok", "info", "ok"),
        ("dns.unreachable", "warn", "DNS server is unreachable"),
        ("tcp.reset", "warn", "The TCP connection was reset"),
        ("http.some_new_error", "warn", "http.some_new_error"),
        (None, "warn", "unknown"),
    ],
)
def test_types_are_told_in_words(kind: str | None, level: str, body: str) -> None:
    log = log_of({"type": "network-error", "body": {"type": kind}})
    assert log is not None
    assert (log["level"], log["body"]) == (level, body)


@pytest.mark.parametrize("age", [-1, "5", None, 1 << 60, 2.5, True])
def test_an_age_that_cannot_be_counts_as_none(age: Any) -> None:
    log = log_of(REPORT | {"age": age})
    assert log is not None
    assert log["timestamp"] == 1_619_424_005.0


@pytest.mark.parametrize(
    "report",
    [None, 5, {}, {"type": "deprecation", "body": {}}, {"type": "network-error", "body": []}],
)
def test_other_reports_make_none(report: Any) -> None:
    assert log_of(report) is None


def test_values_of_another_kind_are_left_out() -> None:
    body = {"type": "ok", "method": ["GET"], "status_code": True, "server_ip": 5, "protocol": "h3"}
    log = log_of({"type": "network-error", "url": None, "body": body})
    assert log is not None
    assert log["attributes"].keys() == {
        "sentry.origin",
        "browser.report.type",
        "network.protocol.name",
        "nel.type",
    }
