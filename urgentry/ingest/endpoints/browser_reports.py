"""What the endpoints have in common to which browsers report by themselves: batches in JSON, and an
answer that nobody reads."""

from collections.abc import Iterable

import msgspec

from urgentry.ingest.endpoints.base import Answer, Endpoint
from urgentry.ingest.envelope import Envelope
from urgentry.ingest.request import Request
from urgentry.protocol.limits import MAX_ITEMS
from urgentry.protocol.outcome import Reason, invalid

_ONE = msgspec.json.Decoder(msgspec.Raw)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


class BrowserReportEndpoint(Endpoint):
    """One report, or a list of them."""

    content_types: frozenset[str]

    def answer(self, request: Request, envelope: Envelope, event_id: bytes | None) -> Answer:
        """Nothing."""
        del request, envelope, event_id
        return Answer()

    def reports(self, request: Request, body: bytes) -> list[bytes]:
        """The JSON of each report of a body. `Rejected` with 415 for another content
        type, 400 when there is nothing, no JSON, or too much."""
        content_type = request.content_type.partition(";")[0].strip().lower()
        if content_type not in self.content_types:
            raise invalid(Reason.CONTENT_TYPE, "invalid content type", status=415)
        if not body.strip():
            raise invalid(Reason.EMPTY_BODY, "empty request body")
        reports = _cut_apart(body)
        if len(reports) > MAX_ITEMS:
            raise invalid(Reason.INVALID_ENVELOPE, "too many reports")
        return reports


def _cut_apart(body: bytes) -> list[bytes]:
    """A list's members as they stand there; anything else is one report."""
    try:
        if body.lstrip().startswith(b"["):
            return [bytes(report) for report in _LIST.decode(body)]
        return [bytes(_ONE.decode(body))]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(Reason.INVALID_JSON, "invalid JSON data", causes=[str(error)]) from error


def without_nothing(headers: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """The headers of an item that have a value."""
    return {name: value for name, value in headers if value}
