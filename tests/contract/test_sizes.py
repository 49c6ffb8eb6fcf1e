"""How many bytes the database says that it takes."""

from tests.queries import value
from urgentry.storage import sizes
from urgentry.storage.database import Database, Transaction
from urgentry.storage.queries import script


async def test_a_database_grows_by_what_it_holds_and_what_is_free_does_not_count(
    database: Database,
) -> None:
    empty = await taken(database)
    assert empty > 100_000
    await write(database, "CREATE TABLE ballast (content TEXT)")
    await write(
        database,
        "INSERT INTO ballast SELECT 'x' || a.content || b.content FROM "
        "(SELECT '0123456789012345678901234567890' AS content FROM hundred) AS a, "
        "(SELECT '0123456789012345678901234567890' AS content FROM hundred) AS b",
    )
    full = await taken(database)
    assert full > empty + 500_000
    await write(database, "DROP TABLE ballast")
    assert await taken(database) < empty + 200_000
    assert await value(database, "SELECT 1") == 1


async def taken(database: Database) -> int:
    async with database.read() as tx:
        return await sizes.database_bytes(tx)


async def write(database: Database, text: str) -> None:
    hundred = " UNION ALL ".join("SELECT 1" for _ in range(100))
    query = script("ballast", text.replace("hundred", f"({hundred}) AS hundred"))

    async def body(tx: Transaction) -> None:
        await tx.run(query)

    await database.write(body)
