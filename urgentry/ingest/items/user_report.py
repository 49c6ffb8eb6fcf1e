"""A `user_report` item: what somebody said about an event, in the older form. It is feedback."""

import hashlib
from typing import Any

import orjson

from urgentry.domain.record import Record
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.items.feedback import feedback_records
from urgentry.ingest.normalize import parse_event_json
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.outcome import Reason, invalid

Json = dict[str, Any]

MAX_BYTES = 64 << 10
_SOURCE = "user_report"


def read(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    """The report as feedback about its event."""
    report = _decode(item)
    if report.get("event_id") is None and not receipt.is_event_id_made_up:
        report["event_id"] = receipt.event_id.hex()
    return Reading(records=report_records(report, receipt))


def report_records(report: Json, receipt: Receipt) -> list[Record]:
    """The records of a report: `event_id`, `name`, `email` and `comments`."""
    event_id = parse_event_id(report.get("event_id"))
    if event_id is None:
        raise invalid(Reason.INVALID_EVENT_ID, "a user report needs the id of its event")
    feedback = {
        "associated_event_id": event_id.hex(),
        "contact_email": report.get("email"),
        "message": report.get("comments"),
        "name": report.get("name"),
        "source": _SOURCE,
    }
    parsed = {"platform": "other", "contexts": {"feedback": feedback}}
    return feedback_records(parsed, receipt, _feedback_id(event_id, report))


def _decode(item: Item) -> Json:
    if item.size > MAX_BYTES:
        raise invalid(Reason.PAYLOAD, "the user report is too large")
    return parse_event_json(item.payload)


def _feedback_id(event_id: bytes, report: Json) -> bytes:
    """The same report has the same id: a client may send again."""
    said = orjson.dumps([report.get(name) for name in ("name", "email", "comments")])
    return hashlib.blake2b(said, digest_size=16, key=event_id).digest()
