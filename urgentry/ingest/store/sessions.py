"""Writes the sessions of a batch: what each has become, and by how much that changes the counts.

A session counts in the hour in which it began, for the release and the environment that its first
update named.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import msgspec
from msgspec.structs import replace

from urgentry.domain import user_sets
from urgentry.domain.session import (
    SessionCounts,
    SessionReport,
    SessionState,
    SessionUpdate,
    UserKind,
    user_kinds,
)
from urgentry.ingest.names import NameKey
from urgentry.ingest.store.context import BatchContext
from urgentry.storage import session_recording as recording
from urgentry.storage.database import Transaction
from urgentry.storage.session_recording import HealthKey, OpenSession, SessionKey, UserSetKey

_DAY_HOURS = 24
_WIDTHS = (1, _DAY_HOURS)
"""Sets of users are kept by hour and by day, so that months need not be put together of hours."""


class _Tally(msgspec.Struct):
    """What a batch changes."""

    counts: dict[HealthKey, SessionCounts] = {}
    users: dict[UserSetKey, set[int]] = {}

    def add(self, key: HealthKey, change: SessionCounts) -> None:
        self.counts[key] = self.counts.get(key, SessionCounts()).plus(change)

    def meet(self, key: HealthKey, user_key: int, kinds: Iterable[UserKind]) -> None:
        for kind in kinds:
            for width in _WIDTHS:
                named = UserSetKey(
                    project_id=key.project_id,
                    width=width,
                    span=key.hour // width,
                    release_id=key.release_id,
                    environment_id=key.environment_id,
                    kind=kind,
                )
                self.users.setdefault(named, set()).add(user_key)


class _Places(msgspec.Struct, frozen=True):
    """The ids of the names that reports carry."""

    environments: dict[NameKey, int]
    releases: dict[NameKey, int]

    def key(self, report: SessionReport, hour: int) -> HealthKey:
        return HealthKey(
            project_id=report.project_id,
            hour=hour,
            release_id=self.releases[report.organization_id, report.release],
            environment_id=self.environments[report.project_id, report.environment],
        )


async def write_sessions(
    tx: Transaction,
    reports: Sequence[SessionReport],
    _bodies: Sequence[bytes],
    context: BatchContext,
) -> dict[int, str]:
    """Counts the sessions that reports are of; every one is kept."""
    places = await _resolve(tx, reports, context)
    tally = _Tally()
    for report in reports:
        for bucket in report.buckets:
            key = places.key(report, bucket.hour)
            tally.add(key, bucket.counts)
            if bucket.user_key is not None:
                tally.meet(key, bucket.user_key, user_kinds(bucket.counts))
    await _apply_updates(tx, _gather(reports, places), tally)
    recording.add_counts(tx, tally.counts)
    links = {(key.release_id, key.project_id) for key in tally.counts}
    recording.link_releases(tx, links, at=context.at)
    await _add_users(tx, tally.users)
    return {}


async def _resolve(
    tx: Transaction, reports: Sequence[SessionReport], context: BatchContext
) -> _Places:
    known, at = context.known, context.at
    places = _Places(
        await known.resolve_environments(
            tx, {(report.project_id, report.environment) for report in reports}, at=at
        ),
        await known.resolve_releases(
            tx, {(report.organization_id, report.release) for report in reports}, at=at
        ),
    )
    context.on_commit.append(partial(known.learn_places, places.environments, places.releases))
    return places


def _gather(reports: Iterable[SessionReport], places: _Places) -> dict[SessionKey, OpenSession]:
    """What the batch says of each session; where it is counted the first update says."""
    gathered: dict[SessionKey, OpenSession] = {}
    for report in reports:
        update = report.update
        if update is None:
            continue
        known = gathered.get((report.project_id, update.sid))
        gathered[report.project_id, update.sid] = (
            _merged(known, update.state, update.user_key)
            if known
            else _opened(update, places.key(report, update.hour))
        )
    return gathered


def _opened(update: SessionUpdate, key: HealthKey) -> OpenSession:
    return OpenSession(
        key=key, expires_day=update.expires_day, state=update.state, user_key=update.user_key
    )


def _merged(session: OpenSession, state: SessionState, user_key: int | None) -> OpenSession:
    return replace(
        session,
        state=session.state.merged(state),
        user_key=user_key if session.user_key is None else session.user_key,
    )


async def _apply_updates(
    tx: Transaction, gathered: Mapping[SessionKey, OpenSession], tally: _Tally
) -> None:
    """Merges what the batch says into what was known, and counts the difference."""
    changed: dict[SessionKey, OpenSession] = {}
    for key, before in (await recording.claim(tx, gathered)).items():
        told = gathered[key]
        after = _merged(before, told.state, told.user_key)
        if before.is_new or after != before:
            changed[key] = after
            _count_change(tally, before, after)
    recording.update(tx, changed)


def _count_change(tally: _Tally, before: OpenSession, after: OpenSession) -> None:
    was = SessionCounts() if before.is_new else before.state.counts()
    tally.add(after.key, after.state.counts().minus(was))
    if after.user_key is None:
        return
    is_known = not before.is_new and before.user_key is not None
    met = before.state.user_kinds() if is_known else frozenset()
    tally.meet(after.key, after.user_key, after.state.user_kinds() - met)


async def _add_users(tx: Transaction, users: Mapping[UserSetKey, set[int]]) -> None:
    stored = await recording.claim_user_sets(tx, users)
    grown = {key: user_sets.with_keys(stored[key], keys) for key, keys in users.items()}
    changed = {key: members for key, members in grown.items() if members != stored[key]}
    recording.put_user_sets(tx, changed)
