"""What browsers report by themselves, over the wire: policies, certificates, connections."""

from typing import Any

import httpx
import orjson
import pytest

from tests.server.ingest.wire import Wire

REPORTS = "application/reports+json"


def csp(blocked: str = "https://ads.example/x.js", **more: Any) -> dict[str, Any]:
    body = {
        "document-uri": "https://shop.example/cart",
        "effective-directive": "script-src",
        "violated-directive": "script-src",
        "blocked-uri": blocked,
    }
    return {"csp-report": body | more}


def post(
    wire: Wire,
    body: bytes | dict[str, Any] | list[Any],
    *,
    path: str = "security",
    content_type: str = "application/csp-report",
    query: str = "",
) -> httpx.Response:
    """Sends a body with the key in the query, as a browser does."""
    return wire.client.post(
        f"/api/{wire.project_id}/{path}/?sentry_key={wire.key}{query}",
        content=body if isinstance(body, bytes) else orjson.dumps(body),
        headers={"Content-Type": content_type, "Origin": "https://shop.example"},
    )


def issues(wire: Wire, query: str) -> list[dict[str, Any]]:
    place = f"/organizations/{wire.organization}/issues/"
    found: list[dict[str, Any]] = wire.api(place, query=query, project=str(wire.project_id)).json()
    return found


@pytest.mark.parametrize("path", ["security", "csp-report"])
def test_a_report_becomes_an_issue(wire: Wire, path: str) -> None:
    before = wire.ledger()
    blocked = f"https://{path}.example/x.js"
    query = "&sentry_release=shop@7&sentry_environment=staging"
    answer = post(wire, csp(blocked), path=path, query=query)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert wire.ledger().since(before) == {("security", "accepted", ""): 1}
    (issue,) = issues(wire, f"release:shop@7 blocked-host:{path}.example")
    assert issue["title"] == f"Blocked 'script' from '{path}.example'"
    assert issue["culprit"] == "script-src"
    assert issue["type"] == "csp"
    assert issue["metadata"]["uri"] == f"{path}.example"
    latest = wire.api(
        f"/organizations/{wire.organization}/issues/{issue['id']}/events/latest/"
    ).json()
    (entry,) = [each for each in latest["entries"] if each["type"] == "csp"]
    assert entry["data"]["blocked_uri"] == blocked
    assert {"key": "environment", "value": "staging"} in latest["tags"]


def test_a_batch_is_taken_report_by_report(wire: Wire) -> None:
    before = wire.ledger()
    violation = {
        "type": "csp-violation",
        "age": 3,
        "url": "https://shop.example/",
        "body": {"effectiveDirective": "img-src", "blockedURL": "https://batch.example/a.gif"},
    }
    batch = [{"type": "deprecation", "body": {}}, violation, csp("chrome-extension://x"), violation]
    answer = post(wire, batch, content_type=f"{REPORTS}; charset=utf-8")
    assert (answer.status_code, answer.content) == (200, b"")
    after = wire.ledger()
    assert after.is_balanced
    assert after.since(before) == {
        ("security", "accepted", ""): 2,
        ("security", "filtered", "invalid-csp"): 1,
        ("security", "invalid", "security_report_type"): 1,
    }
    (issue,) = issues(wire, "blocked-host:batch.example")
    assert issue["count"] == "2"


@pytest.mark.parametrize(
    ("content_type", "report"),
    [
        ("application/expect-ct-report+json", {"expect-ct-report": {"hostname": "ct.example"}}),
        ("application/expect-staple-report", {"expect-staple-report": {"hostname": "ct.example"}}),
        ("application/json", {"known-pins": ["x"], "hostname": "ct.example"}),
    ],
)
def test_reports_of_older_browsers(wire: Wire, content_type: str, report: dict[str, Any]) -> None:
    before = wire.ledger()
    assert post(wire, report, content_type=content_type).status_code == 200
    assert wire.ledger().since(before) == {("security", "accepted", ""): 1}


@pytest.mark.parametrize(
    ("body", "content_type", "status", "reason"),
    [
        (orjson.dumps(csp()), "text/plain", 415, "content_type"),
        (orjson.dumps(csp()), "", 415, "content_type"),
        (b"", "application/json", 400, "empty_body"),
        (b" \n", "application/json", 400, "empty_body"),
        (b"nonsense", "application/json", 400, "invalid_json"),
        (b"[" * 100_000, "application/json", 400, "invalid_json"),
        (b'{"a":' * 50_000, "application/json", 400, "invalid_json"),
        (orjson.dumps([{}] * 501), "application/json", 400, "invalid_envelope"),
        (b"x" * (1 << 21), "application/json", 413, "request_too_large"),
    ],
)
@pytest.mark.parametrize(("path", "category"), [("security", "security"), ("nel", "log_item")])
def test_what_is_refused_as_a_whole(
    wire: Wire,
    body: bytes,
    content_type: str,
    status: int,
    reason: str,
    path: str,
    category: str,
) -> None:
    if path == "nel" and status == 413:
        body = body * 7
    before = wire.ledger()
    answer = post(wire, body, content_type=content_type, path=path)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert wire.ledger().since(before) == {(category, "invalid", reason): 1}


def test_deep_reports_harm_nobody(wire: Wire) -> None:
    before = wire.ledger()
    deep = b"[" * 300 + b"]" * 300
    report = b'{"csp-report":{"effective-directive":"img-src","x":' + deep + b"}}"
    assert post(wire, report, content_type="application/json").status_code == 200
    assert post(wire, b"[" + report + b"]", content_type="application/json").status_code == 200
    after = wire.ledger()
    assert after.is_balanced
    assert after.faults == before.faults


def test_without_a_key_nothing_is_read(wire: Wire) -> None:
    answer = wire.client.post(
        f"/api/{wire.project_id}/security/?sentry_release=x",
        content=orjson.dumps(csp()),
        headers={"Content-Type": "application/csp-report"},
    )
    assert (answer.status_code, answer.json()["detail"]) == (
        401,
        "missing authorization information",
    )


@pytest.mark.parametrize("path", ["security", "csp-report", "nel"])
def test_browsers_may_ask_first_and_only_post(wire: Wire, path: str) -> None:
    place = f"/api/{wire.project_id}/{path}/?sentry_key={wire.key}"
    asked = wire.client.options(
        place,
        headers={
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert asked.status_code == 200
    assert "content-type" in asked.headers["access-control-allow-headers"].split(",")
    assert wire.client.get(place).status_code == 405


def test_failed_connections_become_logs(wire: Wire) -> None:
    before = wire.ledger()
    address = "https://unreachable.example/"
    failed = {
        "type": "network-error",
        "age": 1,
        "url": address,
        "body": {"type": "tcp.reset", "phase": "connection"},
    }
    batch = [failed, {"type": "deprecation", "body": {}}, failed]
    answer = post(wire, batch, path="nel", content_type=REPORTS)
    assert (answer.status_code, answer.content) == (200, b"")
    after = wire.ledger()
    assert after.is_balanced
    assert after.since(before) == {
        ("log_item", "accepted", ""): 1,
        ("unknown", "invalid", "unknown_item_type"): 1,
    }
    found = wire.api(
        f"/organizations/{wire.organization}/events/",
        dataset="ourlogs",
        field="message",
        query=f'url.full:"{address}"',
        project=str(wire.project_id),
    )
    assert found.status_code == 200, found.text
    assert [row["message"] for row in found.json()["data"]] == ["The TCP connection was reset"] * 2
