"""`/api/{project}/cron/{slug}/{key}/`: check-ins by a plain request, as `curl` sends them from a
crontab (spec §11). What is limited is passed over in silence: a job must not fail for that.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import orjson

from urgentry.domain.monitor import STATUS_BY_NAME
from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.base import Answer, Endpoint
from urgentry.ingest.envelope import Envelope, make_envelope, make_item
from urgentry.ingest.request import Request
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import BodyLimits
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.limits import MIB
from urgentry.protocol.outcome import Outcome, Reason, Rejected, invalid

_QUERY_FIELDS = ("check_in_id", "status", "environment")


class CronEndpoint(Endpoint):
    """The slug of the path wins over one in the body; the key may come in any other way too."""

    pattern = re.compile(r"/api/(?P<project>[^/]+)/cron/(?P<slug>[^/]+)(?:/(?P<key>[^/]+))?/?")
    methods = ("GET", "POST")
    category = DataCategory.MONITOR
    body_limits = BodyLimits(compressed_bytes=MIB, unpack=UnpackLimits(unpacked_bytes=MIB))

    def read(self, request: Request, body: Body) -> Envelope:
        """An envelope of the one check-in."""
        is_json = request.content_type.partition(";")[0].strip() == "application/json"
        given = _object(bytes(body)) if request.method == "POST" and is_json else _by_query(request)
        given["monitor_slug"] = unquote(request.path["slug"] or "")
        status = given.get("status")
        if not isinstance(status, str) or status not in STATUS_BY_NAME:
            raise invalid(Reason.INVALID_CHECK_IN, "status must be one of in_progress, ok or error")
        return make_envelope({}, [make_item(ItemType.CHECK_IN.value, orjson.dumps(given))])

    def answer(self, request: Request, envelope: Envelope, event_id: bytes | None) -> Answer:
        """Taken, and nothing to say about it."""
        del request, envelope, event_id
        return Answer(status=202)

    def refusal(self, refusals: Sequence[Rejected]) -> Rejected | None:
        """What is wrong is told, what is limited is not."""
        return next((each for each in refusals if each.outcome != Outcome.RATE_LIMITED), None)


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid(Reason.INVALID_JSON, "invalid JSON data") from error
    if not isinstance(given, dict):
        raise invalid(Reason.INVALID_CHECK_IN, "a check-in is an object")
    return given


def _by_query(request: Request) -> dict[str, Any]:
    query = request.fields()
    given: dict[str, Any] = {name: query[name] for name in _QUERY_FIELDS if name in query}
    if "duration" in query:
        try:
            given["duration"] = float(query["duration"])
        except ValueError as error:
            raise invalid(Reason.INVALID_CHECK_IN, "a duration is a number of seconds") from error
    return given
