"""An event on its way into the store, and the arithmetic of its keys."""

import hashlib
import itertools
import secrets
from typing import Any

import msgspec

from urgentry import clock
from urgentry.domain.record import Record
from urgentry.domain.storms import StormRule

RETENTION_DAYS = (1, 7, 14, 30, 60, 90, 180, 365)
"""The closed list of retentions, so that all rows of one expiry day can be dropped together."""

UNCOUNTED_TAGS = frozenset({"url", "user", "trace", "trace.span", "replayId", "transaction.id"})
"""Nearly every event has another value: kept in the payload, not counted by value."""

_ROW_BITS = 10
_KEY_MASK = (1 << 63) - 1
_sequence = itertools.count(secrets.randbelow(1 << _ROW_BITS))


class EventUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who was affected. `ident` is Sentry's `id:…`, `username:…`, `email:…` or `ip:…`; `key` its
    63-bit digest."""

    ident: str
    key: int
    user_id: str = ""
    email: str = ""
    username: str = ""
    name: str = ""
    ip_address: str = ""


class PreparedEvent(Record, kw_only=True):
    """A normalised, grouped event; its payload is the event as JSON."""

    event_id: bytes
    """The client's id, 16 bytes."""
    timestamp: int
    type: str
    level: int
    platform: str
    logger: str
    title: str
    culprit: str
    metadata: dict[str, Any]
    search_text: str
    """Casefolded; what free-text search looks into."""
    hashes: tuple[bytes, ...]
    """In the order in which they decide: the first that is known owns the event."""
    release: str
    environment: str
    tags: tuple[tuple[str, str], ...]
    """Counted by value for each hash; sorted by key."""
    user: EventUser | None
    storm: StormRule | None = None
    """What the project stores of a storm; None where it stores everything."""

    @property
    def interned_tags(self) -> tuple[tuple[str, str], ...]:
        """The tags that are worth interning as one set."""
        return tuple(tag for tag in self.tags if tag[0] not in UNCOUNTED_TAGS)


def user_key(ident: str) -> int:
    """The 63-bit digest under which a user is counted."""
    digest = hashlib.blake2b(ident.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") & _KEY_MASK


def new_row_id(received: int) -> int:
    """A time-ordered 63-bit row id: microseconds of receipt and ten bits that tell rows of one
    microsecond apart. The client makes it, so that a batch is built without round trips."""
    return (received << _ROW_BITS) | (next(_sequence) & ((1 << _ROW_BITS) - 1))


def row_id_at(received: int) -> int:
    """The least row id of what was received then."""
    return received << _ROW_BITS


def received_of(row_id: int) -> int:
    """The microsecond of receipt that a row id carries."""
    return row_id >> _ROW_BITS


def day_of(at: int) -> int:
    """The UTC day of a time, in days since the epoch."""
    return at // clock.DAY


def hour_of(at: int) -> int:
    """The UTC hour of a time, in hours since the epoch."""
    return at // clock.HOUR


def expires_day(received: int, retention_days: int) -> int:
    """The first day on which an event that was received then is no longer kept."""
    return day_of(received) + retention_days + 1
