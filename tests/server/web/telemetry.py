"""Spans and logs as OpenTelemetry's clients send them, for tests of the pages that show them."""

import itertools
import time
from collections.abc import Sequence
from typing import Any

import httpx

from tests.server.web.conftest import Site

Json = dict[str, Any]

NANOS = 1_000_000_000
SEVERITIES = {"debug": 5, "info": 9, "warn": 13, "error": 17}

_numbers = itertools.count(int(time.time() * 1000) << 20)


def new_trace() -> str:
    return f"{next(_numbers):032x}"


def new_span() -> str:
    return f"{next(_numbers) & (1 << 64) - 1:016x}"


def now() -> float:
    """A moment ago, so that what is sent has all happened."""
    return time.time() - 10


def attributes(**given: Any) -> list[Json]:
    """`http__route` is `http.route`; `raw` holds names that are no words of Python."""
    given |= given.pop("raw", {})

    def value(each: Any) -> Json:
        return {"intValue": str(each)} if isinstance(each, int) else {"stringValue": each}

    return [{"key": key.replace("__", "."), "value": value(each)} for key, each in given.items()]


def span(
    trace: str,
    name: str,
    start: float,
    ms: float,
    *,
    id_: str = "",
    parent: str = "",
    failed: bool = False,
    events: Sequence[Json] = (),
    links: Sequence[Json] = (),
    **given: Any,
) -> Json:
    return {
        "traceId": trace,
        "spanId": id_ or new_span(),
        "parentSpanId": parent,
        "name": name,
        "kind": 2 if not parent else 1,
        "startTimeUnixNano": str(int(start * NANOS)),
        "endTimeUnixNano": str(int((start + ms / 1000) * NANOS)),
        "status": {"code": 2} if failed else {},
        "events": list(events),
        "links": list(links),
        "attributes": attributes(**given),
    }


def log(
    body: str, at: float, *, level: str = "info", trace: str = "", in_: str = "", **given: Any
) -> Json:
    return {
        "timeUnixNano": str(int(at * NANOS)),
        "severityNumber": SEVERITIES[level],
        "severityText": level.upper(),
        "body": {"stringValue": body},
        "traceId": trace,
        "spanId": in_,
        "attributes": attributes(**given),
    }


def send(
    site: Site, *, spans: Sequence[Json] = (), logs: Sequence[Json] = (), service: str = "shop"
) -> None:
    """Sends spans and logs of a service to the site's project."""
    resource = {"attributes": attributes(service__name=service, service__version="1.2")}
    if spans:
        scoped = {"scope": {"name": "tests"}, "spans": list(spans)}
        _post(site, "traces", {"resourceSpans": [{"resource": resource, "scopeSpans": [scoped]}]})
    if logs:
        records = {"scope": {"name": "tests"}, "logRecords": list(logs)}
        _post(site, "logs", {"resourceLogs": [{"resource": resource, "scopeLogs": [records]}]})


def _post(site: Site, signal: str, body: Json) -> None:
    answer = httpx.post(
        f"http://127.0.0.1:{site.server.otlp_port}/v1/{signal}",
        headers={"x-sentry-dsn": site.made.dsn},
        json=body,
    )
    assert answer.status_code == 200, answer.text
    assert answer.json() in ({}, {"partialSuccess": {}}), answer.text
