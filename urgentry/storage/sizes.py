"""How many bytes the database takes."""

from urgentry.storage.database import Transaction


async def database_bytes(tx: Transaction) -> int:
    """Those that hold something: SQLite's free pages are used again before its file grows."""
    found: int = await tx.value("sizes.database_bytes")
    return found
