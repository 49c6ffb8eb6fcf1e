"""One security report, whatever its kind → the payload of an event, before normalisation."""

from collections.abc import Mapping
from typing import Any, Final

from urgentry.ingest.reports.certificates import (
    EXPECT_CT,
    EXPECT_STAPLE,
    HPKP,
    certificate_payload,
)
from urgentry.ingest.reports.csp import csp_payload
from urgentry.protocol.outcome import Reason, invalid

_LOGGER: Final = "csp"
"""Of every security report, as in Sentry."""
OLDER: Final = (HPKP, EXPECT_CT, EXPECT_STAPLE)
"""Kinds whose interface is unknown to the normaliser."""


def security_payload(
    report: Any,
    *,
    client_ip: str | None = None,
    user_agent: str | None = None,
    origin: str | None = None,
    release: str | None = None,
    environment: str | None = None,
) -> dict[str, Any]:
    """The event that a report makes, with what is known of the request that brought it.
    `Rejected` for what is no report, or none of a known kind."""
    kind, payload = _read(report)
    headers = payload.get("request", {}).get("headers", [])
    headers += [
        [name, value] for name, value in (("Origin", origin), ("User-Agent", user_agent)) if value
    ]
    request = payload.get("request", {}) | ({"headers": headers} if headers else {})
    known = {
        "request": request,
        "user": {"ip_address": client_ip} if client_ip else None,
        "release": release,
        "environment": environment,
    }
    return (
        payload
        | {"type": kind, "logger": _LOGGER}
        | {name: value for name, value in known.items() if value}
    )


def _read(report: Any) -> tuple[str, dict[str, Any]]:
    """The type of the event, and what the report alone makes of it."""
    if not isinstance(report, dict):
        raise invalid(Reason.SECURITY_REPORT_TYPE, "a security report is an object")
    if "csp-report" in report:
        return "csp", csp_payload(_object(report["csp-report"]))
    if report.get("type") == "csp-violation":
        return "csp", csp_payload(_object(report.get("body")))
    for kind in OLDER:
        if (kind.wrapper or "known-pins") in report:
            return kind.interface, certificate_payload(kind, report)
    raise invalid(Reason.SECURITY_REPORT_TYPE, "no known kind of security report")


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise invalid(Reason.SECURITY_REPORT, "the report is no object")
    return value
