"""Profiles: written once each, found by id, and by the profiler whose pieces they are."""

from collections.abc import Iterable

from urgentry.domain.event import expires_day, new_row_id
from urgentry.domain.profile import Profile, ProfileKind, ProfileRecord
from urgentry.storage.database import Row, Transaction


async def insert_profiles(tx: Transaction, records: Iterable[ProfileRecord]) -> list[bool]:
    """Writes profiles; for each whether it was new."""
    rows = [
        {
            "id": new_row_id(record.received),
            "expires_day": expires_day(record.received, record.retention_days),
            "project_id": record.project_id,
            "kind": record.kind,
            "profile_id": record.profile_id,
            "profiler_id": record.profiler_id,
            "transaction_id": record.transaction_id,
            "trace_id": record.trace_id,
            "transaction_name": record.transaction,
            "platform": record.platform,
            "release": record.release,
            "environment": record.environment,
            "started_at": record.started_at,
            "duration_us": record.duration_us,
            "samples": record.samples,
            "meta_length": record.meta_length,
            "size": record.content_size,
            "blob_key": record.blob_key,
        }
        for record in records
    ]
    ordered = sorted(rows, key=lambda row: (row["project_id"], row["profile_id"]))
    written = {row["id"] for row in await tx.many("profiles.insert_profiles", ordered)}
    return [row["id"] in written for row in rows]


async def find_profile(
    tx: Transaction, project_id: int, profile_id: bytes, *, today: int
) -> Profile | None:
    """A profile by its own id."""
    row = await tx.one(
        "profiles.find_profile", project_id=project_id, profile_id=profile_id, today=today
    )
    return _profile(row) if row else None


async def list_chunks(
    tx: Transaction,
    project_id: int,
    profiler_id: bytes,
    *,
    since: int,
    until: int,
    today: int,
    limit: int,
) -> list[Profile]:
    """The pieces of a continuous profile that began in a time, in order."""
    rows = await tx.all(
        "profiles.list_chunks",
        project_id=project_id,
        profiler_id=profiler_id,
        since=since,
        until=until,
        today=today,
        limit=limit,
    )
    return [_profile(row) for row in rows]


async def delete_expired(tx: Transaction, today: int, /, *, limit: int) -> int:
    """Deletes profiles whose retention is over; how many."""
    return await tx.run("profiles.delete_expired", today=today, limit=limit)


def _profile(row: Row) -> Profile:
    return Profile(
        id=row["id"],
        project_id=row["project_id"],
        kind=ProfileKind(row["kind"]),
        profile_id=bytes(row["profile_id"]).hex(),
        profiler_id=_hex(row["profiler_id"]),
        transaction_id=_hex(row["transaction_id"]),
        trace_id=_hex(row["trace_id"]),
        transaction=row["transaction_name"],
        platform=row["platform"],
        release=row["release"],
        environment=row["environment"],
        started_at=row["started_at"],
        duration_us=row["duration_us"],
        samples=row["samples"],
        meta_length=row["meta_length"],
        size=row["size"],
        blob_key=row["blob_key"],
    )


def _hex(value: bytes | None) -> str | None:
    return bytes(value).hex() if value is not None else None
