"""What sessions say of the software that they ran: numbers and rates of sessions and of users."""

from collections.abc import Callable, Mapping
from enum import StrEnum

import msgspec

from urgentry.domain.session import SessionCounts, UserKind


class Status(StrEnum):
    """What a session was in the end, each exclusive of the others."""

    ABNORMAL = "abnormal"
    CRASHED = "crashed"
    ERRORED = "errored"
    HEALTHY = "healthy"
    UNHANDLED = "unhandled"


class Measured(msgspec.Struct, frozen=True):
    """What is known of some sessions. Users are estimates where there are many of them, so that a
    part may seem larger than its whole: shares are kept within it. A share of nothing is None."""

    counts: SessionCounts = SessionCounts()
    users: Mapping[UserKind, int] = {}
    is_estimate: bool = False
    """Whether the numbers of users have an error of about 1.6 %."""

    @property
    def everybody(self) -> int:
        """How many users there were."""
        return self.users.get(UserKind.ALL, 0)

    @property
    def crash_free_sessions(self) -> float | None:
        return _complement(self.share_of_sessions(Status.CRASHED))

    @property
    def crash_free_users(self) -> float | None:
        return _complement(self.share_of_users(UserKind.CRASHED))

    def sessions(self, status: Status) -> int:
        """How many sessions were that in the end."""
        return _SESSIONS[status](self.counts)

    def users_of(self, status: Status) -> int:
        """How many users had nothing worse than that."""
        if status is Status.HEALTHY:
            return max(self.everybody - self.users.get(UserKind.ERRORED, 0), 0)
        if status is Status.ERRORED:
            worse = sum(self.users.get(kind, 0) for kind in _KINDS.values())
            return max(self.users.get(UserKind.ERRORED, 0) - worse, 0)
        return self.users.get(_KINDS[status], 0)

    def share_of_sessions(self, status: Status) -> float | None:
        """Between 0 and 1."""
        started = self.counts.started
        return self.sessions(status) / started if started else None

    def share_of_users(self, kind: UserKind) -> float | None:
        """Between 0 and 1."""
        return min(self.users.get(kind, 0) / self.everybody, 1.0) if self.everybody else None


STATUS_KINDS = (
    *(UserKind.ALL, UserKind.ERRORED, UserKind.CRASHED, UserKind.ABNORMAL, UserKind.UNHANDLED),
)
"""The sets that users are told apart by status with."""

_SESSIONS: Mapping[Status, Callable[[SessionCounts], int]] = {
    Status.ABNORMAL: lambda counts: counts.abnormal,
    Status.CRASHED: lambda counts: counts.crashed,
    Status.ERRORED: lambda counts: counts.only_errored,
    Status.HEALTHY: lambda counts: counts.healthy,
    Status.UNHANDLED: lambda counts: counts.unhandled,
}
_KINDS = {
    Status.ABNORMAL: UserKind.ABNORMAL,
    Status.CRASHED: UserKind.CRASHED,
    Status.UNHANDLED: UserKind.UNHANDLED,
}


def _complement(share: float | None) -> float | None:
    return None if share is None else 1.0 - share
