"""Events by hash, tag key and value, kept while events are written. Called by ingest inside its
write transaction, with one row a value. Reading them is the business of `tags`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from urgentry.storage.database import Transaction
from urgentry.storage.hashes import Seen

VALUES_KEPT = 1_000
"""Values of one tag key that a hash counts each; further ones are "other"."""


class TagKey(NamedTuple):
    hash_id: int
    tag_key: str


class TagValueKey(NamedTuple):
    hash_id: int
    tag_key: str
    tag_value: str


async def add_tags(
    tx: Transaction,
    seen: Mapping[TagValueKey, Seen],
    projects: Mapping[int, int],
    known: Collection[TagValueKey],
) -> set[TagValueKey]:
    """Adds events. `projects` tells the project of a hash id, `known` which values have a row.

    Answers the values that were not known and have one now.
    """
    strange = {key: counts for key, counts in seen.items() if key not in known}
    totals = _totals(seen)
    strange_keys = {TagKey(key.hash_id, key.tag_key) for key in strange}
    tx.defer("tag_rollups.add_keys", _key_rows(totals, totals.keys() - strange_keys))
    counted = await tx.many("tag_rollups.add_keys", _key_rows(totals, strange_keys))
    full = {
        (row["hash_id"], row["tag_key"]) for row in counted if row["value_count"] >= VALUES_KEPT
    }
    kept = {key: counts for key, counts in strange.items() if key[:2] not in full}
    _add_known_values(tx, {key: seen[key] for key in seen.keys() - kept.keys()})
    await _add_values(tx, kept, projects)
    return set(kept)


def _totals(seen: Mapping[TagValueKey, Seen]) -> dict[TagKey, int]:
    totals: dict[TagKey, int] = {}
    for (hash_id, tag_key, _), counts in seen.items():
        tag = TagKey(hash_id, tag_key)
        totals[tag] = totals.get(tag, 0) + counts.events
    return totals


def _key_rows(totals: Mapping[TagKey, int], keys: Iterable[TagKey]) -> list[dict[str, Any]]:
    return [{"hash_id": key[0], "tag_key": key[1], "events": totals[key]} for key in sorted(keys)]


def _add_known_values(tx: Transaction, seen: Mapping[TagValueKey, Seen]) -> None:
    tx.defer(
        "tag_rollups.add_known_values",
        [
            {"hash_id": key[0], "tag_key": key[1], "tag_value": key[2], **seen[key].columns()}
            for key in sorted(seen)
        ],
    )


async def _add_values(
    tx: Transaction, seen: Mapping[TagValueKey, Seen], projects: Mapping[int, int]
) -> None:
    written = await tx.many(
        "tag_rollups.add_values",
        [
            {
                "hash_id": key[0],
                "tag_key": key[1],
                "tag_value": key[2],
                "project_id": projects[key[0]],
                **seen[key].columns(),
            }
            for key in sorted(seen)
        ],
    )
    fresh: dict[TagKey, int] = {}
    for row in written:
        key = TagValueKey(row["hash_id"], row["tag_key"], row["tag_value"])
        if row["events"] == seen[key].events:
            tag = TagKey(key.hash_id, key.tag_key)
            fresh[tag] = fresh.get(tag, 0) + 1
    tx.defer(
        "tag_rollups.add_value_counts",
        [
            {"hash_id": tag[0], "tag_key": tag[1], "value_count": count}
            for tag, count in sorted(fresh.items())
        ],
    )
