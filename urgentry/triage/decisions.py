"""What people decide about issues. `applying.apply` writes a list of these."""

import msgspec

from urgentry.domain.issue import Priority, Resolution, Substatus


class Resolve(msgspec.Struct, frozen=True, kw_only=True):
    """It is fixed: now, with the release after the newest one, or with a given release.

    `version` names that release; "latest" is the newest of the issue's project.
    """

    resolution: Resolution = Resolution.NOW
    version: str = ""


class Unresolve(msgspec.Struct, frozen=True, kw_only=True):
    """It is not fixed, or archived no more."""

    substatus: Substatus = Substatus.ONGOING


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """Out of sight: until a time in microseconds, until so many more events or users, until it
    escalates, or for ever. Of several conditions the first that is met ends it."""

    until_at: int | None = None
    more_events: int | None = None
    more_users: int | None = None
    forever: bool = False

    @property
    def substatus(self) -> Substatus:
        if (self.until_at, self.more_events, self.more_users) != (None, None, None):
            return Substatus.ARCHIVED_UNTIL_CONDITION_MET
        if self.forever:
            return Substatus.ARCHIVED_FOREVER
        return Substatus.ARCHIVED_UNTIL_ESCALATING


class Assign(msgspec.Struct, frozen=True, kw_only=True):
    """It is somebody's, a team's, or nobody's."""

    account_id: int | None = None
    team_id: int | None = None


class SetPriority(msgspec.Struct, frozen=True):
    """How urgent it is, from now on by hand."""

    priority: Priority


class Bookmark(msgspec.Struct, frozen=True):
    """Marked for the one who decides, or no more."""

    marked: bool


class MarkSeen(msgspec.Struct, frozen=True):
    """Seen by the one who decides, or not."""

    seen: bool


class MarkReviewed(msgspec.Struct, frozen=True):
    """Somebody looked at what is new: it waits for review no more."""


Decision = Resolve | Unresolve | Archive | Assign | SetPriority | Bookmark | MarkSeen | MarkReviewed
