"""Trying a change out: it is made in full, looked at, and taken back."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from urgentry.storage.database import Database, Transaction

T = TypeVar("T")


class _TakenBack(Exception):
    pass


async def undone(database: Database, body: Callable[[Transaction], Awaitable[T]]) -> T:
    """What `body` answers from a write transaction that is then rolled back.

    It waits for the writer and holds it as the real change would; what it deferred never runs.
    """
    answers: list[T] = []

    async def tried(tx: Transaction) -> None:
        answers.append(await body(tx))
        raise _TakenBack

    with suppress(_TakenBack):
        await database.write(tried)
    return answers[-1]
