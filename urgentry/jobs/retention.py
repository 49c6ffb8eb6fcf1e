"""Removes what has outlived its retention, from every table that grows.

On PostgreSQL events go by the partition, which is dropped whole; those that came too late for
theirs go row by row. What is deleted row by row goes in transactions so short that no writer
notices, and SQLite's file is made smaller by what it frees.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

import structlog

from urgentry import clock
from urgentry.beats import rest
from urgentry.domain.event import day_of, hour_of
from urgentry.errors import StorageError
from urgentry.storage import expiry, partitions
from urgentry.storage.database import Database, Transaction
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor

REAPERS: Final[Mapping[str, str]] = {
    "event": "expired events",
    "event_body": "expired events",
    "event_block": "expired events",
    "packed_event": "expired events",
    "event_id": "expired events",
    "hash_hour": "old hours",
    **dict.fromkeys(
        ("outcome_hour", "open_session", "session_hour", "session_user_set", "size_sample"),
        "old stats",
    ),
    "attachment": "expired attachments",
    "check_in": "expired check-ins",
    "profile": "expired profiles",
    **dict.fromkeys(("replay", "replay_segment"), "expired replays"),
    "feedback": "expired feedback",
    "tagset": "unused sets of tags",
    "event_user": "users whom no issue knows",
    **dict.fromkeys(
        (
            *("issue", "issue_redirect", "activity", "bookmark", "issue_viewed", "deleted_hash"),
            *("hash", "hash_environment", "hash_release", "hash_tag_key", "hash_tag"),
            *("hash_user", "hash_user_sketch"),
        ),
        "silent issues",
    ),
    **dict.fromkeys(
        (
            *("account_session", "login_throttle", "applied_batch", "key_usage", "feed_entry"),
            *("spool_position", "job_lease", "quota_usage"),
        ),
        "passing things",
    ),
    **dict.fromkeys(
        (
            *("telemetry_block", "telemetry_body", "trace", "span_claim", "telemetry_attribute"),
            *("transaction_payload", "trace_event"),
        ),
        "expired spans, logs and metrics",
    ),
    "unnamed_blob": "blobs that nothing names",
    **dict.fromkeys(
        (
            *("organization", "account", "api_token", "member", "team", "team_member", "project"),
            *("project_counter", "project_team", "project_key", "environment", "release"),
            *("release_project", "deleted_project", "feed", "monitor", "monitor_environment"),
            *("quota", "saved_view"),
        ),
        "people: grows by what they make, goes when they delete it",
    ),
}
"""What keeps each table from growing without end. A test holds this against the schema."""

_ROUND_SECONDS = 600.0
_PAUSE_SECONDS = 0.02
_EVENTS_AT_ONCE = 100
_ROWS_AT_ONCE = 500
_ISSUES_AT_ONCE = 50
_PAGES_AT_ONCE = 64
_PAGES_KEPT = 1_024
"""Free pages that stay in a SQLite file for what comes next: 8 MB."""

log = structlog.get_logger(__name__)

_Chunk = Callable[[Transaction], Awaitable[int]]


async def keep_retention(database: Database) -> None:
    """Removes what has expired, every ten minutes until it is cancelled."""
    while True:
        await rest(_ROUND_SECONDS)
        try:
            await remove_expired(database, now=clock.now())
        except StorageError as error:
            log.warning("retention_put_off", error=str(error))


async def remove_expired(database: Database, *, now: int, pause: float = _PAUSE_SECONDS) -> None:
    """Removes all that has expired at a time."""
    today, hour = day_of(now), hour_of(now)
    await partitions.drop_expired(database, today)
    expired = partial(expiry.delete_events, today=today, limit=_EVENTS_AT_ONCE)
    await _repeat(database, expired, _EVENTS_AT_ONCE, pause)
    async with database.read() as tx:
        kept_days = await expiry.longest_retention(tx) + 1
    for chunk, limit in (
        (partial(expiry.delete_hours, before_hour=hour - kept_days * 24), _ROWS_AT_ONCE),
        (partial(expiry.delete_tagsets, before_day=today - kept_days), _ROWS_AT_ONCE),
    ):
        await _repeat(database, partial(chunk, limit=limit), limit, pause)
    await _remove_silent_issues(database, now, pause)
    await _remove_strangers(database, now - kept_days * clock.DAY, pause)
    await _give_back(database, pause)


async def _repeat(database: Database, chunk: _Chunk, limit: int, pause: float) -> None:
    removed = limit
    while removed >= limit:
        removed = await database.write(chunk)
        await rest(pause)


async def _remove_silent_issues(database: Database, now: int, pause: float) -> None:
    async def body(tx: Transaction) -> int:
        silent = await expiry.list_silent_issues(tx, now, limit=_ISSUES_AT_ONCE)
        for organization_id in sorted({owner for owner, _ in silent}):
            found = [issue for owner, issue in silent if owner == organization_id]
            by = Actor(organization_id=organization_id, account_id=None)
            await delete(tx, found, by=by, at=now)
        return len(silent)

    await _repeat(database, body, _ISSUES_AT_ONCE, pause)


async def _remove_strangers(database: Database, before: int, pause: float) -> None:
    place: tuple[int, int] | None = (0, 0)
    while place is not None:
        place = await database.write(
            partial(expiry.delete_strangers, before=before, after=place, limit=_ROWS_AT_ONCE)
        )
        await rest(pause)


async def _give_back(database: Database, pause: float) -> None:
    """Makes a SQLite file smaller, a few pages at a time, but for some that are used again soon."""
    if partitions.are_used(database):
        return
    async with database.read() as tx:
        left = await expiry.count_free_pages(tx)
    while left > _PAGES_KEPT:
        pages = min(_PAGES_AT_ONCE, left - _PAGES_KEPT)
        now_left = await database.write(partial(expiry.give_back_pages, pages=pages))
        if now_left >= left:
            return
        left = now_left
        await rest(pause)
