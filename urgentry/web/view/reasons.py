"""Reasons of outcomes in words for people."""

from urgentry.protocol.outcome import Reason

_TOLD: dict[str, str] = {
    "": "",
    "other": "Reasons beyond the hundred that are told by name",
    # Dropped by clients
    "queue_overflow": "The SDK's queue was full",
    "cache_overflow": "The SDK's cache on disk was full",
    "buffer_overflow": "The SDK's buffer was full",
    "ratelimit_backoff": "The SDK held back, as it was told to",
    "network_error": "The network did not let it through",
    "sample_rate": "The app's sample rate left it out",
    "before_send": "The app's own before_send dropped it",
    "event_processor": "An event processor of the app dropped it",
    "send_error": "The server refused it",
    "internal_sdk_error": "The SDK failed",
    "insufficient_data": "The SDK had too little of it",
    "backpressure": "The app was under load",
    "ignored": "The app ignores it",
    "no_parent_span": "It had no span to belong to",
    # Limits
    "key_quota": "The limit of a key was reached",
    "project_quota": "The limit of the project was reached",
    "org_quota": "The limit of the organization was reached",
    "spike_protection": "A burst was capped",
    Reason.OVERLOAD: "The server had too much to do",
    Reason.SPOOL_FULL: "The server's spool was full",
    Reason.DISK_FULL: "The server's disk was full",
    # Filters
    "ip-address": "Filtered by IP address",
    "release-version": "Filtered by release",
    "error-message": "Filtered by error message",
    "browser-extensions": "Comes from a browser extension",
    "legacy-browsers": "Comes from a legacy browser",
    "localhost": "Comes from localhost",
    "web-crawlers": "Comes from a web crawler",
    "chunk-load-error": "A part of the app's code did not load",
    "react-hydration-errors": "React could not take the server's page over",
    "invalid-csp": "A CSP report that says nothing",
    "filtered-transaction": "A health check",
    "discarded-hash": "Its issue is discarded",
    # Invalid
    Reason.DUPLICATE: "Received before",
    Reason.PROJECT_ID: "The key and the project do not belong together",
    Reason.NO_DATA: "It was empty",
    Reason.INVALID_JSON: "It is no JSON",
    Reason.INVALID_ENVELOPE: "Its envelope is broken",
    Reason.INVALID_COMPRESSION: "It did not unpack",
    Reason.PAYLOAD: "Its content makes no sense",
    Reason.REQUEST_TOO_LARGE: "The request was too large",
    Reason.CORS: "Its origin is not allowed",
    Reason.TIMESTAMP: "Too old, or from the future",
    Reason.PROJECT_UNAVAILABLE: "The database was away; the SDK was asked to come again",
    Reason.INTERNAL: "A fault of this server",
    Reason.UNKNOWN_ITEM_TYPE: "Of a type that nobody knows",
    Reason.FEATURE_DISABLED: "Of a type that is not stored here",
    Reason.NESTING_TOO_DEEP: "Nested too deep",
}


def told(reason: str) -> str:
    """What a reason means; nothing where it speaks for itself."""
    if reason.startswith("too_large:"):
        return f"Too large, as {reason.partition(':')[2].replace('_', ' ')}"
    if reason.startswith("Sampled:"):
        return "Left out by sampling"
    return _TOLD.get(reason, "")
