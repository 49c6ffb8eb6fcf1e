"""Security reports of every kind, through the reader of the item to what is stored."""

from typing import Any

import orjson
import pytest

from tests.receipts import envelope, json_item, receipt
from urgentry.domain.event import PreparedEvent
from urgentry.ingest.envelope import make_item
from urgentry.ingest.items import security
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Rejected

CHAIN = ["-----BEGIN CERTIFICATE-----\nABC\n-----END CERTIFICATE-----"]
SEEN = {
    "date-time": "2014-04-06T13:00:50Z",
    "hostname": "www.example.com",
    "port": 443,
    "effective-expiration-date": "2014-05-01T12:40:50Z",
    "served-certificate-chain": CHAIN,
    "validated-certificate-chain": CHAIN,
}
PINS = SEEN | {"include-subdomains": False, "known-pins": ['pin-sha256="d6qz="']}
CSP = {"csp-report": {"effective-directive": "img-src", "blocked-uri": "https://ads.example/"}}


def stored(report: Any, **headers: str) -> PreparedEvent:
    item = make_item("raw_security", orjson.dumps(report), **headers)
    known = receipt(client_ip="192.0.2.1", user_agent="Firefox")
    (record,) = security.read_raw(item, known, envelope(item)).records
    assert isinstance(record, PreparedEvent)
    return record


@pytest.mark.parametrize(
    ("report", "kind", "title", "tags"),
    [
        (
            PINS,
            "hpkp",
            "Public key pinning validation failed for 'www.example.com'",
            {"hostname": "www.example.com", "port": "443", "include-subdomains": "false"},
        ),
        (
            {"expect-ct-report": SEEN | {"scts": [{"version": 1, "status": "invalid"}]}},
            "expectct",
            "Expect-CT failed for 'www.example.com'",
            {"hostname": "www.example.com", "port": "443"},
        ),
        (
            {
                "expect-staple-report": SEEN
                | {"response-status": "ERROR_RESPONSE", "cert-status": "REVOKED"}
            },
            "expectstaple",
            "Expect-Staple failed for 'www.example.com'",
            {
                "hostname": "www.example.com",
                "port": "443",
                "response_status": "ERROR_RESPONSE",
                "cert_status": "REVOKED",
            },
        ),
    ],
)
def test_reports_about_certificates(
    report: dict[str, Any], kind: str, title: str, tags: dict[str, str]
) -> None:
    event = stored(report)
    assert (event.type, event.title, event.culprit) == (kind, title, "www.example.com")
    assert event.metadata["origin"] == "www.example.com"
    assert tags.items() <= dict(event.tags).items()
    payload = orjson.loads(event.payload)
    assert payload[kind]["served_certificate_chain"] == CHAIN
    assert payload["logger"] == "csp"
    assert payload["user"]["ip_address"] == "192.0.2.1"
    assert "errors" not in payload


def test_one_host_is_one_issue_whatever_its_port() -> None:
    other = {"expect-ct-report": SEEN | {"port": 8443}}
    foreign = {"expect-ct-report": SEEN | {"hostname": "other.example"}}
    mine = stored({"expect-ct-report": SEEN})
    assert stored(other).hashes == mine.hashes
    assert stored(foreign).hashes != mine.hashes
    assert stored(PINS).hashes != mine.hashes


def test_a_long_chain_is_cut() -> None:
    chain = ["x" * 10_000] * 100
    payload = orjson.loads(stored({"expect-ct-report": SEEN | {"scts": chain}}).payload)
    assert len(orjson.dumps(payload["expectct"])) < 20_000


def test_a_policy_report_counts_as_security_and_has_its_release() -> None:
    event = stored(CSP, sentry_release="shop@1", sentry_environment="prod")
    assert event.counted == ((DataCategory.SECURITY, 1),)
    assert (event.release, event.environment, event.type) == ("shop@1", "prod", "csp")
    assert event.metadata == {
        "message": "Blocked 'image' from 'ads.example'",
        "directive": "img-src",
        "uri": "ads.example",
    }


def test_each_report_of_a_batch_has_an_id_of_its_own() -> None:
    items = [json_item("raw_security", CSP) for _ in range(3)]
    known = receipt()
    readings = [security.read_raw(item, known, envelope(*items)) for item in items]
    ids = [record.event_id for reading in readings for record in reading.records]  # type: ignore[attr-defined]
    assert ids[0] == known.event_id
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ([], "invalid_json"),
        ("x", "invalid_json"),
        (b"{", "invalid_json"),
        ({}, "security_report_type"),
        ({"type": "deprecation", "body": {}}, "security_report_type"),
        ({"type": "csp-violation"}, "security_report"),
        ({"csp-report": 5}, "security_report"),
        ({"csp-report": {}}, "security_report"),
        ({"expect-ct-report": {"port": 1}}, "security_report"),
        ({"expect-ct-report": "x"}, "security_report"),
        ({"known-pins": [], "hostname": ""}, "security_report"),
    ],
)
def test_what_is_no_report(report: Any, reason: str) -> None:
    item = json_item("raw_security", report)
    with pytest.raises(Rejected) as refused:
        security.read_raw(item, receipt(), envelope(item))
    assert refused.value.reason == reason


def test_an_event_of_a_report_is_taken_as_it_is() -> None:
    payload = {
        "csp": {"effective_directive": "img-src", "blocked_uri": "https://ads.example/"},
        "logentry": {"formatted": "Blocked 'image' from 'ads.example'"},
    }
    item = json_item("security", payload)
    (record,) = security.read(item, receipt(), envelope(item)).records
    assert isinstance(record, PreparedEvent)
    assert (record.type, record.title) == ("csp", "Blocked 'image' from 'ads.example'")
    assert record.counted == ((DataCategory.SECURITY, 1),)
