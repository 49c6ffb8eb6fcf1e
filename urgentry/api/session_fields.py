"""The fields of session statistics: numbers of sessions and users, and rates between them; pure."""

from collections.abc import Callable, Mapping

import msgspec

from urgentry.domain.health import STATUS_KINDS, Measured, Status
from urgentry.domain.session import UserKind
from urgentry.errors import ApiError

Value = float | int | None
"""None where there is nothing that a rate could be of."""


class SessionField(msgspec.Struct, frozen=True, kw_only=True):
    """One field: how it is computed, and which sets of users that takes."""

    of: Callable[[Measured], Value]
    of_status: Callable[[Measured, Status], Value] | None = None
    """The same of the sessions of one status, where that means anything."""
    kinds: tuple[UserKind, ...] = ()


def _session_rate(status: Status) -> SessionField:
    return SessionField(of=lambda measured: measured.share_of_sessions(status))


def _user_rate(kind: UserKind) -> SessionField:
    return SessionField(
        of=lambda measured: measured.share_of_users(kind), kinds=(UserKind.ALL, kind)
    )


FIELDS: Mapping[str, SessionField] = {
    "sum(session)": SessionField(
        of=lambda measured: measured.counts.started,
        of_status=lambda measured, status: measured.sessions(status),
    ),
    "count_unique(user)": SessionField(
        of=lambda measured: measured.everybody,
        of_status=lambda measured, status: measured.users_of(status),
        kinds=(UserKind.ALL,),
    ),
    "crash_rate(session)": _session_rate(Status.CRASHED),
    "crash_rate(user)": _user_rate(UserKind.CRASHED),
    "crash_free_rate(session)": SessionField(of=lambda measured: measured.crash_free_sessions),
    "crash_free_rate(user)": SessionField(
        of=lambda measured: measured.crash_free_users, kinds=(UserKind.ALL, UserKind.CRASHED)
    ),
    "errored_rate(session)": _session_rate(Status.ERRORED),
    "abnormal_rate(session)": _session_rate(Status.ABNORMAL),
    "abnormal_rate(user)": _user_rate(UserKind.ABNORMAL),
    "unhandled_rate(session)": _session_rate(Status.UNHANDLED),
    "unhandled_rate(user)": _user_rate(UserKind.UNHANDLED),
    "anr_rate()": _user_rate(UserKind.UNRESPONSIVE),
    "foreground_anr_rate()": _user_rate(UserKind.UNRESPONSIVE_FOREGROUND),
}


def read_fields(named: list[str], *, by_status: bool) -> dict[str, SessionField]:
    """The fields of a request. ApiError 400 for none, for unknown ones, and for those that mean
    nothing of a single status."""
    if not named:
        raise ApiError(400, 'At least one "field" is required.')
    fields: dict[str, SessionField] = {}
    for name in named:
        field = FIELDS.get(name)
        if field is None:
            raise ApiError(400, f'Invalid field "{name}": use one of {", ".join(FIELDS)}.')
        if by_status and field.of_status is None:
            raise ApiError(400, f'"{name}" cannot be grouped by session.status.')
        fields[name] = field
    return fields


def kinds_of(fields: Mapping[str, SessionField], *, by_status: bool) -> tuple[UserKind, ...]:
    """The sets of users that fields take."""
    kinds = {kind for field in fields.values() for kind in field.kinds}
    return STATUS_KINDS if kinds and by_status else tuple(sorted(kinds))
