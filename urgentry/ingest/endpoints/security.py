"""`/api/{project}/security/` and `/csp-report/`: browsers' reports that a policy was broken, each
an event (spec §10)."""

import re
from collections.abc import Sequence

from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.browser_reports import BrowserReportEndpoint, without_nothing
from urgentry.ingest.envelope import Envelope, make_envelope, make_item
from urgentry.ingest.request import Request
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import BodyLimits
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.limits import MAX_EVENT_BYTES


class SecurityEndpoint(BrowserReportEndpoint):
    """The query may name the release and the environment."""

    pattern = re.compile(r"/api/(?P<project>[^/]+)/(?:security|csp-report)/?")
    category = DataCategory.SECURITY
    body_limits = BodyLimits(
        compressed_bytes=MAX_EVENT_BYTES, unpack=UnpackLimits(unpacked_bytes=MAX_EVENT_BYTES)
    )
    content_types = frozenset(
        {
            "application/json",
            "application/csp-report",
            "application/reports+json",
            "application/expect-ct-report",
            "application/expect-ct-report+json",
            "application/expect-staple-report",
        }
    )

    def item_types(self, request: Request) -> Sequence[ItemType]:
        """Reports become events of one kind."""
        del request
        return (ItemType.SECURITY,)

    def read(self, request: Request, body: Body) -> Envelope:
        """An item for each report."""
        query = request.fields()
        headers = without_nothing(
            (
                ("sentry_release", query.get("sentry_release")),
                ("sentry_environment", query.get("sentry_environment")),
                ("origin", request.header(b"origin")),
            )
        )
        items = [
            make_item(ItemType.RAW_SECURITY, report, **headers)
            for report in self.reports(request, bytes(body))
        ]
        return make_envelope({}, items)
