"""`/api/{project}/nel/`: browsers' reports that a connection failed, each a log (spec §10)."""

import re
import secrets
from collections.abc import Sequence
from typing import Any, Final

import orjson

from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.browser_reports import BrowserReportEndpoint
from urgentry.ingest.envelope import Envelope, Item, make_envelope, make_item
from urgentry.ingest.reports.network import Log, network_log
from urgentry.ingest.request import Request
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import BodyLimits
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.limits import MIB
from urgentry.protocol.outcome import Rejected

_LOGS: Final = "application/vnd.sentry.items.log+json"
_OTHER: Final = "report"
"""What a report of another kind is to the intake: an item of no known type, counted as such."""
_MAX_BYTES: Final = 12 * MIB
_TRACE_BYTES: Final = 16


class NetworkErrorEndpoint(BrowserReportEndpoint):
    """Browsers do not come again, so nothing is said of limits."""

    pattern = re.compile(r"/api/(?P<project>[^/]+)/nel/?")
    category = DataCategory.LOG_ITEM
    body_limits = BodyLimits(
        compressed_bytes=_MAX_BYTES, unpack=UnpackLimits(unpacked_bytes=_MAX_BYTES)
    )
    content_types = frozenset({"application/json", "application/reports+json"})

    def read(self, request: Request, body: Body) -> Envelope:
        """One container of logs, and an item for each report that makes none."""
        logs: list[Log] = []
        others: list[Item] = []
        for report in self.reports(request, bytes(body)):
            trace_id = secrets.token_hex(_TRACE_BYTES)
            log = network_log(_parsed(report), received=request.received, trace_id=trace_id)
            if log is not None:
                logs.append(log)
            else:
                others.append(make_item(_OTHER, report))
        return make_envelope({}, [*_containers(logs), *others])

    def refusal(self, refusals: Sequence[Rejected]) -> Rejected | None:
        """None, whatever became of the reports."""
        del refusals
        return None


def _parsed(report: bytes) -> Any:
    try:
        return orjson.loads(report)
    except orjson.JSONDecodeError:
        return None


def _containers(logs: Sequence[Log]) -> list[Item]:
    if not logs:
        return []
    payload = orjson.dumps({"items": logs})
    return [make_item(ItemType.LOG, payload, content_type=_LOGS, item_count=len(logs))]
