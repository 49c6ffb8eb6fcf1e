"""Roll-ups that are kept while events are written: hours, environments, releases, users, outcomes;
`tag_rollups` keeps the tags. Called by ingest inside its write transaction, with one row a key.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from urgentry.domain.event import EventUser
from urgentry.storage.database import Transaction
from urgentry.storage.hashes import Seen


class HourKey(NamedTuple):
    hash_id: int
    environment_id: int
    hour: int


class HashHour(NamedTuple):
    hash_id: int
    hour: int


class UserKey(NamedTuple):
    hash_id: int
    user_key: int


class OutcomeKey(NamedTuple):
    project_id: int
    key_id: int
    hour: int
    category: int
    outcome: int
    reason: str


def add_hours(tx: Transaction, events: Mapping[HourKey, int]) -> None:
    """Adds events by hash, environment and hour."""
    tx.defer(
        "rollups.add_hours",
        [
            {"hash_id": hash_id, "environment_id": environment_id, "hour": hour, "events": count}
            for (hash_id, environment_id, hour), count in sorted(events.items())
        ],
    )


async def count_in_hours(tx: Transaction, wanted: Iterable[HashHour]) -> dict[HashHour, int]:
    """Events that hashes had in hours so far, in all environments; none where there is no entry."""
    rows = await tx.many(
        "rollups.count_in_hours",
        [{"hash_id": hash_id, "hour": hour} for hash_id, hour in sorted(wanted)],
    )
    return {HashHour(row["hash_id"], row["hour"]): row["events"] for row in rows}


def add_environments(tx: Transaction, seen: Mapping[tuple[int, int], Seen]) -> None:
    """Adds events by (hash id, environment id)."""
    tx.defer(
        "rollups.add_environments",
        [
            {"hash_id": hash_id, "environment_id": environment_id, **counts.columns()}
            for (hash_id, environment_id), counts in sorted(seen.items())
        ],
    )


def add_releases(tx: Transaction, seen: Mapping[tuple[int, int], Seen]) -> None:
    """Adds events by (hash id, release id)."""
    tx.defer(
        "rollups.add_releases",
        [
            {"hash_id": hash_id, "release_id": release_id, **counts.columns()}
            for (hash_id, release_id), counts in sorted(seen.items())
        ],
    )


def add_project_releases(
    tx: Transaction,
    seen: Mapping[tuple[int, int], Seen],
    new_issues: Mapping[tuple[int, int], int],
) -> None:
    """Adds events and new issues by (release id, project id)."""
    tx.defer(
        "rollups.add_project_releases",
        [
            {
                "release_id": key[0],
                "project_id": key[1],
                "new_issues": new_issues.get(key, 0),
                **counts.columns(),
            }
            for key, counts in sorted(seen.items())
        ],
    )


def add_users(
    tx: Transaction,
    seen: Mapping[UserKey, Seen],
    projects: Mapping[int, int],
    idents: Mapping[int, str],
) -> None:
    """Adds events by hash and user."""
    tx.defer(
        "rollups.add_users",
        [
            {
                "hash_id": key.hash_id,
                "user_key": key.user_key,
                "project_id": projects[key.hash_id],
                "ident": idents[key.user_key],
                **counts.columns(),
            }
            for key, counts in sorted(seen.items())
        ],
    )


async def list_users_met(tx: Transaction, pairs: Iterable[UserKey]) -> list[tuple[UserKey, int]]:
    """Of pairs of hash and user: those whose user the hash's issue has met, with each hash of the
    issue that has."""
    rows = await tx.many(
        "rollups.list_users_met",
        [{"hash_id": hash_id, "user_key": user_key} for hash_id, user_key in sorted(pairs)],
    )
    return [(UserKey(row["hash_id"], row["user_key"]), row["met_hash_id"]) for row in rows]


def add_event_users(
    tx: Transaction, users: Mapping[tuple[int, int], EventUser], *, seen: int
) -> None:
    """Writes who users are, by (project id, user key)."""
    tx.defer(
        "rollups.add_event_users",
        [
            {
                "project_id": project_id,
                "user_key": user_key,
                "ident": user.ident,
                "user_id": user.user_id,
                "email": user.email,
                "username": user.username,
                "name": user.name,
                "ip_address": user.ip_address,
                "first_seen": seen,
            }
            for (project_id, user_key), user in sorted(users.items(), key=lambda item: item[0])
        ],
    )


async def list_user_keys(tx: Transaction, hash_id: int) -> list[int]:
    """The users that a hash keeps by name."""
    return [row["user_key"] for row in await tx.all("rollups.list_user_keys", hash_id=hash_id)]


async def get_user_sketches(tx: Transaction, hash_ids: Iterable[int]) -> dict[int, bytearray]:
    """The sketches of those hashes that have one."""
    listed = f"[{','.join(map(str, hash_ids))}]"
    rows = await tx.all("rollups.get_user_sketches", hash_ids=listed)
    return {row["hash_id"]: bytearray(row["registers"]) for row in rows}


def put_user_sketches(tx: Transaction, sketches: Mapping[int, bytearray]) -> None:
    """Writes sketches by hash id."""
    tx.defer(
        "rollups.put_user_sketches",
        [
            {"hash_id": hash_id, "registers": bytes(registers)}
            for hash_id, registers in sorted(sketches.items())
        ],
    )


def add_outcomes(tx: Transaction, quantities: Mapping[OutcomeKey, int]) -> None:
    """Adds what became of received items."""
    tx.defer(
        "rollups.add_outcomes",
        [
            {
                "project_id": key.project_id,
                "key_id": key.key_id,
                "hour": key.hour,
                "category": key.category,
                "outcome": key.outcome,
                "reason": key.reason,
                "quantity": count,
            }
            for key, count in sorted(quantities.items())
        ],
    )
