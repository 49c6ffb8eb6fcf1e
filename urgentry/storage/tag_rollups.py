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
    tx.defer("tag_rollups.add_known_values", _rows(seen, seen.keys() - strange.keys()))
    full = await _list_full_keys(tx, {TagKey(key[0], key[1]) for key in strange})
    kept = {key: counts for key, counts in strange.items() if key[:2] not in full}
    await _add_to_full_keys(tx, {key: strange[key] for key in strange.keys() - kept.keys()})
    await _add_values(tx, kept, projects)
    return set(kept)


async def _list_full_keys(tx: Transaction, keys: Iterable[TagKey]) -> set[tuple[int, str]]:
    """Of keys: those that have as many values as are kept."""
    rows = await tx.many(
        "tag_rollups.hold_keys",
        [{"hash_id": hash_id, "tag_key": tag_key} for hash_id, tag_key in sorted(keys)],
    )
    return {(row["hash_id"], row["tag_key"]) for row in rows if row["value_count"] >= VALUES_KEPT}


async def _add_to_full_keys(tx: Transaction, seen: Mapping[TagValueKey, Seen]) -> None:
    """Adds to the values that have a row, and the others to their key."""
    rows = await tx.many("tag_rollups.add_known_values", _rows(seen, seen))
    met = {(row["hash_id"], row["tag_key"], row["tag_value"]) for row in rows}
    others: dict[TagKey, int] = {}
    for key in seen.keys() - met:
        tag = TagKey(key[0], key[1])
        others[tag] = others.get(tag, 0) + seen[key].events
    tx.defer(
        "tag_rollups.add_others",
        [
            {"hash_id": tag[0], "tag_key": tag[1], "events": events}
            for tag, events in sorted(others.items())
        ],
    )


def _rows(seen: Mapping[TagValueKey, Seen], keys: Iterable[TagValueKey]) -> list[dict[str, Any]]:
    return [
        {"hash_id": key[0], "tag_key": key[1], "tag_value": key[2], **seen[key].columns()}
        for key in sorted(keys)
    ]


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
