"""Writes the events of a batch: claims ids, finds or makes issues, counts, writes, tells."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
import orjson
from msgspec.structs import replace

from urgentry.domain.event import PreparedEvent, day_of, expires_day, new_row_id
from urgentry.domain.feed import FeedEntry, FeedKind
from urgentry.domain.issue import Arrival, Level, Substatus, initial_priority, substatus_after
from urgentry.ingest.names import KnownNames, Names, tagset_key
from urgentry.ingest.store.affected import Gained, count_affected_users
from urgentry.ingest.store.context import CODEC_ZSTD, BatchContext
from urgentry.ingest.store.storm import find_unstored
from urgentry.ingest.store.tally import Tally
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.outcome import Reason
from urgentry.storage import hashes, recording, rollups, tag_rollups, transactions
from urgentry.storage.database import Transaction
from urgentry.storage.hashes import HashKey, HashRow
from urgentry.storage.recording import EventKey, EventRow, IssueCounts, LockedIssue, NewIssue

_TRACE_TAG = "trace"
_ACTIVITY_REGRESSED = "set_regression"
_ACTIVITY_REOPENED = "set_unresolved"


class _Placed(msgspec.Struct, kw_only=True):
    """An event that is new, with its place: the hash that decided and the issue behind it."""

    event: PreparedEvent
    body: bytes
    row_id: int
    hash_id: int = 0
    issue_id: int = 0


async def write_events(
    tx: Transaction,
    events: Sequence[PreparedEvent],
    bodies: Sequence[bytes],
    context: BatchContext,
) -> dict[int, str]:
    """Writes events that are new; those whose id is taken are refused as duplicates."""
    known, at = context.known, context.at
    stored = await _claim(tx, events, at=at)
    placed = [
        _Placed(event=event, body=body, row_id=stored[index])
        for index, (event, body) in enumerate(zip(events, bodies, strict=True))
        if index in stored
    ]
    names = await known.resolve(tx, (item.event for item in placed), at=at)
    created, users_so_far = await _place(tx, placed, names, at=at)
    issues = await recording.lock_issues(tx, {item.issue_id for item in placed})
    tally = _tally(placed, names)
    users = await _roll_up(tx, tally, created, names, users_so_far, at=at)
    new_values = await tag_rollups.add_tags(tx, tally.tags, tally.projects, known=known.tag_values)
    counts = _count_issues(placed, names, users.by_issue)
    recording.count_events(tx, counts.values())
    reopened = await _reopen(tx, placed, _counted(issues, counts), names, at=at)
    unstored = await find_unstored(tx, placed)
    hashes.count_unstored(tx, Counter(unstored.values()))
    _write_rows(tx, [item for item in placed if item.row_id not in unstored], names)
    recording.mark_first_events(tx, _starting(placed, known), at=at)
    context.feed += _entries(placed, created, reopened, unstored)
    context.hashes.update(
        ((item.event.project_id, item.event.event_id), item.hash_id) for item in placed
    )
    context.unstored.update(
        (item.event.project_id, item.event.event_id) for item in placed if item.row_id in unstored
    )
    context.on_commit.append(partial(known.learn, names, new_values))
    return {index: Reason.DUPLICATE for index in range(len(events)) if index not in stored}


def _starting(placed: Iterable[_Placed], known: KnownNames) -> dict[int, str]:
    """Projects that may have had no event yet, and the platform of their first in the batch."""
    platforms: dict[int, str] = {}
    for item in placed:
        if item.event.project_id not in known.started_projects:
            platforms.setdefault(item.event.project_id, item.event.platform)
    return platforms


async def _claim(tx: Transaction, events: Sequence[PreparedEvent], *, at: int) -> dict[int, int]:
    """Row ids of the events (by index) whose ids were free, today and on the days beside it."""
    first: dict[EventKey, int] = {}
    for index, event in enumerate(events):
        first.setdefault((event.project_id, event.event_id), index)
    row_ids = {index: new_row_id(events[index].received) for index in first.values()}
    free = await recording.claim_event_ids(
        tx,
        [
            {
                "project_id": key[0],
                "event_id": key[1],
                "event_row": row_ids[index],
                "expires_day": _expires_day(events[index]),
            }
            for key, index in sorted(first.items())
        ],
        day=day_of(at),
    )
    return {index: row_ids[index] for key, index in first.items() if key in free}


async def _place(
    tx: Transaction, placed: Sequence[_Placed], names: Names, *, at: int
) -> tuple[dict[int, _Placed], dict[int, int]]:
    """Finds each event's deciding hash and issue; makes issues for those that have none.

    Returns the new issues by id, each with its first event, and by hash the users it has met.
    """
    keys = {(item.event.project_id, value) for item in placed for value in item.event.hashes}
    rows = await hashes.claim(tx, keys, seen=at)
    owners: dict[HashKey, int] = {key: row.issue_id for key, row in rows.items() if row.issue_id}
    unowned = _gather_new(placed, rows, owners)
    numbers = await recording.insert_issues(
        tx, [_new_issue(item, names, at=at) for item in unowned]
    )
    made = {-index: number[0] for index, number in enumerate(numbers, start=1)}
    for item in placed:
        item.issue_id = made.get(item.issue_id, item.issue_id)
    await hashes.attach(
        tx,
        {
            rows[key].id: made.get(owner, owner)
            for key, owner in owners.items()
            if rows[key].issue_id is None
        },
    )
    created = {made[-index]: item for index, item in enumerate(unowned, start=1)}
    return created, {row.id: row.users_seen for row in rows.values()}


def _gather_new(
    placed: Sequence[_Placed], rows: dict[HashKey, HashRow], owners: dict[HashKey, int]
) -> list[_Placed]:
    """Decides for each event in turn; what has no owner gets a provisional one, -1, -2, …

    Every hash of an event that nobody owns goes to the issue that the event goes to.
    """
    unowned: list[_Placed] = []
    for item in placed:
        keys = [(item.event.project_id, value) for value in item.event.hashes]
        deciding = next((key for key in keys if key in owners), None)
        if deciding is None:
            deciding = keys[0]
            unowned.append(item)
            owners[deciding] = -len(unowned)
        item.hash_id, item.issue_id = rows[deciding].id, owners[deciding]
        for key in keys:
            owners.setdefault(key, item.issue_id)
    return unowned


def _new_issue(item: _Placed, names: Names, *, at: int) -> NewIssue:
    event = item.event
    return NewIssue(
        project_id=event.project_id,
        type=event.type,
        title=event.title,
        culprit=event.culprit,
        level=event.level,
        platform=event.platform,
        logger=event.logger,
        metadata=orjson.dumps(event.metadata).decode(),
        search_text=event.search_text,
        created_at=at,
        priority=initial_priority(Level(event.level)),
        first_seen=event.timestamp,
        last_seen=event.timestamp,
        release_id=_release_id(event, names),
    )


def _tally(placed: Iterable[_Placed], names: Names) -> Tally:
    tally = Tally()
    for item in placed:
        event = item.event
        tally.add(
            event,
            hash_id=item.hash_id,
            issue_id=item.issue_id,
            environment_id=names.environments[event.project_id, event.environment],
            release_id=_release_id(event, names),
        )
    return tally


async def _roll_up(
    tx: Transaction,
    tally: Tally,
    created: dict[int, _Placed],
    names: Names,
    users_so_far: dict[int, int],
    *,
    at: int,
) -> Gained:
    """Adds to every roll-up but the tags'; how many users hashes and issues gain."""
    rollups.add_hours(tx, tally.hours)
    rollups.add_environments(tx, tally.environments)
    rollups.add_releases(tx, tally.releases)
    rollups.add_project_releases(tx, tally.project_releases, _new_by_release(created, names))
    gained = await count_affected_users(tx, tally, users_so_far, at=at)
    hashes.count_events(tx, tally.hashes, gained.by_hash)
    return gained


