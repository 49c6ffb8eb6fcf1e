"""One request on its way in, as far as it is known before its items are."""

from collections.abc import Mapping

import msgspec

from urgentry.domain.scope import Scope
from urgentry.ingest.wire import Headers, header
from urgentry.protocol.auth import Credentials


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
