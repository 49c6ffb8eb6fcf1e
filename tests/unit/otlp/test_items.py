"""Exports as items of ingest: what is read of them, refused, and made of their exceptions."""

from typing import Any

import pytest

from tests.receipts import envelope, json_item, receipt
from tests.unit.otlp.exports import (
    FORMS,
    NOW,
    PARENT,
    Json,
    attributes,
    body,
    exception,
    log,
    logs,
    nanos,
    span,
    traces,
)
from urgentry import clock
from urgentry.domain.event import PreparedEvent
from urgentry.domain.filters import FilterSettings
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.readers import READERS
from urgentry.ingest.reading import Reading
from urgentry.ingest.request import Request
from urgentry.otlp.answers import JSON
from urgentry.otlp.endpoints import ENDPOINTS
from urgentry.otlp.items import ErrorItem, refusals_of, with_exports
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.outcome import Outcome, Rejected
from urgentry.telemetry.arrival import SignalBatch
from urgentry.telemetry.signal import Kind

TRACES, LOGS, _ = ENDPOINTS
OLD = nanos(NOW - 40 * clock.DAY)


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def opened(form: str, export: Json) -> Envelope:
    endpoint = TRACES if "resourceSpans" in export else LOGS
    request = Request(
        method="POST",
        path={},
        query=b"",
        headers={b"content-type": form.encode()},
        peer=None,
        received=NOW,
    )
    return endpoint.read(request, body(export, form))


def read(item: Item, **about: Any) -> Reading:
    reader = with_exports(READERS)[ItemType(item.type)]
    return reader(item, receipt(received=NOW, **about), envelope(item))


def signals(reading: Reading) -> SignalBatch:
    (record,) = reading.records
    assert isinstance(record, SignalBatch)
    return record


def refused(reading: Reading) -> list[tuple[Outcome, str, tuple[tuple[int, int], ...]]]:
    return [(each.outcome, each.reason, each.quantities) for each in reading.refused]


def test_an_export_of_spans_is_one_item(form: str) -> None:
    export = traces(span(spanId=PARENT), span(parentSpanId=PARENT), span(spanId=""))
    (item,) = opened(form, export).items
    assert (item.type, item.headers) == ("span", {"type": "span", "item_count": 3})
    reading = read(item)
    batch = signals(reading)
    assert batch.kind is Kind.SPAN
    assert batch.counted == ((DataCategory.SPAN, 2), (DataCategory.SPAN_INDEXED, 2))
    assert {each.segment_id.hex() for each in batch.signals} == {PARENT}
    counted = ((DataCategory.SPAN, 1), (DataCategory.SPAN_INDEXED, 1))
    assert refused(reading) == [(Outcome.INVALID, "no_data", counted)]
    assert refusals_of([item]) == {"no_data": 1}


def test_an_export_of_logs_is_one_item(form: str) -> None:
    (item,) = opened(form, logs(log(), log(timeUnixNano=OLD))).items
    reading = read(item)
    batch = signals(reading)
    assert batch.kind is Kind.LOG
    assert batch.counted[0] == (DataCategory.LOG_ITEM, 1)
    assert refusals_of([item]) == {"timestamp": 1}


@pytest.mark.parametrize("export", [traces(), logs(), {"resourceSpans": []}])
def test_an_export_of_nothing_has_no_items(form: str, export: Json) -> None:
    assert not opened(form, export).items


def test_what_the_project_does_not_want_is_not_told(form: str) -> None:
    export = traces(span(), resource={"service.version": "bad"})
    (item,) = opened(form, export).items
    reading = read(item, filters=FilterSettings(releases="bad"))
    assert not reading.records
    assert [each.outcome for each in reading.refused] == [Outcome.FILTERED]
    assert not refusals_of([item])


def test_an_exception_is_an_item_of_its_own(form: str) -> None:
    told = exception(type="ValueError", message="no funds")
    resource = {"telemetry.sdk.language": "python"}
    export, error = opened(form, traces(span(events=[told]), resource=resource)).items
    assert signals(read(export)).counted[0] == (DataCategory.SPAN, 1)
    (record,) = read(error).records
    assert isinstance(record, PreparedEvent)
    assert isinstance(error, ErrorItem)
    assert record.event_id == error.event_id
    assert (record.title, record.platform) == ("ValueError: no funds", "python")
    assert record.counted == ((DataCategory.ERROR, 1),)
    assert error.stands_alone


def test_an_exporter_is_not_the_user(form: str) -> None:
    told = exception(type="Error")
    resource = {"telemetry.sdk.language": "webjs"}
    _, error = opened(form, traces(span(events=[told]), resource=resource)).items

    def address(user_agent: str | None) -> str | None:
        (record,) = read(error, client_ip="203.0.113.7", user_agent=user_agent).records
        assert isinstance(record, PreparedEvent)
        return record.user.ip_address if record.user else None

    assert address("Mozilla/5.0 Firefox/140.0") == "203.0.113.7"
    for agent in (None, "OTel-OTLP-Exporter-Python/1.30", "OpenTelemetry Collector/0.1"):
        assert address(agent) is None


def test_an_export_holds_only_so_many_exceptions(form: str) -> None:
    told = [exception(type="E", message=str(number)) for number in range(600)]
    export, *errors = opened(form, traces(span(events=told))).items
    assert len(errors) == 500
    counted = ((DataCategory.ERROR, 100),)
    assert refused(read(export)) == [(Outcome.INVALID, "too_large:event", counted)]
    assert not refusals_of([export])


def test_what_stands_around_many_exceptions_costs_no_memory(form: str) -> None:
    told = [exception(type="E", message=str(number)) for number in range(400)]
    large = attributes({"large": "x" * 300_000})
    _, *errors = opened(form, traces(span(attributes=large, events=told))).items
    assert len(errors) == 400
    assert sum(each.size for each in errors) < 1 << 20
    assert read(errors[0]).records


def test_long_exceptions_fill_what_an_export_may_hold(form: str) -> None:
    told = [exception(type="E", message="x" * 200_000 + str(number)) for number in range(50)]
    resource = {"filler": "y" * 40_000}
    _, *errors = opened(form, traces(span(events=told), resource=resource)).items
    assert len(errors) == 50
    (record,) = read(errors[0]).records
    assert isinstance(record, PreparedEvent)


def test_items_of_sdks_are_read_as_ever() -> None:
    with pytest.raises(Rejected) as caught:
        read(json_item("log", {"items": []}))
    assert caught.value.reason == "duplicate_item"
    assert read(json_item("event", {"message": "hello"})).records


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-protobuffer"])
def test_another_content_type_is_refused(content_type: str) -> None:
    with pytest.raises(Rejected) as caught:
        opened(content_type, traces()) if content_type else opened("x", traces())
    assert caught.value.status == 415


def test_the_content_type_may_have_parameters() -> None:
    request = Request(
        method="POST",
        path={},
        query=b"",
        headers={b"content-type": b"Application/JSON; charset=utf-8"},
        peer=None,
        received=NOW,
    )
    assert TRACES.read(request, body(traces(span()), JSON)).items
