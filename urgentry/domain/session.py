"""Sessions: how the health of a release is counted, and the states of one session.

A session's updates may come twice, out of order, or over several servers. What is known of it is
therefore a state that any two of them can be merged into, in any order and as often as they like,
and the roll-ups change by the difference between what it was and what it has become.
"""

from enum import IntEnum
from typing import NamedTuple

import msgspec

from urgentry import clock
from urgentry.domain.record import Record

KEPT_OPEN = 5 * clock.DAY
"""How long after its beginning a session is remembered. What comes later is not taken at all, so
that it counts once."""


class Final(IntEnum):
    """An end that nothing undoes."""

    NONE = 0
    ABNORMAL = 1
    CRASHED = 2


class Unresponsive(IntEnum):
    """Whether an abnormal session ended because the app did not respond, and where it was."""

    NO = 0
    BACKGROUND = 1
    FOREGROUND = 2


class UserKind(IntEnum):
    """The sets of distinct users that are kept."""

    ALL = 0
    ERRORED = 1
    CRASHED = 2
    ABNORMAL = 3
    UNHANDLED = 4
    UNRESPONSIVE = 5
    UNRESPONSIVE_FOREGROUND = 6


class SessionCounts(NamedTuple):
    """Numbers of sessions. `errored` are all that were not healthy; the three after it are parts of
    it and exclude each other."""

    started: int = 0
    errored: int = 0
    crashed: int = 0
    abnormal: int = 0
    unhandled: int = 0

    def plus(self, other: "SessionCounts") -> "SessionCounts":
        return SessionCounts(*(mine + its for mine, its in zip(self, other, strict=True)))

    def minus(self, other: "SessionCounts") -> "SessionCounts":
        return SessionCounts(*(mine - its for mine, its in zip(self, other, strict=True)))

    @property
    def healthy(self) -> int:
        """Those that nothing went wrong in."""
        return self.started - self.errored

    @property
    def only_errored(self) -> int:
        """Those with errors that were handled."""
        return self.errored - self.crashed - self.abnormal - self.unhandled


class SessionState(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a session that has begun."""

    is_errored: bool = False
    is_unhandled: bool = False
    """It had an error that nobody handled, and went on."""
    final: Final = Final.NONE
    final_seq: int = 0
    """The client's number of the update that brought the end: the first such update counts."""
    unresponsive: Unresponsive = Unresponsive.NO

    def merged(self, other: "SessionState") -> "SessionState":
        """What is known once both are; merging is commutative, associative and idempotent."""
        ended = min(self, other, key=SessionState._end_key)
        return SessionState(
            is_errored=self.is_errored or other.is_errored,
            is_unhandled=self.is_unhandled or other.is_unhandled,
            final=ended.final,
            final_seq=ended.final_seq,
            unresponsive=max(self.unresponsive, other.unresponsive),
        )

    def counts(self) -> SessionCounts:
        """What one session in this state adds to a roll-up."""
        is_final = self.final is not Final.NONE
        return SessionCounts(
            started=1,
            errored=int(self.is_errored or self.is_unhandled or is_final),
            crashed=int(self.final is Final.CRASHED),
            abnormal=int(self.final is Final.ABNORMAL),
            unhandled=int(self.is_unhandled and not is_final),
        )

    def user_kinds(self) -> frozenset[UserKind]:
        """The sets that its user belongs to."""
        is_abnormal = self.final is Final.ABNORMAL
        has_hung = is_abnormal and self.unresponsive is not Unresponsive.NO
        in_front = has_hung and self.unresponsive is Unresponsive.FOREGROUND
        return (
            user_kinds(self.counts())
            | ({UserKind.UNRESPONSIVE} if has_hung else set())
            | ({UserKind.UNRESPONSIVE_FOREGROUND} if in_front else set())
        )

    def _end_key(self) -> tuple[bool, int, int]:
        """The end that counts is the smallest: any before none, the earlier before the later."""
        return (self.final is Final.NONE, self.final_seq, -self.final)


def user_kinds(counts: SessionCounts) -> frozenset[UserKind]:
    """The sets that a user of such sessions belongs to."""
    told = {
        UserKind.ALL: counts.started,
        UserKind.ERRORED: counts.errored,
        UserKind.CRASHED: counts.crashed,
        UserKind.ABNORMAL: counts.abnormal,
        UserKind.UNHANDLED: counts.unhandled,
    }
    return frozenset(kind for kind, count in told.items() if count)


class SessionUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What one update says of one session."""

    sid: bytes
    hour: int
    """When the session began, in hours since the epoch."""
    expires_day: int
    """From this day on nothing is taken of it any more."""
    state: SessionState
    user_key: int | None = None


class SessionBucket(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions of one hour (and perhaps one user) that a client counted together."""

    hour: int
    counts: SessionCounts
    user_key: int | None = None


class SessionReport(Record, kw_only=True):
    """A session item: an update, or sessions that were counted by the client."""

    release: str
    environment: str
    update: SessionUpdate | None = None
    buckets: tuple[SessionBucket, ...] = ()
