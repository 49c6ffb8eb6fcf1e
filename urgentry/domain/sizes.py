"""How many bytes what is stored takes, by project and kind."""

from enum import IntEnum
from typing import Final

import msgspec

NO_PROJECT: Final = 0
"""Whose the database as a whole is."""


class SizeKind(IntEnum):
    """What takes room. The numbers are stored."""

    DATABASE = 0
    """All of it, with indexes and what is free within."""
    EVENTS = 1
    SPANS = 2
    LOGS = 3
    METRICS = 4
    TRANSACTIONS = 5
    """What transactions say beside their spans."""
    ATTACHMENTS = 6
    REPLAYS = 7
    PROFILES = 8


class SizeSample(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a project's data of some kind on a day (in days since the epoch)."""

    day: int
    project_id: int
    kind: SizeKind
    bytes: int
