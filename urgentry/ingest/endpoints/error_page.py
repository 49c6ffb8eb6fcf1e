"""`/api/embed/error-page/`: the dialog that browser SDKs open to ask what people did when an error
happened. GET answers its script, with the texts of the query; POST takes what was written.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import orjson

from urgentry.domain.feedback import MAX_COMMENT_CHARS, MAX_EMAIL_CHARS, MAX_NAME_CHARS
from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.base import Answer, Endpoint
from urgentry.ingest.envelope import Envelope, make_envelope, make_item
from urgentry.ingest.request import Request
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import BodyLimits
from urgentry.protocol.auth import Credentials, Source, project_mismatch
from urgentry.protocol.dsn import parse_dsn
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.outcome import Reason, Rejected, invalid

_TEXTS = {
    "title": "It looks like something went wrong.",
    "subtitle": "The people who look after this have been told.",
    "subtitle2": "If you would like to help, tell us what happened below.",
    "labelName": "Name",
    "labelEmail": "Email",
    "labelComments": "What happened?",
    "labelClose": "Close",
    "labelSubmit": "Send report",
    "errorGeneric": "The report could not be sent. Please try again.",
    "errorFormEntry": "Some of it cannot be right. Please correct it and try again.",
    "successMessage": "Your report was sent. Thank you!",
    "name": "",
    "email": "",
}
_MAX_TEXT_CHARS = 500
_MAX_FIELDS = 100
_MAX_BODY_BYTES = 64 << 10
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_SCRIPT = Path(__file__).with_suffix(".js").read_bytes()
_ESCAPES = {ord("<"): "\\u003c", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class ErrorPageEndpoint(Endpoint):
    """The project is known by the DSN in the query, the event by `eventId`."""

    pattern = re.compile(r"/api/embed/error-page/?")
    methods = ("GET", "POST")
    category = DataCategory.FEEDBACK
    body_limits = BodyLimits(
        compressed_bytes=_MAX_BODY_BYTES, unpack=UnpackLimits(unpacked_bytes=_MAX_BODY_BYTES)
    )

    def credentials(self, request: Request) -> Credentials | None:
        """Those of the DSN."""
        given = request.fields().get("dsn")
        if not given:
            return None
        try:
            dsn = parse_dsn(given)
        except ValueError as error:
            raise invalid(Reason.AUTH_CLIENT, "invalid dsn") from error
        return Credentials(
            public_key=dsn.public_key, source=Source.QUERY, project_id=dsn.project_id
        )

    def read(self, request: Request, body: Body) -> Envelope:
        """An envelope of the report; of nothing for a request of the script."""
        _check_project(request)
        event_id = parse_event_id(request.fields().get("eventId"))
        if event_id is None:
            raise invalid(Reason.INVALID_EVENT_ID, "invalid eventId")
        if request.method == "GET":
            return make_envelope({}, [])
        report = _report(bytes(body)) | {"event_id": event_id.hex()}
        item = make_item(ItemType.USER_REPORT, orjson.dumps(report))
        return make_envelope({"event_id": event_id.hex()}, [item])

    def answer(self, request: Request, envelope: Envelope, event_id: bytes | None) -> Answer:
        """The script, or a word that the report was taken."""
        del envelope, event_id
        if request.method == "POST":
            return Answer(body=b"{}")
        return Answer(
            body=_script(request.fields()),
            content_type=b"text/javascript; charset=utf-8",
            headers=((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")),
        )

    def refusal(self, refusals: Sequence[Rejected]) -> Rejected | None:
        """Whoever wrote the report is told what became of it, except that nobody wanted it."""
        return next((each for each in refusals if each.status != 200), None)  # noqa: PLR2004


def _check_project(request: Request) -> None:
    named = request.credentials.project_id if request.credentials else None
    if request.scope is None or named != request.scope.project_id:
        raise project_mismatch()


def _report(body: bytes) -> dict[str, str]:
    """What was written. Rejected with 400 when a field is missing or cannot be what it should."""
    try:
        fields = dict(parse_qsl(body.decode(), max_num_fields=_MAX_FIELDS))
    except ValueError as error:
        raise invalid(Reason.INVALID_BODY, "invalid form") from error
    most = {"name": MAX_NAME_CHARS, "email": MAX_EMAIL_CHARS, "comments": MAX_COMMENT_CHARS}
    report = {name: fields.get(name, "").strip() for name in most}
    wrong = [name for name, value in report.items() if not 0 < len(value) <= most[name]]
    if "email" not in wrong and not _EMAIL.fullmatch(report["email"]):
        wrong.append("email")
    if wrong:
        causes = [f"{name} is missing or invalid" for name in wrong]
        raise invalid(Reason.PAYLOAD, "invalid report", causes=causes)
    return report


def _script(query: dict[str, str]) -> bytes:
    """The texts of the query or our own, as data before the script."""
    texts = {name: query.get(name, text)[:_MAX_TEXT_CHARS] for name, text in _TEXTS.items()}
    dsn = parse_dsn(query["dsn"])
    asked = urlencode({"dsn": query["dsn"], "eventId": query["eventId"]})
    address = f"{dsn.scheme}://{dsn.host}{dsn.path}/api/embed/error-page/?{asked}"
    settings = orjson.dumps(texts | {"endpoint": address}).decode().translate(_ESCAPES)
    return b"(function(){var settings=" + settings.encode() + b";\n" + _SCRIPT + b"})();\n"
