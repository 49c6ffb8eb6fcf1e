"""Replays and their segments: each segment once, and what all of a replay's say together."""

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from urgentry.domain.event import expires_day, new_row_id
from urgentry.domain.replay import Replay, ReplayFacts, ReplaySegment, ReplaySegmentRecord
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers

END = (1 << 63) - 1
"""Behind every replay."""
MOST_LISTED = 101
"""At once: a page and one more."""


async def insert_segments(tx: Transaction, records: Iterable[ReplaySegmentRecord]) -> list[bool]:
    """Writes segments; for each whether it was new."""
    rows = [
        {
            "id": new_row_id(record.received),
            "expires_day": expires_day(record.received, record.retention_days),
            "project_id": record.project_id,
            "replay_id": record.replay_id,
            "segment": record.segment,
            "is_video": record.is_video,
            "size": record.content_size,
            "blob_key": record.blob_key,
        }
        for record in records
    ]
    ordered = sorted(
        rows, key=lambda row: (row["project_id"], row["replay_id"], row["segment"], row["is_video"])
    )
    written = {row["id"] for row in await tx.many("replays.insert_segments", ordered)}
    return [row["id"] in written for row in rows]


async def add_segment(tx: Transaction, record: ReplaySegmentRecord) -> None:
    """Adds what a new segment says to its replay."""
    day = expires_day(record.received, record.retention_days)
    row = await tx.one(
        "replays.hold_replay",
        id=new_row_id(record.received),
        expires_day=day,
        project_id=record.project_id,
        replay_id=record.replay_id,
        started_at=record.started_at,
        finished_at=record.finished_at,
    )
    assert row is not None  # noqa: S101 - it was there or was made
    replay = _replay(row)
    if record.facts is not None:
        replay.facts.add(record.facts)
    changed = replace(
        replay,
        started_at=min(replay.started_at, record.started_at),
        finished_at=max(replay.finished_at, record.finished_at),
        segments=replay.segments + 1,
    )
    await tx.run(
        "replays.set_replay",
        id=changed.id,
        expires_day=max(day, row["expires_day"]),
        started_at=changed.started_at,
        finished_at=changed.finished_at,
        segments=changed.segments,
        facts=msgspec.json.encode(changed.facts).decode(),
    )


async def list_replays(
    tx: Transaction,
    project_ids: Iterable[int],
    *,
    since: int,
    until: int,
    before: tuple[int, int] = (END, END),
    today: int,
    limit: int,
) -> list[Replay]:
    """Replays that began in a time, the newest first, from a place (start and id) on."""
    rows = await tx.all(
        "replays.list_replays",
        project_ids=integers(project_ids),
        since=since,
        until=until,
        before_at=before[0],
        before_id=before[1],
        today=today,
        limit=limit,
    )
    return [_replay(row) for row in rows]


async def find_replay(
    tx: Transaction, project_ids: Iterable[int], replay_id: bytes, *, today: int
) -> Replay | None:
    """A replay by its id in one of the projects."""
    row = await tx.one(
        "replays.find_replay", project_ids=integers(project_ids), replay_id=replay_id, today=today
    )
    return _replay(row) if row else None


async def list_segments(
    tx: Transaction, project_id: int, replay_id: bytes, *, today: int
) -> list[ReplaySegment]:
    """The segments of a replay, in order; a video stands behind its recording."""
    rows = await tx.all(
        "replays.list_segments", project_id=project_id, replay_id=replay_id, today=today
    )
    return [
        ReplaySegment(
            id=row["id"],
            segment=row["segment"],
            is_video=bool(row["is_video"]),
            size=row["size"],
            blob_key=row["blob_key"],
        )
        for row in rows
    ]


async def delete_replay(tx: Transaction, project_id: int, replay_id: bytes) -> None:
    """Deletes a replay with its segments; the sweeper removes their blobs."""
    await tx.run("replays.delete_segments", project_id=project_id, replay_id=replay_id)
    await tx.run("replays.delete_replay", project_id=project_id, replay_id=replay_id)


async def delete_expired(tx: Transaction, today: int, /, *, limit: int) -> int:
    """Deletes replays whose retention is over; how many."""
    return await tx.run("replays.delete_expired", today=today, limit=limit)


async def delete_expired_segments(tx: Transaction, today: int, /, *, limit: int) -> int:
    """Deletes segments whose retention is over; how many."""
    return await tx.run("replays.delete_expired_segments", today=today, limit=limit)


def _replay(row: Row) -> Replay:
    return Replay(
        id=row["id"],
        project_id=row["project_id"],
        replay_id=bytes(row["replay_id"]).hex(),
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        segments=row["segments"],
        facts=msgspec.json.decode(row["facts"], type=ReplayFacts),
    )