def _new_by_release(created: dict[int, _Placed], names: Names) -> dict[tuple[int, int], int]:
    new: dict[tuple[int, int], int] = {}
    for item in created.values():
        release_id = _release_id(item.event, names)
        if release_id is not None:
            key = (release_id, item.event.project_id)
            new[key] = new.get(key, 0) + 1
    return new


def _write_rows(tx: Transaction, placed: Sequence[_Placed], names: Names) -> None:
    rows = [
        EventRow(
            expires_day=_expires_day(item.event),
            id=item.row_id,
            project_id=item.event.project_id,
            hash_id=item.hash_id,
            event_id=item.event.event_id,
            timestamp=item.event.timestamp,
            environment_id=names.environments[item.event.project_id, item.event.environment],
            release_id=_release_id(item.event, names),
            tagset_id=names.tagsets[tagset_key(item.event)],
            user_key=item.event.user.key if item.event.user else None,
            level=item.event.level,
        )
        for item in placed
    ]
    recording.insert_events(tx, rows, [item.body for item in placed], codec=CODEC_ZSTD)
    transactions.insert_trace_events(tx, [row for item in placed for row in _trace_rows(item)])


def _trace_rows(item: _Placed) -> Iterator[dict[str, Any]]:
    """The trace of an event, unless it is one that was made up for it."""
    for key, value in item.event.tags:
        if key == _TRACE_TAG:
            trace_id = parse_event_id(value)
            if trace_id is not None and trace_id != item.event.event_id:
                yield {
                    "expires_day": _expires_day(item.event),
                    "trace_id": trace_id,
                    "event_row": item.row_id,
                    "project_id": item.event.project_id,
                }


