"""OpenTelemetry's log records, in both forms, as logs that are stored."""

from typing import Any

import pytest

from tests.unit.otlp.exports import (
    FORMS,
    NOW,
    SPAN,
    TRACE,
    Json,
    any_value,
    attributes,
    body,
    log,
    logs,
    nanos,
)
from urgentry import clock
from urgentry.ingest.signals.times import Times
from urgentry.otlp.answers import JSON
from urgentry.otlp.convert.logs import logs_of, read_log
from urgentry.otlp.messages import LOGS
from urgentry.protocol.outcome import Rejected
from urgentry.telemetry.signal import NO_SPAN, NO_TRACE, Signal


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def signals(export: Json, form: str) -> list[Signal]:
    raw = body(export, form)
    read = LOGS.from_json(raw) if form == JSON else LOGS.from_protobuf(raw)
    times, rows = Times(NOW, None, 30), iter(range(1, 1_000))
    return [read_log(entry, times, rows) for entry in logs_of(read)]


def one(form: str, **given: Any) -> Signal:
    (found,) = signals(logs(log(**given)), form)
    return found


def test_a_log(form: str) -> None:
    export = logs(
        log(about={"order": 7}, eventName="order.placed", observedTimeUnixNano=nanos(NOW + 1)),
        resource={"service.name": "shop", "deployment.environment.name": "prod"},
        scope={"name": "app.orders", "attributes": attributes({"a": "b"})},
    )
    (found,) = signals(export, form)
    place = (found.id, found.at, found.trace_id.hex(), found.span_id.hex())
    assert place == (1, NOW, TRACE, SPAN)
    assert found.attributes == {
        "order": 7,
        "event.name": "order.placed",
        "sentry.body": "hello",
        "sentry.severity_text": "info",
        "sentry.severity_number": 9,
        "sentry.observed_timestamp_nanos": (NOW + 1) * 1_000,
        "sentry.origin": "auto.otlp.logs",
        "sentry.environment": "prod",
        "resource.service.name": "shop",
        "resource.deployment.environment.name": "prod",
        "instrumentation.name": "app.orders",
        "instrumentation.a": "b",
    }


@pytest.mark.parametrize(
    ("number", "text", "level", "kept"),
    [
        (1, "", "trace", 1),
        (4, "", "trace", 4),
        (5, "", "debug", 5),
        (12, "ERROR", "info", 12),
        (13, "", "warn", 13),
        (17, "", "error", 17),
        (24, "", "fatal", 24),
        (25, "Warning", "warn", 13),
        (0, "ERROR2", "error", 17),
        (0, " Critical ", "fatal", 21),
        (0, "whatever", "info", 9),
        (0, "", "info", 9),
    ],
)
def test_levels(form: str, number: int, text: str, level: str, kept: int) -> None:
    found = one(form, severityNumber=number, severityText=text).attributes
    assert (found["sentry.severity_text"], found["sentry.severity_number"]) == (level, kept)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("text", "text"),
        (5, "5"),
        (True, "true"),
        (0.5, "0.5"),
        ({"a": [1, "b"]}, '{"a":[1,"b"]}'),
        ([1, 2], "[1,2]"),
    ],
)
def test_bodies(form: str, value: Any, told: str) -> None:
    assert one(form, body=any_value(value)).attributes["sentry.body"] == told


def test_a_log_without_anything_is_of_now_and_of_no_trace(form: str) -> None:
    (found,) = signals(logs({}), form)
    assert (found.at, found.trace_id, found.span_id) == (NOW, NO_TRACE, NO_SPAN)
    assert found.attributes["sentry.body"] == ""
    assert found.attributes["sentry.severity_text"] == "info"


def test_a_log_without_a_time_is_of_when_it_was_seen(form: str) -> None:
    seen = nanos(NOW - 5)
    assert one(form, timeUnixNano="0", observedTimeUnixNano=seen).at == NOW - 5


def test_a_long_body_is_cut(form: str) -> None:
    found = one(form, body=any_value("x" * 70_000)).attributes
    assert len(str(found["sentry.body"])) == 65_536
    assert found["sentry.trimmed"] == ["sentry.body"]


def test_a_log_from_before_the_retention_is_refused(form: str) -> None:
    with pytest.raises(Rejected) as caught:
        one(form, timeUnixNano=nanos(NOW - 40 * clock.DAY))
    assert caught.value.reason == "timestamp"
