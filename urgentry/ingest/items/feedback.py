"""A `feedback` item: an event whose `contexts.feedback` holds what somebody said. Each is an issue
of its own, of category feedback.

What says which event it is about is listed with that event as well.
"""

from typing import Any

from urgentry.domain.event import PreparedEvent
from urgentry.domain.feedback import (
    FEEDBACK_TYPE,
    MAX_COMMENT_CHARS,
    MAX_EMAIL_CHARS,
    MAX_NAME_CHARS,
    FeedbackRecord,
)
from urgentry.domain.record import Record
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.items.event import finish, normalized
from urgentry.ingest.normalize import parse_event_json
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Reason, invalid

Json = dict[str, Any]


def read(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    """The feedback's own event, and its line at the event that it is about."""
    parsed = parse_event_json(item.payload, receipt.credentials.client)
    return Reading(records=feedback_records(parsed, receipt, receipt.event_id))


def feedback_records(parsed: Json, receipt: Receipt, feedback_id: bytes) -> list[Record]:
    """The records of an event of feedback. `Rejected` when nobody says anything in it."""
    parsed["type"] = FEEDBACK_TYPE
    feedback = _said(parsed)
    parsed["fingerprint"] = [FEEDBACK_TYPE, feedback_id.hex()]
    parsed.setdefault("level", "info")
    event = finish(
        normalized(parsed, receipt, feedback_id), receipt, category=DataCategory.FEEDBACK
    )
    about = parse_event_id(feedback.get("associated_event_id"))
    if about is None:
        return [event]
    return [event, _line(event, about, feedback)]


def _said(parsed: Json) -> Json:
    """The context, with its texts cut. The message is what it is for."""
    contexts = parsed.get("contexts")
    feedback = contexts.get("feedback") if isinstance(contexts, dict) else None
    if not isinstance(feedback, dict):
        raise invalid(Reason.NO_DATA, "feedback needs a feedback context")
    for name, most in (
        ("message", MAX_COMMENT_CHARS),
        ("contact_email", MAX_EMAIL_CHARS),
        ("name", MAX_NAME_CHARS),
    ):
        value = feedback.get(name)
        feedback[name] = value.strip()[:most] if isinstance(value, str) else None
    if not feedback["message"]:
        raise invalid(Reason.NO_DATA, "feedback needs a message")
    return feedback


def _line(event: PreparedEvent, about: bytes, feedback: Json) -> FeedbackRecord:
    return FeedbackRecord(
        organization_id=event.organization_id,
        project_id=event.project_id,
        key_id=event.key_id,
        received=event.received,
        retention_days=event.retention_days,
        counted=(),
        event_id=about,
        feedback_id=event.event_id,
        name=feedback["name"] or "",
        email=feedback["contact_email"] or "",
        comments=feedback["message"],
    )