def _count_issues(
    placed: Sequence[_Placed], names: Names, users: dict[int, int]
) -> dict[int, IssueCounts]:
    counts: dict[int, IssueCounts] = {}
    for item in placed:
        event, known = item.event, counts.get(item.issue_id)
        counts[item.issue_id] = IssueCounts(
            id=item.issue_id,
            events=known.events + 1 if known else 1,
            users=users.get(item.issue_id, 0),
            first_seen=min(known.first_seen, event.timestamp) if known else event.timestamp,
            last_seen=max(known.last_seen, event.timestamp) if known else event.timestamp,
            title=event.title,
            culprit=event.culprit,
            level=event.level,
            metadata=orjson.dumps(event.metadata).decode(),
            search_text=event.search_text,
            release_id=_release_id(event, names) or (known.release_id if known else None),
        )
    return counts


def _counted(issues: Iterable[LockedIssue], counts: dict[int, IssueCounts]) -> list[LockedIssue]:
    """Issues as they are once the counts are added."""
    return [
        replace(
            issue,
            state=replace(
                issue.state,
                times_seen=issue.state.times_seen + counts[issue.id].events,
                users_seen=issue.state.users_seen + counts[issue.id].users,
            ),
        )
        for issue in issues
        if issue.state.status
    ]


async def _reopen(
    tx: Transaction,
    placed: Sequence[_Placed],
    counted: Iterable[LockedIssue],
    names: Names,
    *,
    at: int,
) -> dict[int, Substatus]:
    """Moves issues back to unresolved where an event says so; the substatus of each."""
    settled = {issue.id: issue for issue in counted}
    if not settled:
        return {}
    newer = await _newer_releases(tx, placed, settled, names)
    moves: dict[int, Substatus] = {}
    for item in placed:
        issue = settled.get(item.issue_id)
        if issue is not None and item.issue_id not in moves:
            release_id = _release_id(item.event, names)
            arrival = Arrival(
                timestamp=item.event.timestamp,
                received=item.event.received,
                release_id=release_id,
                release_is_newer=newer.get((issue.id, release_id)),
            )
            substatus = substatus_after(issue.state, arrival)
            if substatus is not None:
                moves[issue.id] = substatus
    _write_moves(tx, settled, moves, at=at)
    return moves


async def _newer_releases(
    tx: Transaction,
    placed: Iterable[_Placed],
    settled: dict[int, LockedIssue],
    names: Names,
) -> dict[tuple[int, int | None], bool]:
    """By issue and release: whether that release follows the one of the issue's resolution."""
    pairs = {
        (item.issue_id, release_id, resolved_in)
        for item in placed
        if item.issue_id in settled
        and (release_id := _release_id(item.event, names)) is not None
        and (resolved_in := settled[item.issue_id].state.resolution_release_id) is not None
    }
    if not pairs:
        return {}
    ages = await recording.get_release_ages(tx, {id_ for pair in pairs for id_ in pair[1:]})
    return {
        (issue_id, release_id): ages[release_id].is_newer_than(ages[resolved_in])
        for issue_id, release_id, resolved_in in pairs
        if release_id in ages and resolved_in in ages
    }


def _write_moves(
    tx: Transaction, settled: dict[int, LockedIssue], moves: dict[int, Substatus], *, at: int
) -> None:
    if not moves:
        return
    recording.reopen_issues(tx, moves, at=at)
    for kind, regressed in ((_ACTIVITY_REGRESSED, True), (_ACTIVITY_REOPENED, False)):
        issues = [
            settled[issue_id]
            for issue_id, substatus in moves.items()
            if (substatus is Substatus.REGRESSED) is regressed
        ]
        recording.insert_activity(tx, issues, kind=kind, detail={}, at=at)


def _entries(
    placed: Iterable[_Placed],
    created: dict[int, _Placed],
    reopened: dict[int, Substatus],
    unstored: Collection[int],
) -> list[FeedEntry]:
    """One for each issue, about its last event that can be read."""
    counts: dict[int, int] = {}
    latest: dict[int, _Placed] = {}
    for item in placed:
        counts[item.issue_id] = counts.get(item.issue_id, 0) + 1
        if item.row_id not in unstored or item.issue_id not in latest:
            latest[item.issue_id] = item
    return [
        FeedEntry(
            kind=FeedKind.EVENTS,
            organization_id=item.event.organization_id,
            project_id=item.event.project_id,
            issue_id=issue_id,
            detail={
                "count": counts[issue_id],
                "is_new": issue_id in created,
                "substatus": reopened.get(issue_id),
                "title": item.event.title,
                "culprit": item.event.culprit,
                "level": item.event.level,
                "environment": item.event.environment,
                "event_id": item.event.event_id.hex(),
                "timestamp": item.event.timestamp,
            },
        )
        for issue_id, item in sorted(latest.items())
    ]


def _expires_day(event: PreparedEvent) -> int:
    return expires_day(event.received, event.retention_days)


def _release_id(event: PreparedEvent, names: Names) -> int | None:
    if not event.release:
        return None
    return names.releases[event.organization_id, event.release]
