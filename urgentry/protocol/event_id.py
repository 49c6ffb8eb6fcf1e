"""Event ids: 32 hex digits or a dashed UUID on the wire, 16 raw bytes inside."""

import uuid

_DASHES = (8, 13, 18, 23)
_DASHED_CHARS = 36
_HEX_CHARS = 32
_BYTES = 16


def parse_event_id(value: object) -> bytes | None:
    """The 16 bytes of an id in either form and any case; None when it is not one.

    Nothing else passes, so an id is safe to meet a key or a path.
    """
    if not isinstance(value, str):
        return None
    if len(value) == _DASHED_CHARS and all(value[at] == "-" for at in _DASHES):
        value = value.replace("-", "")
    if len(value) != _HEX_CHARS:
        return None
    try:
        raw = bytes.fromhex(value)
    except ValueError:
        return None
    return raw if len(raw) == _BYTES else None


def new_event_id() -> bytes:
    """A random id, for events whose client sent none."""
    return uuid.uuid4().bytes


def dashed(event_id: bytes) -> str:
    """The hyphenated form that the crash endpoints answer."""
    return str(uuid.UUID(bytes=event_id))
