"""Hashes: what leads an event to its issue. Called by ingest, inside its write transaction."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from urgentry.storage.database import Transaction
from urgentry.storage.json_lists import integers

HashKey = tuple[int, bytes]
"""Project id and hash."""


class HashRow(msgspec.Struct, frozen=True):
    """A hash, the issue that owns it, if any does yet, and how many users it has met."""

    id: int
    issue_id: int | None
    users_seen: int


class Seen(NamedTuple):
    """How often, and between which times in microseconds."""

    events: int
    first_seen: int
    last_seen: int

    def columns(self) -> dict[str, int]:
        """As columns of a roll-up."""
        return {"events": self[0], "first_seen": self[1], "last_seen": self[2]}

    def and_also(self, at: int) -> "Seen":
        """One more event at a time."""
        return Seen(self.events + 1, min(self.first_seen, at), max(self.last_seen, at))


async def claim(tx: Transaction, keys: Iterable[HashKey], *, seen: int) -> dict[HashKey, HashRow]:
    """Finds or makes the rows of hashes and locks them until the end of the transaction."""
    rows = await tx.many(
        "hashes.claim",
        [
            {"project_id": project_id, "hash": value, "seen": seen}
            for project_id, value in sorted(keys)
        ],
    )
    return {
        (row["project_id"], bytes(row["hash"])): HashRow(
            row["id"], row["issue_id"], row["users_seen"]
        )
        for row in rows
    }


async def attach(tx: Transaction, owners: Mapping[int, int]) -> None:
    """Gives hashes (by id) to issues."""
    await tx.many(
        "hashes.attach",
        [{"id": hash_id, "issue_id": issue_id} for hash_id, issue_id in sorted(owners.items())],
    )


def count_events(tx: Transaction, seen: Mapping[int, Seen], users: Mapping[int, int]) -> None:
    """Adds events to hashes, and users that they had not met."""
    tx.defer(
        "hashes.count_events",
        [
            {"id": hash_id, "users": users.get(hash_id, 0), **counts.columns()}
            for hash_id, counts in sorted(seen.items())
        ],
    )


def count_unstored(tx: Transaction, events: Mapping[int, int]) -> None:
    """Adds, by hash, events that were counted and not stored."""
    tx.defer(
        "hashes.count_unstored",
        [{"id": hash_id, "events": count} for hash_id, count in sorted(events.items())],
    )


async def list_recent(tx: Transaction, project_id: int, *, limit: int) -> list[int]:
    """Ids of hashes of the issues that were seen last."""
    rows = await tx.all("hashes.list_recent", project_id=project_id, limit=limit)
    return [row["id"] for row in rows]


async def find_owners(
    tx: Transaction, project_id: int, values: Iterable[bytes]
) -> dict[bytes, int]:
    """The issues that hashes of a project lead to; those that lead nowhere are missing."""
    rows = await tx.many(
        "hashes.find_owners",
        [{"hash": value} for value in sorted(values)],
        project_id=project_id,
    )
    return {bytes(row["hash"]): row["issue_id"] for row in rows}


async def list_newest_of_issues(tx: Transaction, issue_ids: Iterable[int]) -> dict[int, int]:
    """By issue: the id of its hash that an event had last."""
    rows = await tx.all("hashes.list_of_issues", issue_ids=integers(issue_ids))
    return {row["issue_id"]: row["id"] for row in rows}
