"""OpenTelemetry's spans, in both forms, as spans that are stored."""

from collections.abc import Iterator
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
    attributes,
    body,
    exception,
    nanos,
    span,
    traces,
)
from urgentry import clock
from urgentry.ingest.signals.times import Times
from urgentry.otlp.answers import JSON
from urgentry.otlp.convert.spans import join_segments, read_span, spans_of
from urgentry.otlp.messages import TRACES
from urgentry.protocol.outcome import Rejected
from urgentry.telemetry.signal import NO_SPAN, Signal

ADDED = {"sentry.origin", "sentry.duration_ms", "sentry.is_segment", "sentry.op", "sentry.status"}


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ids() -> Iterator[int]:
    yield from range(1, 1_000)


def signals(export: Json, form: str) -> list[Signal]:
    raw = body(export, form)
    read = TRACES.from_json(raw) if form == JSON else TRACES.from_protobuf(raw)
    times, rows = Times(NOW, None, 30), ids()
    found = [read_span(entry, times, rows) for entry in spans_of(read)]
    join_segments(found)
    return found


def one(form: str, **given: Any) -> Signal:
    (found,) = signals(traces(span(**given)), form)
    return found


def own(signal: Signal) -> dict[str, Any]:
    """The attributes that the client sent."""
    return {key: value for key, value in signal.attributes.items() if key[:7] != "sentry."}


def test_a_span(form: str) -> None:
    export = traces(
        span(
            parentSpanId=PARENT,
            about={"http.request.method": "GET", "n": 3, "ok": True, "ratio": 0.5},
            status={"code": 2, "message": "broken"},
        ),
        resource={"service.name": "shop", "service.version": "1.2", "telemetry.sdk.language": "go"},
        scope={"name": "net/http", "version": "0.1", "attributes": attributes({"a": "b"})},
    )
    (found,) = signals(export, form)
    place = (found.trace_id.hex(), found.span_id.hex(), found.parent_id.hex(), found.segment_id)
    assert place == (TRACE, SPAN, PARENT, NO_SPAN)
    assert (found.id, found.at) == (1, NOW)
    assert found.attributes == {
        "http.request.method": "GET",
        "n": 3,
        "ok": True,
        "ratio": 0.5,
        "sentry.name": "GET /orders/{id}",
        "sentry.description": "GET /orders/{id}",
        "sentry.op": "http.server",
        "sentry.kind": "server",
        "sentry.status": "error",
        "sentry.status.message": "broken",
        "sentry.duration_ms": 250.0,
        "sentry.is_segment": False,
        "sentry.origin": "auto.otlp.spans",
        "sentry.platform": "go",
        "sentry.release": "1.2",
        "resource.service.name": "shop",
        "resource.service.version": "1.2",
        "resource.telemetry.sdk.language": "go",
        "instrumentation.name": "net/http",
        "instrumentation.version": "0.1",
        "instrumentation.a": "b",
    }


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("text", "text"),
        ("n\x00ul", "nul"),
        (-(1 << 63), -(1 << 63)),
        (False, False),
        (b"bytes", "bytes"),
        (b"\xff\xfe", None),
        ([1, "a", True], [1, "a", True]),
        ([], []),
        ([["a"], {"b": 1}], ['["a"]', '{"b":1}']),
        ({"a": {"b": [1]}}, '{"a":{"b":[1]}}'),
    ],
)
def test_values(form: str, value: Any, kept: Any) -> None:
    assert own(one(form, about={"a": value})).get("a") == kept


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_left_out(form: str, value: str) -> None:
    found = one(form, attributes=[{"key": "a", "value": {"doubleValue": value}}])
    assert "a" not in own(found)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"kind": 2}, "http.server"),
        ({"kind": 3}, "http.client"),
        ({"kind": 1}, "http"),
        ({"about": {"db.system": "mysql"}}, "db"),
    ],
)
def test_a_span_without_a_name_gets_one(form: str, given: Json, name: str) -> None:
    assert one(form, name="", **given).attributes["sentry.name"] == name


@pytest.mark.parametrize(
    ("about", "operation", "description"),
    [
        ({}, "default", "GET /orders/{id}"),
        ({"db.system.name": "mysql", "db.query.text": "SELECT 1"}, "db", "SELECT 1"),
        ({"db.system": "mysql", "db.statement": "SELECT 2"}, "db", "SELECT 2"),
        ({"sentry.op": "own", "sentry.description": "mine"}, "own", "mine"),
    ],
)
def test_operation_and_description(
    form: str, about: Json, operation: str, description: str
) -> None:
    found = one(form, about=about).attributes
    assert (found["sentry.op"], found["sentry.description"]) == (operation, description)


