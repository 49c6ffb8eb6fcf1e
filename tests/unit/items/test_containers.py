"""Containers of logs, metrics and spans: taken entry by entry, refused as a whole where the frame
is wrong."""

from typing import Any

import pytest

from tests.receipts import envelope, json_item, receipt
from tests.unit.items.entries import NOW, SPAN, TRACE, log, metric, span, typed
from urgentry import clock
from urgentry.domain.filters import FilterSettings
from urgentry.ingest.items import log as logs
from urgentry.ingest.items import span as spans
from urgentry.ingest.items import trace_metric as metrics
from urgentry.ingest.reading import Reading
from urgentry.ingest.signals.logs import CONTENT_TYPE as LOGS
from urgentry.ingest.signals.metrics import CONTENT_TYPE as METRICS
from urgentry.ingest.signals.spans import CONTENT_TYPE as SPANS
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome, Rejected
from urgentry.telemetry.arrival import SignalBatch
from urgentry.telemetry.signal import NO_SPAN, NO_TRACE, Signal

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def read(
    kind: str,
    *entries: Any,
    frame: dict[str, Any] | None = None,
    headers: dict[str, Any] | None = None,
    dsc: Any = None,
    **about: Any,
) -> Reading:
    reader, content_type = {
        "log": (logs.read, LOGS),
        "trace_metric": (metrics.read, METRICS),
        "span": (spans.read, SPANS),
    }[kind]
    given = {"content_type": content_type, "item_count": len(entries)} | (headers or {})
    item = json_item(kind, {"items": list(entries)} | (frame or {}), **given)
    sent_at = about.pop("sent_at", None)
    carrier = envelope(item, sent_at=sent_at)
    if dsc is not None:
        carrier.headers["trace"] = dsc
    return reader(item, receipt(received=NOW, sent_at=sent_at, **about), carrier)


def signals(reading: Reading) -> list[Signal]:
    (record,) = reading.records
    assert isinstance(record, SignalBatch)
    return record.signals


def one(reading: Reading) -> Signal:
    (signal,) = signals(reading)
    return signal


def refusals(reading: Reading) -> list[tuple[Outcome, str, tuple[tuple[int, int], ...]]]:
    return [(each.outcome, each.reason, each.quantities) for each in reading.refused]


def test_a_log() -> None:
    entry = log(span_id=SPAN, attributes={"a": typed("x"), "n": typed(3), "f": typed(0.5)})
    found = one(read("log", entry))
    assert (found.at, found.trace_id.hex(), found.span_id.hex()) == (NOW, TRACE, SPAN)
    assert found.attributes == {
        "sentry.body": "hello",
        "sentry.severity_text": "info",
        "sentry.severity_number": 9,
        "sentry.observed_timestamp_nanos": NOW * 1_000,
        "a": "x",
        "n": 3,
        "f": 0.5,
    }


def test_a_log_counts_as_one_and_by_its_bytes() -> None:
    reading = read("log", log(body="häh", attributes={"key": typed("four"), "n": typed(1)}))
    (record,) = reading.records
    assert record.counted == (
        (DataCategory.LOG_ITEM, 1),
        (DataCategory.LOG_BYTE, 4 + (3 + 4) + (1 + 8)),
    )
    assert record.retention_days == 30


def test_a_metric() -> None:
    found = one(read("trace_metric", metric(name=" my metric/é ", unit="millisecond")))
    assert found.attributes == {
        "sentry.metric_name": "my_metric_",
        "sentry.metric_type": "counter",
        "sentry.value": 2,
        "sentry.metric_unit": "millisecond",
    }
    assert "sentry.metric_unit" not in one(read("trace_metric", metric(unit="pizza"))).attributes


def test_a_span() -> None:
    entry = span(
        parent_span_id="b" * 16,
        attributes={
            "db.system.name": typed("postgresql"),
            "sentry.segment.id": typed("c" * 16),
            "sentry.segment.name": typed("/orders"),
        },
        links=[{"trace_id": TRACE, "span_id": SPAN, "sampled": True}, {"trace_id": "no"}],
        is_segment=False,
    )
    found = one(read("span", entry, dsc={"trace_id": TRACE}))
    assert (found.at, found.span_id.hex()) == (NOW, SPAN)
    assert (found.parent_id.hex(), found.segment_id.hex()) == ("b" * 16, "c" * 16)
    assert found.attributes == {
        "sentry.status": "ok",
        "sentry.duration_ms": 250.0,
        "sentry.name": "GET /",
        "sentry.description": "GET /",
        "sentry.op": "db",
        "sentry.is_segment": False,
        "sentry.segment.name": "/orders",
        "db.system.name": "postgresql",
        "sentry.links": f'[{{"trace_id":"{TRACE}","span_id":"{SPAN}","sampled":true}}]',
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True),
        ({"parent_span_id": "b" * 16}, False),
        ({"is_segment": True, "parent_span_id": "b" * 16}, True),
        ({"is_remote": True, "parent_span_id": "b" * 16}, True),
        ({"is_segment": False}, False),
    ],
)
def test_the_topmost_span_is_a_segment(given: dict[str, Any], expected: bool) -> None:
    found = one(read("span", span(**given), dsc={"trace_id": TRACE}))
    assert found.attributes["sentry.is_segment"] is expected
    assert (found.segment_id == found.span_id) is expected


