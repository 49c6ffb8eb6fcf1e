"""One request on its way in, as far as it is known before its items are."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from urgentry.domain.scope import Scope
from urgentry.ingest.wire import Headers, header
from urgentry.protocol.auth import Credentials
from urgentry.protocol.outcome import Reason, invalid

_MOST_FIELDS = 100


class Request(msgspec.Struct, kw_only=True):
    """`scope` and `credentials` become known with the key; `received` in microseconds."""

    method: str
    path: Mapping[str, str | None]
    """What the endpoint's pattern found in the path: `project`, `key`, `slug`, …"""
    query: bytes
    headers: Headers
    peer: str | None
    received: int
    scope: Scope | None = None
    credentials: Credentials | None = None

    def header(self, name: bytes) -> str | None:
        """One header as text."""
        return header(self.headers, name)

    @property
    def content_type(self) -> str:
        """The content type as sent, empty where there is none."""
        return self.header(b"content-type") or ""

    def fields(self) -> dict[str, str]:
        """The parameters of the query that have a value. `Rejected` with 400 for too many."""
        try:
            return dict(parse_qsl(self.query.decode("latin-1"), max_num_fields=_MOST_FIELDS))
        except ValueError as error:
            raise invalid(Reason.INVALID_BODY, "too many parameters") from error
