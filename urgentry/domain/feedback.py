"""What people say about an error that they met, or about anything: on its way in, and as read."""

import msgspec

from urgentry.domain.event import received_of
from urgentry.domain.record import Record

MAX_COMMENT_CHARS = 4096
MAX_NAME_CHARS = 128
MAX_EMAIL_CHARS = 254
FEEDBACK_TYPE = "feedback"
"""The type of events, and so of issues, that are feedback."""


class FeedbackRecord(Record, kw_only=True):
    """Feedback about an event. The event that carries it to the issues is a record of its own, and
    what is counted."""

    event_id: bytes
    """The client's id of the event that it is about."""
    feedback_id: bytes
    """The id of the event that carries it."""
    name: str
    email: str
    comments: str


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """Feedback about an event, as it is stored."""

    id: int
    project_id: int
    event_id: str
    """The client's id of the event that it is about, 32 hexadecimal digits."""
    feedback_id: str
    name: str
    email: str
    comments: str

    @property
    def received(self) -> int:
        """When it was received, in microseconds."""
        return received_of(self.id)
