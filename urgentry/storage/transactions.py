"""Transactions apart from their spans: payloads by the client's id. And which events of other kinds
belong to which trace. Writing is called by ingest inside its transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import orjson

from urgentry.domain.event import day_of, received_of
from urgentry.domain.slices import event_id_slices_in_turn, expiry_days
from urgentry.storage.bodies import unpacked
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import ids_by_day, integers

END = (1 << 63) - 1
"""Behind every time."""


class PayloadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `transaction_payload`."""

    expires_day: int
    id: int
    project_id: int
    event_id: bytes
    trace_id: bytes
    span_id: bytes
    timestamp: int
    codec: int
    body: bytes


class StoredTransaction(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction with its payload still packed; times in microseconds."""

    id: int
    project_id: int
    event_id: str
    """The client's id, 32 hexadecimal digits."""
    trace_id: bytes
    span_id: bytes
    timestamp: int
    codec: int
    body: bytes

    @property
    def received(self) -> int:
        """When it was received, in microseconds."""
        return received_of(self.id)

    def payload(self) -> dict[str, Any]:
        """The normalised event without its spans."""
        event: dict[str, Any] = orjson.loads(unpacked(self.codec, self.body))
        return event


class EventOfTrace(msgspec.Struct, frozen=True, kw_only=True):
    """Where an event of a trace is."""

    expires_day: int
    row_id: int
    project_id: int


def insert_payloads(tx: Transaction, rows: Sequence[PayloadRow]) -> None:
    """Writes what transactions said beside their spans."""
    tx.defer("transactions.insert_payloads", [msgspec.structs.asdict(row) for row in rows])


def insert_trace_events(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Says to which traces events belong: `expires_day`, `trace_id`, `event_row`, `project_id`."""
    tx.defer("transactions.insert_trace_events", rows)


async def get_transaction(
    tx: Transaction, project_ids: Iterable[int], event_id: str, *, now: int
) -> StoredTransaction | None:
    """The transaction with a client's id (32 hexadecimal digits) in one of the projects."""
    listed = integers(project_ids)
    for slices in event_id_slices_in_turn(now):
        row = await tx.one(
            "transactions.find_by_event_id",
            slices=slices,
            project_ids=listed,
            event_id=bytes.fromhex(event_id),
            today=day_of(now),
        )
        if row is not None:
            return _transaction(row)
    return None


async def list_events_of_trace(
    tx: Transaction, trace_id: bytes, project_ids: Iterable[int], *, now: int, limit: int
) -> list[EventOfTrace]:
    """Errors and messages of a trace, in the order of their receipt."""
    rows = await tx.all(
        "transactions.list_events_of_trace",
        trace_id=trace_id,
        project_ids=integers(project_ids),
        expires_days=integers(expiry_days(now)),
        limit=limit,
    )
    return [
        EventOfTrace(
            expires_day=row["expires_day"],
            row_id=row["event_row"],
            project_id=row["project_id"],
        )
        for row in rows
    ]


async def count_events_of_trace(
    tx: Transaction,
    trace_id: bytes,
    project_ids: Iterable[int],
    *,
    now: int,
    start: int | None = None,
    end: int | None = None,
) -> int:
    """How many errors and messages of a trace happened from a time on and before another."""
    count: int = await tx.value(
        "transactions.count_events_of_trace",
        trace_id=trace_id,
        project_ids=integers(project_ids),
        expires_days=integers(expiry_days(now)),
        start=0 if start is None else start,
        end=END if end is None else end,
    )
    return count


async def delete_trace_events(tx: Transaction, project_id: int, event_rows: Iterable[int]) -> None:
    """Forgets to which traces deleted events belonged."""
    ids = integers(event_rows)
    await tx.run("transactions.delete_trace_events", project_id=project_id, ids=ids)


async def free_event_ids(tx: Transaction, taken: Iterable[tuple[int, bytes, int]]) -> None:
    """Gives back ids of transactions that are not kept: project, id, and when it was received."""
    await tx.many(
        "transactions.delete_event_ids",
        [
            {"first_slice": day_of(received), "project_id": project_id, "event_id": event_id}
            for project_id, event_id, received in sorted(taken)
        ],
    )


async def delete_expired_payloads(tx: Transaction, at: int, *, limit: int) -> int:
    """Deletes payloads whose day has come; how many."""
    rows = await tx.all("transactions.list_expired", today=day_of(at), limit=limit)
    await _delete(tx, rows)
    return len(rows)


async def delete_expired_trace_events(tx: Transaction, at: int, *, limit: int) -> int:
    """Forgets the traces of events whose day has come; how many rows."""
    return await tx.run("transactions.delete_expired_trace_events", today=day_of(at), limit=limit)


async def delete_of_project(tx: Transaction, project_id: int, *, limit: int) -> int:
    """Deletes a chunk of a project's payloads; how many."""
    rows = await tx.all("transactions.list_of_project", project_id=project_id, limit=limit)
    await _delete(tx, rows)
    return len(rows)


async def _delete(tx: Transaction, rows: Sequence[Row]) -> None:
    for day, ids in ids_by_day(rows):
        await tx.run("transactions.delete_payloads", expires_day=day, ids=ids)
    await free_event_ids(
        tx,
        [(row["project_id"], bytes(row["event_id"]), received_of(row["id"])) for row in rows],
    )


def _transaction(row: Row) -> StoredTransaction:
    return StoredTransaction(
        id=row["id"],
        project_id=row["project_id"],
        event_id=bytes(row["event_id"]).hex(),
        trace_id=bytes(row["trace_id"]),
        span_id=bytes(row["span_id"]),
        timestamp=row["timestamp"],
        codec=row["codec"],
        body=bytes(row["body"]),
    )
