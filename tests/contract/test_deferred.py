"""Statements that nobody waits for: `Transaction.defer` on every backend."""

import pytest

from tests.contract import scratch
from urgentry.errors import DataRejected, StorageError, UniqueViolation
from urgentry.storage.database import Database, Row, Transaction


def row(number: int, label: str | None = None) -> dict[str, object]:
    return {"id": number, "label": label or f"label {number}", "n": number}


async def ids(database: Database) -> list[int]:
    async with database.read() as tx:
        return [found["id"] for found in await tx.all("scratch.list")]


async def test_they_run_in_order_when_the_body_has_returned(scratch_database: Database) -> None:
    async def body(tx: Transaction) -> list[Row]:
        tx.defer("scratch.count_up", [{"id": 1, "label": "a"}], step=5)
        tx.defer("scratch.count_up", [{"id": 2, "label": "a"}, {"id": 3, "label": "b"}], step=5)
        return await tx.all("scratch.list")

    assert await scratch_database.write(body) == []
    async with scratch_database.read() as tx:
        assert [found["n"] for found in await tx.all("scratch.list")] == [6, 1]


async def test_alone_they_run_with_the_commit(scratch_database: Database) -> None:
    async def body(tx: Transaction) -> None:
        tx.defer("scratch.add_many", scratch.add_rows(12_000))

    await scratch_database.write(body)
    assert len(await ids(scratch_database)) == 12_000


async def test_no_rows_are_no_statement(scratch_database: Database) -> None:
    async def body(tx: Transaction) -> None:
        tx.defer("scratch.add_many", [])

    await scratch_database.write(body)
    assert await ids(scratch_database) == []


async def test_a_body_that_fails_leaves_none_of_them(scratch_database: Database) -> None:
    async def body(tx: Transaction) -> None:
        await tx.run("scratch.add", **row(1), body=None)
        tx.defer("scratch.add_many", [row(2)])
        raise LookupError

    with pytest.raises(LookupError):
        await scratch_database.write(body)
    assert await ids(scratch_database) == []


@pytest.mark.parametrize(
    ("bad", "error"),
    [(row(1), UniqueViolation), ({**row(2), "n": 2**70}, DataRejected)],
    ids=["unique", "overflow"],
)
async def test_an_error_is_told_by_the_commit(
    scratch_database: Database, bad: dict[str, object], error: type[StorageError]
) -> None:
    async def body(tx: Transaction) -> None:
        tx.defer("scratch.add_many", [row(1)])
        tx.defer("scratch.add_many", [bad])

    with pytest.raises(error, match=r"scratch\.add_many"):
        await scratch_database.write(body)
    assert await ids(scratch_database) == []


async def test_names_are_compared_at_once(scratch_database: Database) -> None:
    async def body(tx: Transaction) -> None:
        with pytest.raises(TypeError, match="missing parameters: n"):
            tx.defer("scratch.add_many", [{"id": 1, "label": "a"}])

    await scratch_database.write(body)
