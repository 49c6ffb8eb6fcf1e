"""What clients say that they did not send: kept as counts beside those of what was received."""

from typing import Final

import msgspec

from urgentry.domain.record import Record

MAX_REASON_CHARS: Final = 64
MAX_REASONS: Final = 100
"""Reasons that nobody knows beforehand, by project and hour; those beyond are counted together."""
OTHER_REASON: Final = "other"
KNOWN_REASONS: Final = frozenset(
    {
        *("queue_overflow", "cache_overflow", "buffer_overflow", "ratelimit_backoff"),
        *("network_error", "sample_rate", "before_send", "event_processor", "send_error"),
        *("internal_sdk_error", "insufficient_data", "backpressure", "ignored", "invalid"),
        *("no_parent_span", OTHER_REASON, ""),
    }
)
"""The words of SDKs (spec §6.6); they are never too many."""


class Discard(msgspec.Struct, frozen=True):
    """So much of a category that ended in one way, for one reason, before it reached us."""

    category: int
    outcome: int
    reason: str
    quantity: int


class ClientReport(Record, kw_only=True):
    """One report. It is not counted itself, and no limit holds it up."""

    hour: int
    """When that was, in hours since the epoch."""
    discards: tuple[Discard, ...]
