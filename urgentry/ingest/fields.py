"""Looks at single fields of payloads that nobody has parsed yet."""

from typing import Any

import msgspec


class _Fields(msgspec.Struct):
    type: Any = None
    event_id: Any = None


_FIELDS = msgspec.json.Decoder(_Fields)


def field_of(payload: bytes | memoryview, name: str) -> Any:
    """The `type` or `event_id` of a payload that may not be JSON at all; then None."""
    try:
        return getattr(_FIELDS.decode(payload), name)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
