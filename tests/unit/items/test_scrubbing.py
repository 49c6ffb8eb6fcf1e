"""What items leave out of what they were sent, by their project's settings."""

import json
from typing import Any

import msgspec
import orjson
import pytest

from tests.receipts import envelope, json_item, receipt
from tests.unit.items.entries import (
    NOW,
    legacy_span,
    log,
    metric,
    seconds,
    span,
    transaction,
    typed,
)
from urgentry.domain.filters import FilterSettings
from urgentry.domain.privacy_settings import PrivacySettings
from urgentry.ingest.envelope import Envelope, Item, make_item
from urgentry.ingest.items import attachment, event, replay, trace_metric
from urgentry.ingest.items import log as logs
from urgentry.ingest.items import span as spans
from urgentry.ingest.items import transaction as transactions
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.signals.logs import CONTENT_TYPE as LOGS
from urgentry.ingest.signals.metrics import CONTENT_TYPE as METRICS
from urgentry.ingest.signals.spans import CONTENT_TYPE as SPANS
from urgentry.protocol.outcome import Rejected

DEFAULT = PrivacySettings(scrub_ip_addresses=True)


def under(settings: PrivacySettings, **about: Any) -> Receipt:
    """A receipt of a project with these settings."""
    made = receipt(received=NOW, **about)
    return msgspec.structs.replace(
        made, scope=msgspec.structs.replace(made.scope, privacy=settings)
    )


def only(reading: Reading) -> Any:
    """The one record of a reading."""
    (record,) = reading.records
    return record


def container(kind: str, content_type: str, *entries: Any) -> Item:
    payload = orjson.dumps({"version": 2, "items": entries})
    return make_item(kind, payload, content_type=content_type, item_count=len(entries))


def test_an_event_is_scrubbed_before_anything_is_made_of_it() -> None:
    sent = {
        "message": "card 4111 1111 1111 1111",
        "tags": {"color": "red"},
        "user": {"ip_address": "1.2.3.4"},
        "extra": {"password": "x"},
    }
    made = event.prepare(orjson.dumps(sent), under(DEFAULT))
    stored = orjson.loads(made.payload)
    assert made.title == "card [creditcard]"
    assert stored["extra"] == {"password": "[Filtered]"}
    assert stored["_meta"]["extra"]["password"][""]["rem"] == [["@password:filter", "s", 0, 10]]
    assert made.user is not None
    assert (made.user.ident, made.user.ip_address) == ("ip:[ip]", "")
    assert b"1.2.3.4" not in made.payload
    assert b"4111" not in made.payload


def test_a_project_may_keep_everything() -> None:
    off = PrivacySettings(scrub_data=False, scrub_defaults=False)
    made = event.prepare(orjson.dumps({"extra": {"password": "x"}}), under(off))
    assert orjson.loads(made.payload)["extra"] == {"password": "x"}


def test_filters_see_what_was_sent() -> None:
    of = under(DEFAULT, filters=FilterSettings(error_messages="*4111*"))
    with pytest.raises(Rejected) as raised:
        event.prepare(orjson.dumps({"message": "card 4111 1111 1111 1111"}), of)
    assert raised.value.reason == "error-message"


def test_rules_that_cannot_be_read_keep_everything_out() -> None:
    with pytest.raises(Rejected) as raised:
        event.prepare(b"{}", under(PrivacySettings(project_rules="{")))
    assert raised.value.reason == "project_state_pii"


def test_a_transaction_and_its_spans() -> None:
    sent = transaction(legacy_span(data={"api_key": "x", "rows": 5}), extra={"secret": "x"})
    item = json_item("transaction", sent)
    record = only(transactions.read(item, under(DEFAULT), envelope(item)))
    assert orjson.loads(record.payload)["extra"] == {"secret": "[Filtered]"}
    attributes = [signal.attributes for signal in record.signals]
    assert [each["api_key"] for each in attributes if "api_key" in each] == ["[Filtered]"]


def test_logs_spans_and_metrics_in_containers() -> None:
    of = under(DEFAULT, client_ip="1.2.3.4")
    private = {"token": typed("x"), "client.address": typed("{{auto}}"), "n": typed(1)}
    item = container(
        "log",
        LOGS,
        log(body="mail a@b.com: secret", attributes=private),
        log(body="fine"),
    )
    record = only(logs.read(item, of, envelope(item)))
    first, second = (signal.attributes for signal in record.signals)
    assert first["sentry.body"] == "mail [email]: secret"
    assert (first["token"], first["n"]) == ("[Filtered]", 1)
    assert "client.address" not in first
    assert second["sentry.body"] == "fine"
    item = container("trace_metric", METRICS, metric(attributes=private))
    record = only(trace_metric.read(item, of, envelope(item)))
    assert record.signals[0].attributes["token"] == "[Filtered]"
    item = container("span", SPANS, span(attributes=private))
    carrier = Envelope(headers={"trace": {"trace_id": span()["trace_id"]}}, items=[item])
    record = only(spans.read(item, of, carrier))
    assert record.signals[0].attributes["token"] == "[Filtered]"


def test_what_rules_say_of_a_log_means_its_body() -> None:
    rules = {"applications": {"$log.body": ["@anything:mask"], "attributes.k": ["@anything:hash"]}}
    of = under(PrivacySettings(project_rules=json.dumps(rules)))
    item = container("log", LOGS, log(body="hello", attributes={"k": typed("v")}))
    record = only(logs.read(item, of, envelope(item)))
    attributes = record.signals[0].attributes
    assert attributes["sentry.body"] == "*****"
    assert len(attributes["k"]) == 40


def test_files_are_overwritten_where_a_rule_is_about_them() -> None:
    rules = json.dumps({"applications": {"$attachments.'a.log'": ["@email"]}})
    item = make_item("attachment", b"to a@b.com!", filename="a.log")
    for settings, left in (
        (PrivacySettings(project_rules=rules), b"to [email"),
        (DEFAULT, b"to a@b.com"),
    ):
        ((record, content),) = attachment.read(item, under(settings), envelope(item)).contents
        assert len(content) == record.content_size
        assert bytes(content)[:9] == left[:9]


def test_the_event_of_a_replay() -> None:
    sent = {
        "type": "replay_event",
        "replay_id": "a" * 32,
        "segment_id": 0,
        "timestamp": seconds(NOW),
        "urls": ["https://a/?token=1", "https://a/b"],
        "user": {"ip_address": "1.2.3.4", "email": "a@b.com"},
        "tags": {"auth_mode": "sso", "color": "red"},
    }
    item = json_item("replay_event", sent)
    recording = make_item("replay_recording", b'{"segment_id": 0}\n[]')
    record = only(replay.read_event(item, under(DEFAULT), envelope(item, recording)))
    assert record.facts.urls == ["[Filtered]", "https://a/b"]
    assert record.facts.user == {"email": "a@b.com"}
    assert record.facts.tags["auth_mode"] == ["[Filtered]"]
    assert record.facts.tags["color"] == ["red"]
