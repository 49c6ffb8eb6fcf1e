"""The culprit: a short text that says where an event comes from (spec §11)."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from urgentry.grouping.values import items_of, latest_frames, object_of, text_of

_CHARS: Final = 200
_NATIVE: Final = frozenset({"objc", "cocoa", "native"})
_JAVASCRIPT: Final = frozenset({"javascript", "node"})
# What a person reads for an error type of Network Error Logging; the types are the W3C's.
_TLS: Final = "The TLS connection was aborted due to"
_UNCOVERED: Final = "failed due to reasons not covered by previous errors"
_NEL_TEXTS: Final = {
    "dns.unreachable": "DNS server is unreachable",
    "dns.name_not_resolved": "DNS server responded but is unable to resolve the address",
    "dns.failed": f"Request to the DNS server {_UNCOVERED}",
    "dns.address_changed": "The address of the origin has changed since the policy was received",
    "tcp.timed_out": "TCP connection to the server timed out",
    "tcp.closed": "The TCP connection was closed by the server",
    "tcp.reset": "The TCP connection was reset",
    "tcp.refused": "The TCP connection was refused by the server",
    "tcp.aborted": "The TCP connection was aborted",
    "tcp.address_invalid": "The IP address is invalid",
    "tcp.address_unreachable": "The IP address is unreachable",
    "tcp.failed": f"The TCP connection {_UNCOVERED}",
    "tls.version_or_cipher_mismatch": f"{_TLS} version or cipher mismatch",
    "tls.bad_client_auth_cert": f"{_TLS} invalid client certificate",
    "tls.cert.name_invalid": f"{_TLS} invalid name",
    "tls.cert.date_invalid": f"{_TLS} invalid certificate date",
    "tls.cert.authority_invalid": f"{_TLS} invalid issuing authority",
    "tls.cert.invalid": f"{_TLS} invalid certificate",
    "tls.cert.revoked": f"{_TLS} revoked server certificate",
    "tls.cert.pinned_key_not_in_cert_chain": f"{_TLS} a key pinning error",
    "tls.protocol.error": f"{_TLS} a TLS protocol error",
    "tls.failed": f"The TLS connection {_UNCOVERED}",
    "http.protocol.error": "The connection was aborted due to an HTTP protocol error",
    "http.response.redirect_loop": "The request was aborted due to a detected redirect loop",
    "abandoned": "User aborted the resource fetch before it is complete",
}


def culprit_of(event: dict[str, Any]) -> str:
    """The client's culprit, the transaction, or what the event itself tells."""
    return text_of(event, "culprit") or text_of(event, "transaction") or generated_culprit(event)


def generated_culprit(event: dict[str, Any]) -> str:
    exceptions = items_of(event, "exception")
    if exceptions and object_of(exceptions[-1], "mechanism").get("synthetic"):
        return ""
    platform = text_of(event, "platform")
    text = _stack_text(_telling_frames(event, exceptions), platform)
    if not text and event.get("type") == "nel":
        text = _nel_text(event)
    text = text or text_of(object_of(event, "request"), "url") or ""
    return text if len(text) <= _CHARS else text[: _CHARS - 3] + "..."


def _telling_frames(
    event: dict[str, Any], exceptions: list[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Latest call first: of the last exception that has a stack, or of the event's own where there
    are no exceptions."""
    for holder in reversed(exceptions) if exceptions else (event,):
        frames = latest_frames(holder)
        first = next(frames, None)
        if first is not None:
            return chain((first,), frames)
    return iter(())


def _stack_text(frames: Iterator[dict[str, Any]], platform: str | None) -> str:
    default = ""
    for frame in frames:
        if frame.get("in_app"):
            if text := _frame_text(frame, platform):
                return text
        elif not default:
            default = _frame_text(frame, platform)
    return default


def _frame_text(frame: dict[str, Any], platform: str | None) -> str:
    platform = text_of(frame, "platform") or platform
    function = text_of(frame, "function")
    if platform in _NATIVE:
        return function or "?"
    place = text_of(frame, "module") or text_of(frame, "filename")
    if not place:
        return ""
    if platform in _JAVASCRIPT:
        return f"{function or '?'}({place})"
    return f"{place} in {function or '?'}"


def nel_text(kind: str, status: Any) -> str:
    """What a person reads for a type of Network Error Logging; an unknown one as it is."""
    if kind == "http.error":
        return f"The user agent successfully received a response, but it had a {status} status code"
    return _NEL_TEXTS.get(kind, kind)


def _nel_text(event: dict[str, Any]) -> str:
    contexts = object_of(event, "contexts")
    kind = text_of(object_of(contexts, "nel"), "error_type") or ""
    return nel_text(kind, text_of(object_of(contexts, "response"), "status_code"))
