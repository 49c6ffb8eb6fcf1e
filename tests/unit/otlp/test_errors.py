"""Exceptions of spans and logs as events."""

from typing import Any

import orjson
import pytest

from tests.unit.otlp.exports import (
    FORMS,
    NOW,
    PARENT,
    SPAN,
    TRACE,
    Json,
    any_value,
    body,
    exception,
    log,
    logs,
    span,
    traces,
)
from tests.unit.otlp.test_stacks import CHAINED, JAVA, PYTHON
from urgentry import clock
from urgentry.otlp.answers import JSON
from urgentry.otlp.convert.errors import Raised, event_of, raised_in_logs, raised_in_spans
from urgentry.otlp.convert.logs import logs_of
from urgentry.otlp.convert.spans import spans_of
from urgentry.otlp.messages import LOGS, TRACES

PYTHON_SHOP = {
    "service.name": "shop",
    "service.version": "1.2",
    "deployment.environment.name": "prod",
    "host.name": "web-1",
    "telemetry.sdk.language": "python",
    "telemetry.sdk.version": "1.30",
}


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def in_spans(form: str, export: Json) -> list[Raised]:
    raw = body(export, form)
    read = TRACES.from_json(raw) if form == JSON else TRACES.from_protobuf(raw)
    return raised_in_spans(list(spans_of(read)))


def in_logs(form: str, export: Json) -> list[Raised]:
    raw = body(export, form)
    read = LOGS.from_json(raw) if form == JSON else LOGS.from_protobuf(raw)
    return raised_in_logs(list(logs_of(read)), NOW)


def event(form: str, *spans: Json, resource: Json | None = None) -> Json:
    (raised,) = in_spans(form, traces(*spans, resource=resource))
    return event_of(raised)


def raising(**given: Any) -> Json:
    return span(events=[exception(type="E", message="m")], **given)


def test_an_exception_of_a_span(form: str) -> None:
    about = {
        "http.request.method": "GET",
        "url.full": "https://shop.example/orders/7",
        "user_agent.original": "curl/8",
        "user.id": "7",
        "order": 7,
    }
    told = exception(
        at=NOW + 5, type="pay.errors.Refused", message="no funds", stacktrace=PYTHON, escaped=True
    )
    found = event(form, span(about=about, events=[told]), resource=PYTHON_SHOP)
    (value,) = found["exception"]["values"]
    assert value["stacktrace"]["frames"][-1]["function"] == "charge"
    del value["stacktrace"]
    assert value == {
        "type": "Refused",
        "module": "pay.errors",
        "value": "no funds",
        "mechanism": {"type": "opentelemetry", "handled": False},
    }
    otel = found["contexts"].pop("otel")
    assert otel == {"attributes": about, "resource": PYTHON_SHOP}
    del found["exception"], found["event_id"]
    assert found == {
        "timestamp": (NOW + 5) / clock.SECOND,
        "platform": "python",
        "level": "error",
        "release": "1.2",
        "environment": "prod",
        "server_name": "web-1",
        "transaction": "GET /orders/{id}",
        "user": {"id": "7"},
        "request": {
            "method": "GET",
            "url": "https://shop.example/orders/7",
            "headers": {"User-Agent": "curl/8"},
        },
        "tags": {"service.name": "shop"},
        "contexts": {"trace": {"trace_id": TRACE, "span_id": SPAN}},
        "sdk": {"name": "opentelemetry.python", "version": "1.30"},
    }


def test_the_attributes_know_the_last_of_a_chain_better(form: str) -> None:
    told = exception(type="builtins.ValueError", message="bad!", stacktrace=CHAINED)
    values = event(form, span(events=[told]), resource=PYTHON_SHOP)["exception"]["values"]
    assert [(each["type"], each["value"]) for each in values] == [
        ("KeyError", "'x'"),
        ("ValueError", "bad!"),
    ]
    assert ["mechanism" in each for each in values] == [False, True]


