"""Events as they are read: by id, newest or oldest of an issue or project, and their neighbours.

A payload is the normalised event. It stands in a row of its own, where it stays compressed until
`StoredEvent.payload` asks for it, or with others in a block (`blocks`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from urgentry.domain.condition import ALWAYS, Condition
from urgentry.domain.event import received_of
from urgentry.domain.issue import Level
from urgentry.domain.slices import event_id_slices_in_turn
from urgentry.storage import blocks
from urgentry.storage.bodies import CODEC_PLAIN, unpacked
from urgentry.storage.conditions import render
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers
from urgentry.storage.queries import Query, library


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its payload as it was read; times in microseconds."""

    id: int
    project_id: int
    issue_id: int
    hash_id: int
    event_id: str
    """The client's id, 32 hexadecimal digits."""
    timestamp: int
    environment_id: int
    release_id: int | None
    level: Level
    codec: int
    body: bytes

    @property
    def received(self) -> int:
        """When it was received, in microseconds."""
        return received_of(self.id)

    def payload_json(self) -> bytes:
        """The normalised event as JSON."""
        return unpacked(self.codec, self.body)

    def payload(self) -> dict[str, Any]:
        """The normalised event."""
        event: dict[str, Any] = orjson.loads(self.payload_json())
        return event


class EventPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place in the order of time."""

    timestamp: int
    row_id: int


class EventSelection(msgspec.Struct, frozen=True, kw_only=True):
    """Events of an issue (or of the project when there is none) that meet a condition."""

    organization_id: int
    project_id: int
    issue_id: int | None = None
    condition: Condition = ALWAYS


def place_of(event: StoredEvent) -> EventPlace:
    """Where an event stands."""
    return EventPlace(timestamp=event.timestamp, row_id=event.id)


async def get_event(
    tx: Transaction, project_ids: Iterable[int], event_id: str, *, now: int
) -> StoredEvent | None:
    """The event with a client's id (32 hexadecimal digits) in one of the projects."""
    listed = integers(project_ids)
    for slices in event_id_slices_in_turn(now):
        row = await tx.one(
            "events.find_by_event_id",
            slices=slices,
            project_ids=listed,
            event_id=bytes.fromhex(event_id),
        )
        if row is not None:
            (event,) = await _events(tx, [row])
            return event
    return None


async def list_at(tx: Transaction, places: Iterable[tuple[int, int]]) -> list[StoredEvent]:
    """The events that stand at places (day of expiry, row id), oldest first; those that have gone
    meanwhile are left out."""
    rows = [{"expires_day": day, "id": row_id} for day, row_id in sorted(places)]
    found = await _events(tx, await tx.many("events.list_at", rows))
    return sorted(found, key=lambda event: (event.timestamp, event.id))


async def list_newest(
    tx: Transaction,
    selection: EventSelection,
    *,
    before: EventPlace | None = None,
    limit: int,
) -> list[StoredEvent]:
    """The newest of the selected events that stand before a place, newest first."""
    of_issue = selection.issue_id is not None
    name = "events.list_newest" if of_issue else "events.list_of_project"
    return await _list(tx, name, selection, "events.place_before", before, limit)


async def list_oldest(
    tx: Transaction,
    selection: EventSelection,
    *,
    after: EventPlace | None = None,
    limit: int,
) -> list[StoredEvent]:
    """The oldest of the selected events that stand after a place, oldest first."""
    of_issue = selection.issue_id is not None
    name = "events.list_oldest" if of_issue else "events.list_of_project_oldest"
    return await _list(tx, name, selection, "events.place_after", after, limit)


async def list_latest_of_hashes(tx: Transaction, hash_ids: Iterable[int]) -> dict[int, StoredEvent]:
    """The newest event of each hash that has one."""
    rows = await tx.all("events.list_latest_of_hashes", hash_ids=integers(hash_ids))
    latest: dict[int, StoredEvent] = {}
    for event in await _events(tx, rows):
        latest.setdefault(event.hash_id, event)
    return latest


async def _list(
    tx: Transaction,
    name: str,
    selection: EventSelection,
    bound: str,
    place: EventPlace | None,
    limit: int,
) -> list[StoredEvent]:
    condition = render(selection.condition)
    query = library().compose(
        name,
        condition=condition.query,
        place=library().fragment(bound if place else "events.place_any"),
    )
    params = condition.params | {
        "organization_id": selection.organization_id,
        "project_id": selection.project_id,
        "project_ids": integers([selection.project_id]),
        "issue_id": selection.issue_id,
        "at": place.timestamp if place else None,
        "row_id": place.row_id if place else None,
        "offset": limit - 1,
        "limit": limit,
    }
    return await _events(tx, await tx.all(query, **_needed(query, params)))


def _needed(query: Query, params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name in query.params}


async def _events(tx: Transaction, rows: Sequence[Row]) -> list[StoredEvent]:
    """The events of rows. Each block that holds some of their payloads is read once."""
    wanted = {(row["expires_day"], row["block_id"]) for row in rows if row["block_id"] is not None}
    found = await blocks.read_blocks(tx, wanted) if wanted else {}
    return [_event(row, found) for row in rows if _has_payload(row, found)]


def _has_payload(row: Row, found: Mapping[int, Sequence[bytes]]) -> bool:
    return row["body"] is not None or row["block_id"] in found


def _event(row: Row, found: Mapping[int, Sequence[bytes]]) -> StoredEvent:
    is_packed = row["block_id"] is not None
    return StoredEvent(
        id=row["id"],
        project_id=row["project_id"],
        issue_id=row["issue_id"],
        hash_id=row["hash_id"],
        event_id=bytes(row["event_id"]).hex(),
        timestamp=row["timestamp"],
        environment_id=row["environment_id"],
        release_id=row["release_id"],
        level=Level(row["level"]),
        codec=CODEC_PLAIN if is_packed else row["codec"],
        body=found[row["block_id"]][row["place"]] if is_packed else bytes(row["body"]),
    )
