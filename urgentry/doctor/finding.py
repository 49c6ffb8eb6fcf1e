"""What a look found."""

from typing import Literal

import msgspec

from urgentry.errors import UrgentryError

State = Literal["ok", "warning", "failed"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at: what is so, and where it should not be, what to do."""

    check: str
    state: State
    text: str
    hint: str = ""


def ok(check: str, text: str) -> Finding:
    return Finding(check=check, state="ok", text=text)


def warning(check: str, text: str, hint: str) -> Finding:
    """It works, though not as well or as safely as it could."""
    return Finding(check=check, state="warning", text=text, hint=hint)


def failed(check: str, text: str, hint: str) -> Finding:
    """A server would not work, or not for long."""
    return Finding(check=check, state="failed", text=text, hint=hint)


def refused(check: str, error: UrgentryError) -> Finding:
    """What the part itself says."""
    return failed(check, str(error), error.hint)
