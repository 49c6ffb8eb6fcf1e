"""Reports about a server's certificate that older browsers sent: a pinned key that is not in the
chain (HPKP), no proof of being logged (Expect-CT), no stapled answer of its issuer (Expect-Staple).
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from urgentry.protocol.outcome import Reason, invalid

_CHAIN_CERTIFICATES: Final = 20
_CHAIN_CHARS: Final = 4096


class Kind(NamedTuple):
    """One kind of report."""

    interface: str
    """The attribute of the event that holds it, and its type."""
    wrapper: str
    """The member of the body that holds it; empty where the body is the report."""
    message: str
    tags: tuple[str, ...]


HPKP: Final = Kind(
    "hpkp",
    "",
    "Public key pinning validation failed for '{}'",
    ("hostname", "port", "include-subdomains"),
)
EXPECT_CT: Final = Kind(
    "expectct", "expect-ct-report", "Expect-CT failed for '{}'", ("hostname", "port")
)
EXPECT_STAPLE: Final = Kind(
    "expectstaple",
    "expect-staple-report",
    "Expect-Staple failed for '{}'",
    ("hostname", "port", "response-status", "cert-status"),
)


def certificate_payload(kind: Kind, body: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of an event that tells of a report; the report itself by the kind's interface.
    `Rejected` when it names no host."""
    report = body[kind.wrapper] if kind.wrapper else body
    hostname = report.get("hostname") if isinstance(report, dict) else None
    if not isinstance(hostname, str) or not hostname:
        raise invalid(Reason.SECURITY_REPORT, "the report names no host")
    return {
        kind.interface: {name.replace("-", "_"): _fit(value) for name, value in report.items()},
        "logentry": {"formatted": kind.message.format(hostname)},
        "culprit": hostname,
        "tags": [
            [name.replace("-status", "_status"), _text(report[name])]
            for name in kind.tags
            if isinstance(report.get(name), str | int)
        ],
    }


def _fit(value: Any) -> Any:
    """Chains of certificates are as long as somebody wants."""
    if not isinstance(value, list):
        return value
    return [
        entry[:_CHAIN_CHARS] if isinstance(entry, str) else entry
        for entry in value[:_CHAIN_CERTIFICATES]
    ]


def _text(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
