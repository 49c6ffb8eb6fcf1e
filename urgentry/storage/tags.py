"""Tags of issues and projects, read from the roll-ups that ingest keeps for each hash.

Up to a thousand values of a key are counted for each hash; the tag `user` is counted as users.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers
from urgentry.storage.queries import library

USER_KEY = "user"


class ValueSort(StrEnum):
    """The orders of values."""

    COUNT = "count"
    DATE = "date"
    AGE = "age"


class TagValue(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a tag: events that have it, and when it was seen first and last."""

    value: str
    events: int
    first_seen: int
    last_seen: int


class TagSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A tag of an issue, with its most frequent values."""

    key: str
    events: int
    """Events that have the tag."""
    value_count: int
    top_values: list[TagValue]


async def list_tags(tx: Transaction, issue_id: int, *, top: int) -> list[TagSummary]:
    """Every tag of an issue by key, each with its `top` most frequent values."""
    keys = await tx.all("tags.list_keys", issue_id=issue_id)
    ranked = await tx.all("tags.list_top_values", issue_id=issue_id, limit=top)
    values: dict[str, list[TagValue]] = {}
    counts: dict[str, int] = {}
    for row in ranked:
        values.setdefault(row["tag_key"], []).append(_value(row))
        counts[row["tag_key"]] = row["value_count"]
    summaries = [
        TagSummary(
            key=row["tag_key"],
            events=row["events"],
            value_count=counts.get(row["tag_key"], 0),
            top_values=values.get(row["tag_key"], []),
        )
        for row in keys
        if row["tag_key"] != USER_KEY
    ]
    users = await get_tag(tx, issue_id, USER_KEY, top=top)
    if users is not None:
        summaries.append(users)
    return sorted(summaries, key=lambda tag: tag.key)


async def get_tag(tx: Transaction, issue_id: int, key: str, *, top: int) -> TagSummary | None:
    """One tag of an issue, or None where no event has it."""
    if key == USER_KEY:
        row = await tx.one("tags.count_users", issue_id=issue_id)
    else:
        row = await tx.one("tags.count_values", issue_id=issue_id, key=key)
    if row is None or not row["value_count"]:
        return None
    return TagSummary(
        key=key,
        events=row["events"],
        value_count=row["value_count"],
        top_values=await list_values(tx, issue_id, key, limit=top),
    )


async def list_values(
    tx: Transaction,
    issue_id: int,
    key: str,
    *,
    sort: ValueSort = ValueSort.COUNT,
    offset: int = 0,
    limit: int,
) -> list[TagValue]:
    """Values of a tag of an issue."""
    sorting = library().fragment(f"tags.sort_{sort.value}")
    params = {"issue_id": issue_id, "offset": offset, "limit": limit}
    if key == USER_KEY:
        rows = await tx.all(library().compose("tags.list_users", sort=sorting), **params)
    else:
        query = library().compose("tags.list_values", sort=sorting)
        rows = await tx.all(query, key=key, **params)
    return [_value(row) for row in rows]


async def list_project_keys(
    tx: Transaction, project_ids: Iterable[int], *, limit: int
) -> list[tuple[str, int]]:
    """(key, events) of the tags that projects know, most frequent first."""
    rows = await tx.all("tags.list_project_keys", project_ids=integers(project_ids), limit=limit)
    return [(row["tag_key"], row["events"]) for row in rows]


async def list_project_values(
    tx: Transaction,
    project_ids: Iterable[int],
    key: str,
    *,
    pattern: str = "%",
    offset: int = 0,
    limit: int,
) -> list[TagValue]:
    r"""Values of a tag that projects know, most frequent first. `pattern` is for LIKE, in lower
    case, with `\` before what is meant literally."""
    rows = await tx.all(
        "tags.list_project_values",
        project_ids=integers(project_ids),
        key=key,
        pattern=pattern,
        offset=offset,
        limit=limit,
    )
    return [_value(row) for row in rows]


def _value(row: Row) -> TagValue:
    return TagValue(
        value=row["tag_value"],
        events=row["events"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
    )


async def count_in_project(
    tx: Transaction, project_id: int, values: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """How many events of a project have each of some values of tags (key and value)."""
    rows = await tx.many(
        "tags.count_project_values",
        [{"tag_key": key, "tag_value": value} for key, value in sorted(set(values))],
        project_id=project_id,
    )
    return {(row["tag_key"], row["tag_value"]): row["events"] for row in rows}


async def count_project_events(tx: Transaction, project_id: int) -> int:
    """How many events the issues of a project have had."""
    found: int = await tx.value("tags.count_project_events", project_id=project_id)
    return found
