"""Writing what sessions say: their states, the hourly counts and the sets of users. Called by
ingest inside its write transaction; reading is the business of `health`.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from urgentry.domain.session import (
    Final,
    SessionCounts,
    SessionState,
    Unresponsive,
    UserKind,
)
from urgentry.storage.database import Row, Transaction

SessionKey = tuple[int, bytes]
"""Project id and the session's own id."""


class HealthKey(NamedTuple):
    """Where sessions are counted; `hour` is since the epoch, and says when they began."""

    project_id: int
    hour: int
    release_id: int
    environment_id: int


class UserSetKey(NamedTuple):
    """A set of users: of a span of `width` hours, whose number is `span`."""

    project_id: int
    width: int
    span: int
    release_id: int
    environment_id: int
    kind: UserKind


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as it is remembered."""

    key: HealthKey
    """Where it is counted: by what its first update said."""
    expires_day: int
    state: SessionState
    user_key: int | None
    is_new: bool = False
    """Nothing was known of it before this transaction."""


async def claim(
    tx: Transaction, sessions: Mapping[SessionKey, OpenSession]
) -> dict[SessionKey, OpenSession]:
    """Finds or makes sessions and locks them until the end of the transaction; what is given is
    taken for those that are new."""
    rows = await tx.many(
        "session_recording.claim",
        [
            {
                "project_id": project_id,
                "sid": sid,
                "hour": session.key.hour,
                "release_id": session.key.release_id,
                "environment_id": session.key.environment_id,
                "expires_day": session.expires_day,
            }
            for (project_id, sid), session in sorted(sessions.items(), key=lambda item: item[0])
        ],
    )
    return {(row["project_id"], bytes(row["sid"])): _open_session(row) for row in rows}


def update(tx: Transaction, sessions: Mapping[SessionKey, OpenSession]) -> None:
    """Writes what is known of sessions now."""
    tx.defer(
        "session_recording.update",
        [
            {
                "project_id": project_id,
                "sid": sid,
                "user_key": session.user_key,
                "is_errored": session.state.is_errored,
                "is_unhandled": session.state.is_unhandled,
                "final": session.state.final,
                "final_seq": session.state.final_seq,
                "unresponsive": session.state.unresponsive,
            }
            for (project_id, sid), session in sorted(sessions.items(), key=lambda item: item[0])
        ],
    )


def add_counts(tx: Transaction, counts: Mapping[HealthKey, SessionCounts]) -> None:
    """Adds to the hourly counts, or takes from them."""
    tx.defer(
        "session_recording.add_counts",
        [
            {**key._asdict(), **change._asdict()}
            for key, change in sorted(counts.items())
            if any(change)
        ],
    )


def link_releases(tx: Transaction, links: Iterable[tuple[int, int]], *, at: int) -> None:
    """Says of (release id, project id) that the project has sessions of the release."""
    tx.defer(
        "session_recording.link_releases",
        [
            {"release_id": release_id, "project_id": project_id, "at": at}
            for release_id, project_id in sorted(links)
        ],
    )


async def claim_user_sets(tx: Transaction, keys: Iterable[UserSetKey]) -> dict[UserSetKey, bytes]:
    """Finds or makes sets of users and locks them until the end of the transaction."""
    rows = await tx.many(
        "session_recording.claim_user_sets", [key._asdict() for key in sorted(keys)]
    )
    return {_user_set_key(row): bytes(row["users"]) for row in rows}


def put_user_sets(tx: Transaction, sets: Mapping[UserSetKey, bytes]) -> None:
    """Writes sets of users."""
    tx.defer(
        "session_recording.put_user_sets",
        [{**key._asdict(), "users": users} for key, users in sorted(sets.items())],
    )


def _open_session(row: Row) -> OpenSession:
    return OpenSession(
        key=HealthKey(row["project_id"], row["hour"], row["release_id"], row["environment_id"]),
        expires_day=row["expires_day"],
        state=SessionState(
            is_errored=bool(row["is_errored"]),
            is_unhandled=bool(row["is_unhandled"]),
            final=Final(row["final"]),
            final_seq=row["final_seq"],
            unresponsive=Unresponsive(row["unresponsive"]),
        ),
        user_key=row["user_key"],
        is_new=not row["updates"],
    )


def _user_set_key(row: Row) -> UserSetKey:
    return UserSetKey(
        project_id=row["project_id"],
        width=row["width"],
        span=row["span"],
        release_id=row["release_id"],
        environment_id=row["environment_id"],
        kind=UserKind(row["kind"]),
    )