@pytest.mark.parametrize(
    ("number", "kind"),
    [(0, None), (1, "internal"), (2, "server"), (3, "client"), (4, "producer"), (5, "consumer")],
)
def test_kinds(form: str, number: int, kind: str | None) -> None:
    assert one(form, kind=number).attributes.get("sentry.kind") == kind


@pytest.mark.parametrize(("code", "status"), [(0, "ok"), (1, "ok"), (2, "error")])
def test_statuses(form: str, code: int, status: str) -> None:
    assert one(form, status={"code": code}).attributes["sentry.status"] == status


@pytest.mark.parametrize(
    ("given", "is_segment", "is_remote"),
    [
        ({}, True, None),
        ({"parentSpanId": PARENT}, False, None),
        ({"parentSpanId": PARENT, "flags": 0x100}, False, False),
        ({"parentSpanId": PARENT, "flags": 0x300}, True, True),
        ({"parentSpanId": PARENT, "flags": 0x200}, False, None),
        ({"parentSpanId": "0" * 16}, True, None),
    ],
)
def test_segments(form: str, given: Json, is_segment: bool, is_remote: bool | None) -> None:
    found = one(form, **given)
    assert found.attributes["sentry.is_segment"] is is_segment
    assert found.attributes.get("sentry.is_remote") is is_remote
    assert found.segment_id == (found.span_id if is_segment else NO_SPAN)
    assert found.attributes.get("sentry.segment.name") == (
        "GET /orders/{id}" if is_segment else None
    )


def test_spans_below_a_segment_of_the_export_are_of_it(form: str) -> None:
    top, middle, bottom, stray = ("0a" * 8, "0b" * 8, "0c" * 8, "0d" * 8)
    found = signals(
        traces(
            span(spanId=bottom, parentSpanId=middle),
            span(spanId=middle, parentSpanId=top),
            span(spanId=top, name="top"),
            span(spanId=stray, parentSpanId="0e" * 8),
        ),
        form,
    )
    assert [each.segment_id.hex() for each in found] == [top, top, top, "00" * 8]
    names = [each.attributes.get("sentry.segment.name") for each in found]
    assert names == ["top", "top", "top", None]


def test_spans_in_a_circle_are_of_no_segment(form: str) -> None:
    first, second = "0a" * 8, "0b" * 8
    found = signals(
        traces(span(spanId=first, parentSpanId=second), span(spanId=second, parentSpanId=first)),
        form,
    )
    assert {each.segment_id for each in found} == {NO_SPAN}


@pytest.mark.parametrize(
    ("state", "rate"),
    [
        ("ot=th:8", 0.5),
        ("vendor=1,ot=rv:1;th:c", 0.25),
        ("ot=th:0", 1.0),
        ("ot=th:xyz", None),
        ("ot=th:-1", None),
        ("other=th:8", None),
        ("", None),
    ],
)
def test_sample_rate(form: str, state: str, rate: float | None) -> None:
    found = one(form, traceState=state).attributes
    assert found.get("sentry.client_sample_rate") == rate


def test_links(form: str) -> None:
    good = {"traceId": TRACE, "spanId": PARENT, "flags": 1, "attributes": attributes({"a": 1})}
    links = [good, {"traceId": TRACE, "spanId": ""}]
    told = orjson.loads(str(one(form, links=links).attributes["sentry.links"]))
    link = {"trace_id": TRACE, "span_id": PARENT, "sampled": True, "attributes": {"a": 1}}
    assert told == [link]


def test_events_stay_with_their_span_but_for_exceptions(form: str) -> None:
    noted = {"name": "cache miss", "timeUnixNano": nanos(NOW), "attributes": attributes({"k": "v"})}
    found = one(form, events=[noted, exception(type="E")]).attributes
    told = orjson.loads(str(found["sentry.events"]))
    event = {"name": "cache miss", "timestamp": NOW / clock.SECOND, "attributes": {"k": "v"}}
    assert told == [event]
    assert "sentry.events" not in one(form, events=[exception(type="E")]).attributes


