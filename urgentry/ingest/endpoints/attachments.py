"""`/api/{project}/events/{event}/attachments/`: files for an event that was sent earlier."""

import re
from collections.abc import Sequence

from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.base import Answer, Endpoint
from urgentry.ingest.envelope import Envelope, make_envelope, make_item
from urgentry.ingest.multipart import malformed, parse_form
from urgentry.ingest.request import Request
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.limits import check_sizes
from urgentry.protocol.outcome import Reason, invalid


class AttachmentsEndpoint(Endpoint):
    """Each file of the form is an attachment; other fields say nothing."""

    pattern = re.compile(r"/api/(?P<project>[^/]+)/events/(?P<event>[^/]+)/attachments/?")
    takes_large = True
    category = DataCategory.ATTACHMENT

    def item_types(self, request: Request) -> Sequence[ItemType]:
        """Nothing but attachments."""
        del request
        return (ItemType.ATTACHMENT,)

    def read(self, request: Request, body: Body) -> Envelope:
        """An envelope of attachments with the event's id."""
        if parse_event_id(request.path["event"]) is None:
            raise invalid(Reason.INVALID_EVENT_ID, "invalid event id")
        files = [part for part in parse_form(body, request.content_type) if part.filename]
        if not files:
            raise malformed("no file in the form")
        items = [
            make_item(
                ItemType.ATTACHMENT,
                part.view,
                filename=part.filename,
                content_type=part.content_type,
            )
            for part in files
        ]
        check_sizes(items)
        return make_envelope({"event_id": request.path["event"]}, items)

    def answer(self, request: Request, envelope: Envelope, event_id: bytes | None) -> Answer:
        """Created, and nothing to say about it."""
        del request, envelope, event_id
        return Answer(status=201)
