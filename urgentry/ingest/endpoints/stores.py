"""`/api/{project}/store/`: one event a request, as SDKs of old send it (spec §8)."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.base import Answer, Endpoint
from urgentry.ingest.envelope import Envelope, Item, make_envelope, make_item, parse_envelope
from urgentry.ingest.fields import field_of
from urgentry.ingest.request import Request
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import PIXEL, BodyLimits
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.limits import MAX_EVENT_BYTES
from urgentry.protocol.outcome import Rejected
from urgentry.protocol.store_body import decode_store_body, decode_store_query

_ENVELOPE_TYPE = "application/x-sentry-envelope"
_EVENTS = (ItemType.EVENT, ItemType.TRANSACTION, ItemType.SECURITY, ItemType.FEEDBACK)
_ITEM_TYPES = frozenset({"event", "transaction", "security", "feedback"})


class StoreEndpoint(Endpoint):
    """A legacy body is an envelope of one item; `/api/store/` leaves the project to the key."""

    pattern = re.compile(r"/api/(?:(?P<project>[^/]+)/)?store/?")
    methods = ("POST", "GET")
    category = DataCategory.ERROR
    body_limits = BodyLimits(
        compressed_bytes=2 * MAX_EVENT_BYTES,
        unpack=UnpackLimits(unpacked_bytes=2 * MAX_EVENT_BYTES),
    )
    """An event of the largest size may come as base64 in a form."""

    def item_types(self, request: Request) -> Sequence[ItemType]:
        """An event of one kind or another, unless the body is an envelope."""
        return () if request.content_type == _ENVELOPE_TYPE else _EVENTS

    def read(self, request: Request, body: Body) -> Envelope:
        """An envelope of the one event."""
        if request.content_type == _ENVELOPE_TYPE:
            return parse_envelope(body)
        if request.method == "GET":
            text = decode_store_query(request.query.decode("latin-1"))
        else:
            text = decode_store_body(bytes(body), request.content_type)
        return make_envelope({}, [_item(text)])

    def answer(self, request: Request, envelope: Envelope, event_id: bytes | None) -> Answer:
        """The id, or a pixel to an event that came as an image's address."""
        if request.method == "GET":
            return Answer(body=PIXEL, content_type=b"image/gif")
        return super().answer(request, envelope, event_id)

    def refusal(self, refusals: Sequence[Rejected]) -> Rejected | None:
        """The one item answers for the request, except where it was only not wanted."""
        return next((each for each in refusals if each.status != HTTPStatus.OK), None)


def _item(text: bytes) -> Item:
    """The body as an item: its `type` says which, an error where it says nothing known."""
    named = field_of(text, "type")
    is_known = isinstance(named, str) and named in _ITEM_TYPES
    return make_item(named if is_known else ItemType.EVENT.value, text)