def test_events_are_kept_as_long_as_they_fit(form: str) -> None:
    noted = {"name": "x" * 3_000, "timeUnixNano": nanos(NOW)}
    found = one(form, events=[noted] * 3).attributes
    assert len(orjson.loads(str(found["sentry.events"]))) == 2
    assert found["sentry.trimmed"] == ["sentry.events"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"traceId": "0" * 32}, "no_data"),
        ({"traceId": ""}, "no_data"),
        ({"spanId": ""}, "no_data"),
        ({"spanId": "abcd"}, "no_data"),
        ({"startTimeUnixNano": "0"}, "no_data"),
        ({"endTimeUnixNano": nanos(NOW - 1)}, "invalid_span"),
        ({"startTimeUnixNano": nanos(NOW - 40 * clock.DAY)}, "timestamp"),
    ],
)
def test_what_is_no_span(form: str, given: Json, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        one(form, **given)
    assert caught.value.reason == reason


def test_a_span_from_the_future_is_of_now(form: str) -> None:
    far = NOW + 10 * clock.DAY
    assert one(form, startTimeUnixNano=nanos(far), endTimeUnixNano=nanos(far)).at == NOW


@pytest.mark.parametrize(
    ("resource", "platform"),
    [
        ({"telemetry.sdk.language": "nodejs"}, "node"),
        ({"telemetry.sdk.language": "webjs"}, "javascript"),
        ({"telemetry.sdk.language": "dotnet"}, "csharp"),
        ({"telemetry.sdk.language": "python"}, "python"),
        ({"telemetry.sdk.language": 3}, None),
        ({}, None),
    ],
)
def test_platforms(form: str, resource: Json, platform: str | None) -> None:
    (found,) = signals(traces(span(), resource=resource), form)
    assert found.attributes.get("sentry.platform") == platform


@pytest.mark.parametrize(
    "resource",
    [
        {"deployment.environment.name": "prod"},
        {"deployment.environment": "prod"},
        {"sentry.environment": "prod", "deployment.environment": "other"},
    ],
)
def test_environments(form: str, resource: Json) -> None:
    (found,) = signals(traces(span(), resource=resource), form)
    assert found.attributes["sentry.environment"] == "prod"


def test_a_span_knows_better_than_its_resource(form: str) -> None:
    about = {"sentry.environment": "own", "sentry.origin": "manual"}
    export = traces(span(about=about), resource={"deployment.environment.name": "prod"})
    (found,) = signals(export, form)
    assert found.attributes["sentry.environment"] == "own"
    assert found.attributes["sentry.origin"] == "manual"


def test_nulls_of_the_json_form_mean_nothing() -> None:
    nothing = dict.fromkeys(("links", "events", "status", "flags", "traceState", "attributes"))
    found = one(JSON, **nothing)
    assert found.attributes["sentry.status"] == "ok"
    assert not signals({"resourceSpans": None}, JSON)
    assert not signals({"resourceSpans": [{"scopeSpans": None}]}, JSON)
    assert not signals({"resourceSpans": [{"scopeSpans": [{"spans": None}]}]}, JSON)


def test_numbers_of_the_json_form_may_be_texts_or_numbers() -> None:
    assert one(JSON, startTimeUnixNano=NOW * 1_000).at == NOW
    assert own(one(JSON, attributes=[{"key": "a", "value": {"intValue": 5}}]))["a"] == 5
    assert own(one(JSON, attributes=[{"key": "a", "value": {"intValue": "5"}}]))["a"] == 5
    huge = {"key": "a", "value": {"intValue": "9" * 400}}
    assert "a" not in own(one(JSON, attributes=[huge]))


def test_numbers_of_more_than_64_bits_are_none() -> None:
    wide = {"key": "a", "value": {"arrayValue": {"values": [{"intValue": 1 << 63}]}}}
    least = {"key": "b", "value": {"intValue": -(1 << 63)}}
    found = own(one(JSON, attributes=[wide, least]))
    assert (found["a"], found["b"]) == ([], -(1 << 63))


def test_half_a_character_costs_no_export() -> None:
    raw = body(traces(span(name="half")), JSON).replace(b"half", b"\\ud83dhalf")
    (entry,) = spans_of(TRACES.from_json(raw))
    assert "half" in str(read_span(entry, Times(NOW, None, 30), ids()).attributes["sentry.name"])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{",
        b'{"resourceSpans": 5}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": "SERVER"}]}]}]}',
        b'{"a":' * 100_000,
        b"\xff",
    ],
)
def test_what_is_no_export_in_json(raw: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        TRACES.from_json(raw)
    assert caught.value.status == 400


def nested(depth: int) -> bytes:
    value = b'{"arrayValue":{"values":[' * depth + b"]}}" * depth
    given = b'"attributes":[{"key":"a","value":%s}]' % value
    return body(traces(span()), JSON).replace(b'"attributes":[]', given)


def test_deep_values_in_json_are_cut() -> None:
    (entry,) = spans_of(TRACES.from_json(nested(100)))
    assert "..." in str(read_span(entry, Times(NOW, None, 30), ids()).attributes["a"])


def test_values_in_json_that_are_deep_without_end_are_refused() -> None:
    with pytest.raises(Rejected) as caught:
        TRACES.from_json(nested(20_000))
    assert caught.value.status == 400


def test_what_is_no_export_in_protocol_buffers() -> None:
    with pytest.raises(Rejected) as caught:
        TRACES.from_protobuf(b"\xff\xff")
    assert (caught.value.status, caught.value.reason) == (400, "invalid_proto")
    assert not list(spans_of(TRACES.from_protobuf(b"")))
