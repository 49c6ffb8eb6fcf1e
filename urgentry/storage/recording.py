"""Writing what arrives: batches, event rows, new issues and their counts. Called by ingest, inside
its write transaction; reading all of this is the business of the other query modules.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from urgentry.domain.event import new_row_id
from urgentry.domain.issue import Resolution, Status, TriageState
from urgentry.domain.release import parse_version
from urgentry.storage.database import Row, Transaction

EventKey = tuple[int, bytes]
"""Project id and client event id."""


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `event`."""

    expires_day: int
    id: int
    project_id: int
    hash_id: int
    event_id: bytes
    timestamp: int
    environment_id: int
    release_id: int | None
    tagset_id: int
    user_key: int | None
    level: int


class NewIssue(msgspec.Struct, kw_only=True):
    """What the first event says of an issue."""

    project_id: int
    type: str
    title: str
    culprit: str
    level: int
    platform: str
    logger: str
    metadata: str
    search_text: str
    created_at: int
    priority: int
    first_seen: int
    last_seen: int
    release_id: int | None


class IssueCounts(msgspec.Struct, kw_only=True):
    """What a batch adds to an issue, and what its newest event says of it."""

    id: int
    events: int
    users: int
    first_seen: int
    last_seen: int
    title: str
    culprit: str
    level: int
    metadata: str
    search_text: str
    release_id: int | None


class LockedIssue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue that nobody else changes before the transaction ends."""

    id: int
    project_id: int
    short_id: int
    state: TriageState


class ReleaseAge(msgspec.Struct, frozen=True, kw_only=True):
    """What decides which of two releases is newer."""

    package: str
    sort_key: str | None
    released_at: int

    def is_newer_than(self, other: "ReleaseAge") -> bool:
        """By version where both have a comparable one, else by time."""
        if self.package == other.package and self.sort_key and other.sort_key:
            return self.sort_key > other.sort_key
        return self.released_at > other.released_at


def enter_batches(tx: Transaction, batch_ids: Sequence[bytes], *, at: int) -> None:
    """Says, in the batches' own transaction, that they were applied."""
    tx.defer(
        "recording.enter_batch", [{"id": batch_id, "applied_at": at} for batch_id in batch_ids]
    )


async def was_applied(tx: Transaction, batch_id: bytes) -> bool:
    """Whether a batch whose commit was ambiguous was applied."""
    return await tx.value("recording.find_batch", id=batch_id) is not None


async def delete_batches_before(tx: Transaction, at: int, *, limit: int) -> int:
    """Forgets up to `limit` batch ids older than a time; how many it forgot."""
    return await tx.run("recording.delete_batches_before", at=at, limit=limit)


async def claim_event_ids(
    tx: Transaction, rows: Sequence[Mapping[str, Any]], *, day: int
) -> set[EventKey]:
    """Takes event ids in a day's slice; those that were free there and on the days beside it: the
    day before, as a client sends again after midnight, and the day after, as the clock of another
    replica may be ahead."""
    free = await tx.many(
        "recording.claim_event_ids",
        [{"slice": day, **row} for row in rows],
        before=day - 1,
        after=day + 1,
    )
    return {(row["project_id"], bytes(row["event_id"])) for row in free}


def insert_events(
    tx: Transaction, rows: Sequence[EventRow], bodies: Sequence[bytes], *, codec: int
) -> None:
    """Writes events and, in the same order, their payloads."""
    tx.defer("recording.insert_events", [msgspec.structs.asdict(row) for row in rows])
    tx.defer(
        "recording.insert_bodies",
        [
            {"expires_day": row.expires_day, "id": row.id, "codec": codec, "body": body}
            for row, body in zip(rows, bodies, strict=True)
        ],
    )


async def insert_issues(tx: Transaction, issues: Sequence[NewIssue]) -> list[tuple[int, int]]:
    """Makes issues; (id, short id) of each, in the same order."""
    short_ids = await _take_short_ids(tx, [issue.project_id for issue in issues])
    keys = list(zip((issue.project_id for issue in issues), short_ids, strict=True))
    rows = await tx.many(
        "recording.insert_issues",
        [
            {**msgspec.structs.asdict(issue), "short_id": short_id}
            for issue, short_id in zip(issues, short_ids, strict=True)
        ],
    )
    ids = {(row["project_id"], row["short_id"]): row["id"] for row in rows}
    return [(ids[key], key[1]) for key in keys]


async def _take_short_ids(tx: Transaction, projects: Sequence[int]) -> list[int]:
    counts: dict[int, int] = {}
    for project_id in projects:
        counts[project_id] = counts.get(project_id, 0) + 1
    rows = await tx.many(
        "recording.advance_short_ids",
        [{"project_id": key, "count": count} for key, count in sorted(counts.items())],
    )
    following = {
        row["project_id"]: row["last_short_id"] - counts[row["project_id"]] for row in rows
    }
    taken = []
    for project_id in projects:
        following[project_id] += 1
        taken.append(following[project_id])
    return taken


