"""What people said about an event, ready to print; pure."""

from collections.abc import Sequence

import msgspec

from urgentry.domain.feedback import FEEDBACK_TYPE, Feedback
from urgentry.web.view.values import Json, obj, text


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One person's words; `at` in microseconds."""

    message: str
    name: str
    email: str
    at: int
    url: str = ""
    source: str = ""
    about: str = ""
    """The id of the event that it is about."""
    feedback_id: str = ""
    """The id of the event that carries it."""


def said_in(event: Json, at: int) -> Said | None:
    """What an event of feedback says; None for any other."""
    if event.get("type") != FEEDBACK_TYPE:
        return None
    feedback = obj(obj(event.get("contexts")).get("feedback"))
    return Said(
        message=text(feedback.get("message")),
        name=text(feedback.get("name")),
        email=text(feedback.get("contact_email")),
        at=at,
        url=text(feedback.get("url")),
        source=text(feedback.get("source")),
        about=text(feedback.get("associated_event_id")),
    )


def said_about(found: Sequence[Feedback]) -> list[Said]:
    """What was said about an event."""
    return [
        Said(
            message=each.comments,
            name=each.name,
            email=each.email,
            at=each.received,
            feedback_id=each.feedback_id,
        )
        for each in found
    ]
