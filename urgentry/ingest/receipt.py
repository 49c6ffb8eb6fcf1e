"""What is known of a request when its items are handled: who sent it, for whom, and when."""

import msgspec

from urgentry.domain.scope import Scope
from urgentry.ingest.normalize.receipt import FindPlace
from urgentry.protocol.auth import Credentials


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One authenticated request; times in microseconds."""

    scope: Scope
    credentials: Credentials
    received: int
    event_id: bytes
    """Of the envelope's event; made here when the client sent none."""
    is_event_id_made_up: bool = False
    sent_at: int | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    client_hints: tuple[tuple[str, str], ...] = ()
    """Headers in which a browser tells of itself: name and value."""
    find_place: FindPlace | None = None
    """Where an address is, if the operator has a database of that."""