async def lock_issues(tx: Transaction, ids: Iterable[int]) -> list[LockedIssue]:
    """Issues as they are; they stay so until the end of the transaction but for what it does."""
    rows = await tx.many("recording.lock_issues", [{"id": issue_id} for issue_id in sorted(ids)])
    return [_locked_issue(row) for row in rows]


def count_events(tx: Transaction, counts: Iterable[IssueCounts]) -> None:
    """Adds events and users to issues."""
    ordered = sorted(counts, key=lambda issue: issue.id)
    tx.defer("recording.count_events", [msgspec.structs.asdict(issue) for issue in ordered])


def reopen_issues(tx: Transaction, substatuses: Mapping[int, str], *, at: int) -> None:
    """Moves issues (by id) back to unresolved, with a substatus."""
    tx.defer(
        "recording.reopen_issues",
        [
            {"id": issue_id, "substatus": substatus, "changed_at": at}
            for issue_id, substatus in sorted(substatuses.items())
        ],
    )


def insert_activity(
    tx: Transaction, issues: Iterable[LockedIssue], *, kind: str, detail: dict[str, Any], at: int
) -> None:
    """Writes the same entry, of nobody's doing, into the activity log of several issues."""
    tx.defer(
        "recording.insert_activities",
        [
            {
                "id": new_row_id(at),
                "issue_id": issue.id,
                "project_id": issue.project_id,
                "kind": kind,
                "account_id": None,
                "detail": orjson.dumps(detail).decode(),
                "at": at,
            }
            for issue in issues
        ],
    )


def mark_first_events(tx: Transaction, platforms: Mapping[int, str], *, at: int) -> None:
    """Says of projects (by id, with the platform of an event) when their first event came, unless
    that is known, and gives those a platform that have none."""
    tx.defer(
        "recording.mark_first_events",
        [
            {"id": project_id, "platform": platform}
            for project_id, platform in sorted(platforms.items())
        ],
        at=at,
    )


async def intern_environments(
    tx: Transaction, names: Iterable[tuple[int, str]], *, seen: int
) -> dict[tuple[int, str], int]:
    """Ids of environments by (project id, name)."""
    rows = await tx.many(
        "recording.intern_environments",
        [
            {"project_id": project_id, "name": name, "seen": seen}
            for project_id, name in sorted(names)
        ],
    )
    return {(row["project_id"], row["name"]): row["id"] for row in rows}


async def intern_releases(
    tx: Transaction, versions: Iterable[tuple[int, str]], *, seen: int
) -> dict[tuple[int, str], int]:
    """Ids of releases by (organization id, version)."""
    rows = await tx.many(
        "recording.intern_releases",
        [
            {
                "organization_id": organization_id,
                "version": version,
                "package": parse_version(version).package,
                "sort_key": parse_version(version).sort_key,
                "seen": seen,
            }
            for organization_id, version in sorted(versions)
        ],
    )
    return {(row["organization_id"], row["version"]): row["id"] for row in rows}


async def intern_tagsets(
    tx: Transaction, tagsets: Mapping[tuple[int, bytes], str], *, day: int
) -> dict[tuple[int, bytes], int]:
    """Ids of tag sets by (project id, digest), used on a day; the values are the tags as JSON."""
    rows = await tx.many(
        "recording.intern_tagsets",
        [
            {"project_id": project_id, "digest": digest, "tags": tags, "day": day}
            for (project_id, digest), tags in sorted(tagsets.items())
        ],
    )
    return {(row["project_id"], bytes(row["digest"])): row["id"] for row in rows}


async def get_release_ages(tx: Transaction, release_ids: Iterable[int]) -> dict[int, ReleaseAge]:
    """What decides which release is newer, by release id."""
    rows = await tx.all("recording.list_release_ages", ids=_listed(release_ids))
    return {
        row["id"]: ReleaseAge(
            package=row["package"], sort_key=row["sort_key"], released_at=row["released_at"]
        )
        for row in rows
    }


def _listed(ids: Iterable[int]) -> str:
    return f"[{','.join(map(str, ids))}]"


def _locked_issue(row: Row) -> LockedIssue:
    resolution = row["resolution"]
    return LockedIssue(
        id=row["id"],
        project_id=row["project_id"],
        short_id=row["short_id"],
        state=TriageState(
            status=Status(row["status"]),
            status_changed_at=row["status_changed_at"],
            times_seen=row["times_seen"],
            users_seen=row["users_seen"],
            resolution=Resolution(resolution) if resolution else None,
            resolution_release_id=row["resolution_release_id"],
            archive_until_at=row["archive_until_at"],
            archive_until_times_seen=row["archive_until_times_seen"],
            archive_until_users_seen=row["archive_until_users_seen"],
        ),
    )