def test_a_stack_trace_alone_says_what_was_thrown(form: str) -> None:
    told = exception(stacktrace=JAVA)
    values = event(form, span(events=[told]))["exception"]["values"]
    assert [each["type"] for each in values] == [
        "java.sql.SQLException",
        "java.lang.IllegalStateException",
    ]


def test_a_stack_trace_that_nobody_reads_stays_a_text(form: str) -> None:
    told = exception(type="E", stacktrace="somewhere")
    found = event(form, span(events=[told]))
    assert found["contexts"]["otel"]["attributes"] == {"exception.stacktrace": "somewhere"}
    assert found["exception"]["values"][0] == {
        "type": "E",
        "value": "",
        "mechanism": {"type": "opentelemetry"},
    }


def test_the_same_exception_has_the_same_id(form: str) -> None:
    first, again, other = (
        event(form, raising()),
        event(form, raising()),
        event(form, raising(spanId="0a" * 8)),
    )
    assert first["event_id"] == again["event_id"] != other["event_id"]
    assert len(first["event_id"]) == 32


def test_exceptions_of_a_span_are_told_each(form: str) -> None:
    twice = span(events=[exception(type="E"), exception(type="E")])
    assert len({each.event_id for each in in_spans(form, traces(twice))}) == 2


def test_an_exception_that_rose_through_spans_is_told_once(form: str) -> None:
    inner = raising(spanId=SPAN, parentSpanId=PARENT, name="inner")
    outer = raising(spanId=PARENT, name="outer")
    (found,) = in_spans(form, traces(inner, outer))
    assert (found.span_id.hex(), found.transaction) == (PARENT, "outer")


def test_another_exception_of_the_span_above_is_told(form: str) -> None:
    inner = raising(spanId=SPAN, parentSpanId=PARENT)
    outer = span(spanId=PARENT, events=[exception(type="E", message="other")])
    assert len(in_spans(form, traces(inner, outer))) == 2


def test_an_event_is_of_the_segment_of_its_span(form: str) -> None:
    inner = raising(spanId=SPAN, parentSpanId=PARENT, name="inner")
    outer = span(spanId=PARENT, parentSpanId="0a" * 8, flags=0x300, name="outer")
    assert event(form, inner, outer)["transaction"] == "outer"
    assert event(form, inner)["transaction"] == "inner"


def test_what_is_no_exception(form: str) -> None:
    noted = {"name": "exception", "attributes": []}
    other = {"name": "other", "attributes": exception(type="E")["attributes"]}
    assert not in_spans(form, traces(span(events=[noted, other]), span()))
    assert not in_logs(form, logs(log(), log(about={"exception.other": "x"})))


def test_an_exception_of_a_log(form: str) -> None:
    about = {"exception.type": "E", "exception.message": "m", "order": 7}
    export = logs(
        log(about=about, severityNumber=13, body=any_value("could not place")),
        resource=PYTHON_SHOP,
        scope={"name": "app.orders"},
    )
    (raised,) = in_logs(form, export)
    found = event_of(raised)
    assert found["level"] == "warning"
    assert found["logger"] == "app.orders"
    assert found["logentry"] == {"formatted": "could not place"}
    assert found["exception"]["values"][0]["type"] == "E"
    assert found["contexts"]["trace"] == {"trace_id": TRACE, "span_id": SPAN}
    assert found["contexts"]["otel"]["attributes"] == {"order": 7}
    assert "transaction" not in found


def test_a_log_that_says_no_more_than_its_exception_has_no_message(form: str) -> None:
    about = {"exception.message": "m"}
    (raised,) = in_logs(form, logs(log(about=about, body=any_value("m"), traceId="")))
    found = event_of(raised)
    assert "logentry" not in found
    assert "trace" not in found["contexts"]


def test_a_number_of_more_than_64_bits_costs_no_exception() -> None:
    wide = {"key": "wide", "value": {"arrayValue": {"values": [{"intValue": str(1 << 64)}]}}}
    raised = span(events=[exception(type="E", message="m")], attributes=[wide])
    told = event(JSON, raised)
    assert told["exception"]["values"][0]["type"] == "E"
    assert orjson.dumps(told, default=str)
