"""Counts of stored events, told apart by the columns of their rows. Called by explore."""

from collections.abc import Collection, Iterable
from enum import StrEnum

import msgspec
import orjson

from urgentry.domain.condition import ALWAYS, Condition
from urgentry.storage.conditions import render
from urgentry.storage.database import Transaction
from urgentry.storage.json_lists import integers
from urgentry.storage.queries import library


class Part(StrEnum):
    """What events can be told apart by, beside their project."""

    ISSUE = "issue"
    ENVIRONMENT = "environment"
    RELEASE = "release"
    LEVEL = "level"
    TAGSET = "tagset"
    USER = "user"


class EventScope(msgspec.Struct, frozen=True, kw_only=True):
    """Events of projects from one time to before another, in microseconds."""

    organization_id: int
    project_ids: list[int]
    start: int
    end: int
    condition: Condition = ALWAYS


class EventCount(msgspec.Struct, frozen=True, kw_only=True):
    """Events that have the same parts; a part that was not asked for is None."""

    project_id: int
    issue_id: int | None
    environment_id: int | None
    release_id: int | None
    level: int | None
    tagset_id: int | None
    user_key: int | None
    slot: int
    events: int
    first_seen: int
    last_seen: int


async def count_groups(
    tx: Transaction, scope: EventScope, parts: Collection[Part], *, width: int, most: int
) -> list[EventCount]:
    """Counts by parts and by slots of `width` microseconds from the scope's start on; at most so
    many."""
    condition = render(scope.condition)
    query = library().compose("event_counts.count_groups", condition=condition.query)
    given = condition.params | {f"by_{part.value}": part in parts for part in Part}
    given |= {
        "organization_id": scope.organization_id,
        "project_ids": integers(scope.project_ids),
        "start": scope.start,
        "end": scope.end,
        "width": width,
        "most": most,
    }
    known = {name: value for name, value in given.items() if name in query.params}
    return [EventCount(**dict(row)) for row in await tx.all(query, **known)]


async def list_tagsets(tx: Transaction, ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """The tags of sets by their ids."""
    rows = await tx.all("event_counts.list_tagsets", ids=integers(ids))
    return {row["id"]: dict(orjson.loads(row["tags"])) for row in rows}