@pytest.mark.parametrize(
    ("attributes", "op"),
    [
        ({"sentry.op": "cache.get", "db.system": "redis"}, "cache.get"),
        ({"http.request.method": "GET", "sentry.kind": "client"}, "http.client"),
        ({"http.request.method": "GET", "sentry.kind": "server"}, "http.server"),
        ({"http.method": "GET"}, "http"),
        ({"db.system": "redis"}, "db"),
        ({"rpc.service": "x"}, "rpc"),
        ({"messaging.system": "kafka"}, "message"),
        ({"faas.trigger": "timer"}, "timer"),
        ({}, "default"),
    ],
)
def test_operations_are_told_from_attributes(attributes: dict[str, str], op: str) -> None:
    entry = span(attributes={name: typed(value) for name, value in attributes.items()})
    assert one(read("span", entry, dsc={"trace_id": TRACE})).attributes["sentry.op"] == op


ONE_LOG = ((DataCategory.LOG_ITEM, 1), (DataCategory.LOG_BYTE, 1))


@pytest.mark.parametrize(
    ("kind", "bad", "reason"),
    [
        *(
            ("log", log(**{key: None}), "no_data")
            for key in ("timestamp", "trace_id", "level", "body")
        ),
        ("log", log(trace_id="xyz"), "no_data"),
        ("log", log(body=5), "no_data"),
        ("log", None, "no_data"),
        ("log", log(timestamp=(NOW - 31 * clock.DAY) / clock.SECOND), "timestamp"),
        ("trace_metric", metric(value="2"), "no_data"),
        ("trace_metric", metric(value=True), "no_data"),
        ("trace_metric", metric(trace_id=None), "no_data"),
        ("trace_metric", metric(type="set"), "invalid_trace_metric"),
        ("trace_metric", metric(name="  "), "invalid_trace_metric"),
        ("span", span(span_id="0" * 16), "no_data"),
        ("span", span(name=None), "no_data"),
        ("span", span(status=None), "no_data"),
        ("span", span(start_timestamp="yesterday"), "no_data"),
        ("span", span(end_timestamp=NOW / clock.SECOND - 1), "invalid_span"),
        ("span", [], "no_data"),
    ],
)
def test_a_bad_entry_costs_itself_alone(kind: str, bad: Any, reason: str) -> None:
    good = {"log": log, "trace_metric": metric, "span": span}[kind]
    reading = read(kind, good(), bad, good(), dsc={"trace_id": TRACE})
    assert len(signals(reading)) == 2
    ((outcome, found, quantities),) = refusals(reading)
    assert (outcome, found) == (Outcome.INVALID, reason)
    assert quantities[0][1] == 1


def test_nothing_good_is_no_record() -> None:
    reading = read("log", log(body=None))
    assert reading.records == []
    assert len(reading.refused) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"headers": {"content_type": "application/json"}}, "duplicate_item"),
        ({"headers": {"item_count": 2}}, "invalid_json"),
        ({"headers": {"item_count": None}}, "invalid_json"),
        ({"frame": {"items": {}}}, "invalid_json"),
    ],
)
def test_a_wrong_frame_is_refused_as_a_whole(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Rejected) as raised:
        read("log", log(), **change)
    assert raised.value.reason == reason
    assert raised.value.status == 200


@pytest.mark.parametrize(
    ("dsc", "reason"),
    [
        (None, "missing_dsc"),
        ("x", "missing_dsc"),
        ({"trace_id": "x"}, "missing_dsc"),
        ({"trace_id": "d" * 32}, "invalid_dsc"),
    ],
)
def test_spans_are_of_the_trace_of_their_envelope(dsc: Any, reason: str) -> None:
    with pytest.raises(Rejected) as raised:
        read("span", span(), dsc=dsc)
    assert raised.value.reason == reason


def test_no_trace_and_no_span_are_fine_for_logs() -> None:
    found = one(read("log", log(trace_id="0" * 32, span_id="nonsense")))
    assert (found.trace_id, found.span_id) == (NO_TRACE, NO_SPAN)


def test_levels() -> None:
    numbers = {"trace": 1, "DEBUG": 5, "warn": 13, "error": 17, "fatal": 21, "loud": None}
    for level, number in numbers.items():
        found = one(read("log", log(level=level))).attributes
        assert found["sentry.severity_text"] == level.lower()
        assert found.get("sentry.severity_number") == number
    assert one(read("log", log(severity_number=12))).attributes["sentry.severity_number"] == 12
    assert one(read("log", log(severity_number=99))).attributes["sentry.severity_number"] == 9


