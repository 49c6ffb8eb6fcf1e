"""Looks into a database with plain SQL, for tests that assert what stands there."""

from typing import Any

from urgentry.storage.database import Database, Row
from urgentry.storage.queries import script


async def rows(database: Database, text: str) -> list[Row]:
    """Every row of a SELECT."""
    async with database.read() as tx:
        return [dict(row) for row in await tx.all(script("test", text))]


async def value(database: Database, text: str) -> Any:
    """The one value of a SELECT."""
    async with database.read() as tx:
        return await tx.value(script("test", text))
