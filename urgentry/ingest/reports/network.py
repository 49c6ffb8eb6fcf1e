"""A report that a connection to a site failed (Network Error Logging) → a log."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from urgentry import clock
from urgentry.grouping.culprit import nel_text

_MAX_AGE: Final = 30 * clock.DAY
_ORIGIN: Final = "auto.http.browser_report.nel"
_UNKNOWN: Final = "unknown"

Log = dict[str, Any]


def network_log(report: Any, *, received: int, trace_id: str) -> Log | None:
    """The log that a report makes; None for what is none. `received` in microseconds."""
    if not isinstance(report, dict) or report.get("type") != "network-error":
        return None
    body = report.get("body")
    if not isinstance(body, dict):
        return None
    kind = body.get("type")
    kind = kind if isinstance(kind, str) and kind else _UNKNOWN
    return {
        "timestamp": (received - _age(report.get("age"))) / clock.SECOND,
        "trace_id": trace_id,
        "level": "info" if kind == "ok" else "warn",
        "body": nel_text(kind, status if type(status := body.get("status_code")) is int else 0),
        "attributes": {
            name: {"type": _TYPES[type(value)], "value": value}
            for name, value in _attributes(report, body)
            if type(value) in _TYPES
        },
    }


_TYPES: Final[Mapping[type, str]] = {str: "string", int: "integer", float: "double"}


def _age(milliseconds: Any) -> int:
    """How long the browser kept the report; what cannot be counts as nothing."""
    if type(milliseconds) is not int:
        return 0
    age = milliseconds * clock.SECOND // 1000
    return age if 0 <= age <= _MAX_AGE else 0


def _attributes(report: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names of OpenTelemetry's conventions where it has one."""
    yield "sentry.origin", _ORIGIN
    yield "browser.report.type", "network-error"
    yield "url.full", report.get("url")
    yield "url.domain", _host(report.get("url"))
    yield "http.request.duration", body.get("elapsed_time")
    yield "http.request.method", body.get("method")
    yield "http.request.header.referer", body.get("referrer")
    yield "http.response.status_code", body.get("status_code")
    protocol = body.get("protocol")
    if isinstance(protocol, str):
        name, slash, version = protocol.partition("/")
        yield "network.protocol.name", name
        yield "network.protocol.version", version if slash else None
    yield "server.address", _host(body.get("server_ip"))
    yield "nel.referrer", body.get("referrer")
    yield "nel.phase", body.get("phase")
    yield "nel.sampling_fraction", body.get("sampling_fraction")
    yield "nel.type", body.get("type")


def _host(address: Any) -> str | None:
    """The host of an address that may be a host already."""
    if not isinstance(address, str):
        return None
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address