def test_values_that_are_not_of_their_type_are_left_out() -> None:
    attributes: dict[str, Any] = {
        "a": {"value": "1", "type": "integer"},
        "b": {"value": 1, "type": "string"},
        "c": {"value": True, "type": "integer"},
        "d": {"value": 1, "type": "boolean"},
        "e": {"value": 1},
        "f": {"value": 1, "type": "number"},
        "g": "x",
        "h": {"value": None, "type": "string"},
        "i": {"value": 1, "type": "double"},
        "j": {"value": False, "type": "boolean"},
        "k": {"value": ["x", 1, None, [2]], "type": "array"},
        "": typed("x"),
        "n\x00ul": typed("x"),
    }
    found = one(read("log", log(attributes=attributes))).attributes
    kept = {name: value for name, value in found.items() if not name.startswith("sentry.")}
    assert kept == {"i": 1, "j": False, "k": ["x", 1, "[2]"], "nul": "x"}


def test_what_is_too_long_is_cut_and_named() -> None:
    many = {f"key {number}": typed(number) for number in range(400)}
    entry = log(
        body="x" * 70_000, attributes={"long": typed("y" * 9_000), "k" * 300: typed(1), **many}
    )
    found = one(read("log", entry)).attributes
    assert found["sentry.body"] == "x" * 65_533 + "..."
    assert found["long"] == "y" * 8_189 + "..."
    trimmed = found["sentry.trimmed"]
    assert isinstance(trimmed, list)
    assert trimmed[:3] == ["sentry.body", "long", "k" * 200]
    assert len(found) <= 260


def test_times_are_corrected() -> None:
    hour = clock.HOUR
    behind = log(timestamp=(NOW - 2 * hour) / clock.SECOND)
    assert one(read("log", behind, sent_at=NOW - 2 * hour)).at == NOW
    ahead = log(timestamp=NOW / clock.SECOND + 61)
    assert one(read("log", ahead)).at == NOW
    assert one(read("log", log(timestamp="2026-09-21T14:13:19.5Z"))).at == NOW - clock.SECOND // 2


def test_order_within_a_container_is_kept() -> None:
    found = signals(read("log", *(log(body=str(number)) for number in range(50))))
    assert [each.id for each in found] == sorted(each.id for each in found)
    assert [each.attributes["sentry.body"] for each in found] == [str(n) for n in range(50)]


ADDRESS = {"client.address": typed("{{auto}}")}


@pytest.mark.parametrize(
    ("frame", "attributes", "expected"),
    [
        ({}, {}, {"browser.name": "Firefox", "browser.version": "140.0"}),
        (
            {"version": 1},
            ADDRESS,
            {"browser.name": "Firefox", "browser.version": "140.0", "client.address": "192.0.2.1"},
        ),
        ({"version": 2}, ADDRESS, {}),
        (
            {"version": 2, "ingest_settings": {"infer_ip": "auto"}},
            {},
            {"client.address": "192.0.2.1"},
        ),
        (
            {"version": 2, "ingest_settings": {"infer_user_agent": "auto", "infer_ip": "never"}},
            {},
            {"browser.name": "Firefox", "browser.version": "140.0"},
        ),
        ({"version": 3, "ingest_settings": {"infer_ip": "auto"}}, ADDRESS, {}),
        ({}, {"browser.name": typed("Mine")}, {"browser.name": "Mine", "browser.version": "140.0"}),
    ],
)
def test_what_is_inferred_depends_on_the_version(
    frame: dict[str, Any], attributes: dict[str, Any], expected: dict[str, str]
) -> None:
    found = one(
        read(
            "log",
            log(attributes=attributes),
            frame=frame,
            client_ip="192.0.2.1",
            user_agent=FIREFOX,
        )
    ).attributes
    names = ("browser.name", "browser.version", "client.address")
    assert {name: found[name] for name in names if name in found} == expected


@pytest.mark.parametrize(
    ("filters", "about", "reason"),
    [
        (FilterSettings(releases="shop@1.*"), {}, "release-version"),
        (FilterSettings(ip_addresses="192.0.2.0/24"), {"client_ip": "192.0.2.1"}, "ip-address"),
        (FilterSettings(web_crawlers=True), {"user_agent": "Googlebot/2.1"}, "web-crawlers"),
    ],
)
def test_filters_of_the_project(
    filters: FilterSettings, about: dict[str, Any], reason: str
) -> None:
    unwanted = log(attributes={"sentry.release": typed("shop@1.2")})
    reading = read("log", unwanted, filters=filters, **about)
    assert [(outcome, why) for outcome, why, _ in refusals(reading)] == [(Outcome.FILTERED, reason)]
    if reason == "release-version":
        other = log(attributes={"sentry.release": typed("shop@2.0")})
        assert len(signals(read("log", unwanted, other, filters=filters))) == 1
