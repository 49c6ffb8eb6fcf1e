"""A file that travels beside an event: what is known of it on its way in, and when it is read."""

from typing import ClassVar

import msgspec

from urgentry.domain.event import received_of
from urgentry.domain.record import BlobRecord

MAX_NAME_CHARS = 255
UNNAMED = "unnamed"
UNTYPED = "application/octet-stream"


class AttachmentRecord(BlobRecord, kw_only=True):
    """An attachment to be stored."""

    blob_kind: ClassVar[str] = "attachments"
    event_id: bytes
    """The client's id of its event, 16 bytes."""
    kind: str
    """Its `attachment_type`."""
    name: str
    content_type: str
    most: int | None = None
    """So many of its kind are kept of the hash of its event; None for no limit."""


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment as it is stored."""

    id: int
    project_id: int
    event_id: str
    """The client's id of its event, 32 hexadecimal digits."""
    kind: str
    name: str
    content_type: str
    size: int
    sha1: str
    blob_key: str

    @property
    def received(self) -> int:
        """When it was received, in microseconds."""
        return received_of(self.id)
