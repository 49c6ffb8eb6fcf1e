"""What a PostgreSQL server says of itself, and how a pooler before it lends connections out.

Only `doctor` asks.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from urgentry import clock
from urgentry.errors import StorageError
from urgentry.storage.database import Database, Transaction

Pooling = Literal["none", "transaction", "session", "statement"]

_LOOKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """`clock_ahead` is by how many microseconds the server's clock is ahead of ours, to within
    half of `answer_time`."""

    version: str
    clock_ahead: int
    answer_time: int
    connections: int
    is_durable: bool
    is_standby: bool
    may_create: bool


@runtime_checkable
class _Pooled(Protocol):
    behind_pooler: bool | None


async def server_facts(database: Database) -> ServerFacts | None:
    """None for a database without a server."""
    if database.dialect != "postgres":
        return None
    async with database.read() as tx:
        await tx.all("checkup.server_facts")  # the first time it is prepared
        asked = clock.now()
        (row,) = await tx.all("checkup.server_facts")
        answered = clock.now()
    return ServerFacts(
        version=row["version"],
        clock_ahead=row["clock"] - (asked + answered) // 2,
        answer_time=answered - asked,
        connections=row["connections"],
        is_durable=row["is_durable"],
        is_standby=row["is_standby"],
        may_create=row["may_create"],
    )


async def find_pooling(database: Database) -> Pooling:
    """How connections are lent out: between whole sessions, transactions or single statements. Two
    of ours that get the same process of the server, while both are open, tell."""
    async with database.read() as first:
        mine = await _backend(first)
        if not isinstance(database, _Pooled) or not database.behind_pooler:
            return "none"
        for _ in range(_LOOKS):
            try:
                async with database.snapshot() as second:
                    others = await _backend(second)
                    if others == mine or await _backend(first) != mine:
                        return "transaction"
            except StorageError:
                return "statement"
    return "session"


async def _backend(tx: Transaction) -> int:
    process: int = await tx.value("checkup.backend")
    return process
