"""What an endpoint tells the edge: its paths, methods and limits, how its body becomes an envelope,
and how it answers.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec
import orjson

from urgentry.domain.routing import Routing
from urgentry.ingest.body import Body
from urgentry.ingest.envelope import Envelope
from urgentry.ingest.request import Request
from urgentry.ingest.wire import (
    UNDECLARED_BYTES,
    BodyLimits,
    error_body,
    request_credentials,
)
from urgentry.protocol.auth import Credentials
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.outcome import Rejected


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back when the request was taken."""

    status: int = 200
    body: bytes = b""
    content_type: bytes = b"application/json"
    headers: Sequence[tuple[bytes, bytes]] = ()


class Endpoint:
    """One way in. A subclass for each; the defaults are those of most."""

    pattern: re.Pattern[str]
    """Matched against the whole path; the group `project` names the project, `key` a key."""
    methods: Sequence[str] = ("POST",)
    category = DataCategory.DEFAULT
    """What a request counts as that fails before its items are known."""
    body_limits: BodyLimits | None = None
    """None: those of the settings."""
    undeclared_bytes = UNDECLARED_BYTES
    """What a body of unknown length is first taken to be."""
    brings_credentials = False
    """Whether the body may say whose it is."""
    takes_large = False
    """Whether a body may be so large that it is not kept in memory."""
    reads_beside = False
    """Whether a large body is read beside the loop, which goes on."""
    allowed_headers: Sequence[bytes] = ()
    """Headers that web pages may send to it, beside those that they may to each."""

    def credentials(self, request: Request) -> Credentials | None:
        """Those that stand outside the body; None where there are none. `Rejected` when they are
        malformed or contradict each other."""
        return request_credentials(request.headers, request.query, request.path.get("key"))

    def item_types(self, request: Request) -> Sequence[ItemType]:
        """The types that the items of a request can be of, where that is known beforehand: the
        request is refused unread when none of them can be taken. None where it may hold
        anything."""
        del request
        return ()

    def read(self, request: Request, body: Body) -> Envelope:
        """The items of a request, whose body is unpacked. `Rejected` when it has none."""
        raise NotImplementedError

    def routes(self, envelope: Envelope, routing: Routing) -> Mapping[str, Envelope]:
        """The parts of an envelope that a key may lead to several projects, by what leads them;
        where nothing does, all of it by an empty text."""
        del routing
        return {"": envelope}

    def note_refusal(self, envelope: Envelope, rejected: Rejected) -> bool:
        """Has the answer say that a part was refused while others were taken; False where it cannot
        be said, so that the client must send all of it again."""
        del envelope, rejected
        return False

    def answer(self, request: Request, envelope: Envelope, event_id: bytes | None) -> Answer:
        """The answer to a request whose items are settled; the event's id, if it has one."""
        del request, envelope
        return Answer(body=orjson.dumps({"id": event_id.hex()}) if event_id else b"{}")

    def rejection(self, request: Request, rejected: Rejected) -> Answer:
        """The answer to a request that failed as a whole."""
        del request
        body = error_body(rejected.detail, rejected.causes)
        return Answer(status=rejected.status, body=body, headers=rejected.headers)

    def refusal(self, refusals: Sequence[Rejected]) -> Rejected | None:
        """Which refusal of an item, if any, the client is told instead: by default one that asks it
        to come again."""
        return next((each for each in refusals if each.status >= 429), None)  # noqa: PLR2004
