"""`/api/{project}/minidump/`: dumps of crashed programs, as Breakpad and Crashpad send them."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.base import Answer, Endpoint
from urgentry.ingest.endpoints.crash_form import crash_items
from urgentry.ingest.envelope import Envelope, make_envelope
from urgentry.ingest.request import Request
from urgentry.protocol.event_id import dashed
from urgentry.protocol.items import DataCategory
from urgentry.protocol.limits import check_sizes
from urgentry.protocol.outcome import Reason, Rejected, invalid

_FILES = frozenset({DataCategory.ATTACHMENT, DataCategory.ATTACHMENT_ITEM})
_OF_THE_DUMP = frozenset({Reason.DISK_FULL, Reason.UPLOAD_FAILED, Reason.CRASH_REPORT_LIMIT})


class MinidumpEndpoint(Endpoint):
    """A form with the dump in `upload_file_minidump`, or the dump alone."""

    pattern = re.compile(r"/api/(?P<project>[^/]+)/minidump/?")
    takes_large = True
    category = DataCategory.ERROR

    def read(self, request: Request, body: Body) -> Envelope:
        """An envelope of what the form says, the dump, and the other files."""
        if not body:
            raise invalid(Reason.MISSING_MINIDUMP_UPLOAD, "missing minidump")
        items = crash_items(body, request.content_type)
        check_sizes(items)
        return make_envelope({}, items)

    def answer(self, request: Request, envelope: Envelope, event_id: bytes | None) -> Answer:
        """The event's id as crash reporters show it."""
        del request, envelope
        return Answer(body=dashed(event_id or bytes(16)).encode(), content_type=b"text/plain")

    def refusal(self, refusals: Sequence[Rejected]) -> Rejected | None:
        """Crash reporters send again what is refused, and the event may be kept although its dump
        is not: only the event's own refusal counts."""
        return next(
            (
                each
                for each in refusals
                if each.status >= HTTPStatus.TOO_MANY_REQUESTS and not _is_of_the_dump(each)
            ),
            None,
        )


def _is_of_the_dump(rejected: Rejected) -> bool:
    """Whether it costs files alone."""
    if rejected.reason in _OF_THE_DUMP:
        return True
    return bool(rejected.limits) and all(
        limit.categories and _FILES.issuperset(limit.categories) for limit in rejected.limits
    )
