"""What `storage/database.py` promises, on every backend."""

import asyncio

import pytest

from tests.contract import scratch
from tests.contract.conftest import Backend
from urgentry.errors import DatabaseUnavailable, DataRejected, StorageError, UniqueViolation
from urgentry.storage.database import Database, Transaction
from urgentry.storage.open import open_database
from urgentry.storage.queries import all_of, any_of, negated


@pytest.fixture
def database(scratch_database: Database) -> Database:
    return scratch_database


async def add(tx: Transaction, row: int, label: str | None = None) -> int:
    return await tx.run("scratch.add", id=row, label=label or f"label {row}", n=row, body=None)


async def count(database: Database) -> int:
    async with database.read() as tx:
        answer: int = await tx.value("scratch.count")
        return answer


async def test_a_row_comes_back_as_it_went_in(database: Database) -> None:
    row = {"id": 2**62, "label": "Größe 🦊 'quoted' :no", "n": None, "body": b"\x00\xff\x00"}
    await database.write(lambda tx: tx.run("scratch.add", **row))
    async with database.read() as tx:
        assert await tx.one("scratch.get", id=2**62) == row
        assert await tx.all("scratch.list") == [row]
        assert await tx.value("scratch.get", id=2**62) == 2**62


async def test_absence_is_none_and_empty(database: Database) -> None:
    async with database.read() as tx:
        assert await tx.one("scratch.get", id=1) is None
        assert await tx.value("scratch.get", id=1) is None
        assert await tx.all("scratch.list") == []


async def test_run_counts_changed_rows(database: Database) -> None:
    async def body(tx: Transaction) -> list[int]:
        added = await add(tx, 1)
        await add(tx, 2)
        changed = await tx.run("scratch.add_to", id=9, k=1)
        return [added, changed, await tx.run("scratch.remove_below", id=9)]

    assert await database.write(body) == [1, 0, 2]


async def test_write_commits_all_and_answers_the_body(database: Database) -> None:
    async def body(tx: Transaction) -> str:
        await add(tx, 1)
        await add(tx, 2)
        return "done"

    assert await database.write(body) == "done"
    assert await count(database) == 2


async def test_a_failing_body_leaves_nothing(database: Database) -> None:
    async def body(tx: Transaction) -> None:
        await add(tx, 1)
        raise LookupError("the body's own")

    with pytest.raises(LookupError, match="the body's own"):
        await database.write(body)
    assert await count(database) == 0
    await database.write(lambda tx: add(tx, 1))
    assert await count(database) == 1


async def test_an_empty_body_is_fine(database: Database) -> None:
    async def body(_: Transaction) -> int:
        return 7

    assert await database.write(body) == 7


async def test_a_transaction_sees_its_own_writes_and_others_do_not(database: Database) -> None:
    async def body(tx: Transaction) -> tuple[int, int]:
        await add(tx, 1)
        return await tx.value("scratch.count"), await count(database)

    assert await database.write(body) == (1, 0)


async def test_parallel_writes_lose_nothing(database: Database) -> None:
    await database.write(lambda tx: add(tx, 1))
    writes = [database.write(lambda tx: tx.run("scratch.add_to", id=1, k=1)) for _ in range(40)]
    await asyncio.gather(*writes)
    async with database.read() as tx:
        row = await tx.one("scratch.get", id=1)
    assert row is not None
    assert row["n"] == 41


async def test_parallel_reads_answer_their_own_question(database: Database) -> None:
    await database.write(lambda tx: tx.many("scratch.add_many", scratch.add_rows(300)))

    async def ask(row: int) -> int:
        async with database.read() as tx:
            found = await tx.one("scratch.get", id=row)
            again = await tx.all("scratch.list_of", ids=f"[{row}]")
        assert found is not None
        assert [r["id"] for r in again] == [row]
        answer: int = found["n"]
        return answer

    wanted = list(range(1, 301))
    assert await asyncio.gather(*map(ask, wanted)) == wanted


async def test_a_missing_or_unknown_parameter_is_a_type_error(database: Database) -> None:
    async with database.read() as tx:
        with pytest.raises(TypeError, match="missing parameters: id; unknown: di"):
            await tx.one("scratch.get", di=1)
        with pytest.raises(TypeError, match="missing parameters: none; unknown: extra"):
            await tx.all("scratch.get", id=1, extra=2)
        assert await tx.value("scratch.count") == 0


async def test_many_refuses_rows_with_other_names(database: Database) -> None:
    async def body(tx: Transaction) -> None:
        with pytest.raises(TypeError, match="missing parameters: n"):
            await tx.many("scratch.add_many", [{"id": 1, "label": "a"}])
        with pytest.raises(TypeError, match="unknown: body"):
            await tx.many("scratch.add_many", [{"id": 1, "label": "a", "n": 1, "body": b""}])
        with pytest.raises(TypeError, match="missing parameters: step"):
            await tx.many("scratch.count_up", [{"id": 1, "label": "a"}])

    await database.write(body)
    assert await count(database) == 0


async def test_many_returns_what_returning_gives(database: Database) -> None:
    rows = await database.write(lambda tx: tx.many("scratch.add_many", scratch.add_rows(3)))
    assert sorted(rows, key=lambda row: int(row["id"])) == [
        {"id": i, "label": f"label {i}"} for i in (1, 2, 3)
    ]


async def test_many_goes_beyond_the_limit_of_parameters(database: Database) -> None:
    rows = scratch.add_rows(14_000)  # 42,000 parameters
    returned = await database.write(lambda tx: tx.many("scratch.add_many", rows))
    assert len(returned) == await count(database) == 14_000


async def test_many_takes_parameters_outside_of_the_tuple(database: Database) -> None:
    rows = [{"id": 1, "label": "a"}, {"id": 2, "label": "b"}]
    await database.write(lambda tx: tx.many("scratch.count_up", rows, step=5))
    again = [{"id": 3, "label": "b"}, {"id": 4, "label": "c"}]
    answer = await database.write(lambda tx: tx.many("scratch.count_up", again, step=5))
    assert sorted((row["id"], row["n"]) for row in answer) == [(2, 6), (4, 1)]


async def test_many_without_rows_sends_nothing(database: Database) -> None:
    assert await database.write(lambda tx: tx.many("scratch.add_many", [])) == []


async def test_many_without_returning_answers_no_rows(database: Database) -> None:
    row = {"id": 1, "label": "a", "n": 1, "body": b"x"}
    assert await database.write(lambda tx: tx.many("scratch.add", [row])) == []
    assert await count(database) == 1


async def test_lists_are_one_json_parameter(database: Database) -> None:
    await database.write(lambda tx: tx.many("scratch.add_many", scratch.add_rows(9)))
    async with database.read() as tx:
        rows = await tx.all("scratch.list_of", ids="[2, 5, 77]")
        assert await tx.all("scratch.list_of", ids="[]") == []
    assert [row["id"] for row in rows] == [2, 5]


async def test_like_escapes_alike(database: Database) -> None:
    async def body(tx: Transaction) -> None:
        for row, label in enumerate(["50% off", "500 off", "50_ off"]):
            await add(tx, row, label)

    await database.write(body)
    async with database.read() as tx:
        rows = await tx.all("scratch.labels_like", pattern="50\\%%")
    assert [row["label"] for row in rows] == ["50% off"]


async def test_composed_queries_run(database: Database) -> None:
    await database.write(lambda tx: tx.many("scratch.add_many", scratch.add_rows(6)))
    library = scratch.QUERIES
    above = library.fragment("scratch.above")
    either = any_of(
        library.fragment("scratch.labelled", prefix="p1"),
        library.fragment("scratch.labelled", prefix="p2"),
    )
    query = library.compose("scratch.filtered", where=all_of(above, negated(either)))
    async with database.read() as tx:
        rows = await tx.all(query, low=2, p1_label="label 3", p2_label="label 5")
        with pytest.raises(TypeError, match="compose it first"):
            await tx.all("scratch.filtered")
        with pytest.raises(TypeError, match="compose it first"):
            await tx.all("scratch.above", low=1)
    assert [row["id"] for row in rows] == [4, 6]


async def test_unknown_names_and_broken_texts_are_storage_errors(database: Database) -> None:
    async with database.read() as tx:
        with pytest.raises(StorageError, match="no query named"):
            await tx.all("scratch.unheard_of")
    async with database.read() as tx:
        with pytest.raises(StorageError, match=r"scratch\.broken") as raised:
            await tx.all("scratch.broken")
    assert type(raised.value) is StorageError


async def test_a_second_row_with_a_unique_label_is_told(database: Database) -> None:
    await database.write(lambda tx: add(tx, 1, "taken"))
    with pytest.raises(UniqueViolation):
        await database.write(lambda tx: add(tx, 2, "taken"))
    with pytest.raises(UniqueViolation):
        await database.write(lambda tx: add(tx, 1, "free"))


@pytest.mark.parametrize(
    "values",
    [
        {"label": "lone \ud800 surrogate"},
        {"n": 2**63},
        {"n": -(2**70)},
        {"label": None},
    ],
    ids=["surrogate", "overflow", "underflow", "null"],
)
async def test_values_that_cannot_be_stored_are_data(
    database: Database, values: dict[str, object]
) -> None:
    row: dict[str, object] = {"id": 1, "label": "a", "n": 1, "body": None, **values}
    with pytest.raises(DataRejected):
        await database.write(lambda tx: tx.run("scratch.add", **row))
    with pytest.raises(DataRejected):
        await database.write(lambda tx: tx.many("scratch.add", [row]))
    assert await count(database) == 0


async def test_nothing_runs_after_a_failed_statement(database: Database) -> None:
    async def swallowing(tx: Transaction) -> None:
        await add(tx, 1)
        with pytest.raises(UniqueViolation):
            await add(tx, 1)
        with pytest.raises(StorageError, match="a statement before it failed"):
            await add(tx, 2)

    with pytest.raises(UniqueViolation):
        await database.write(swallowing)
    assert await count(database) == 0


async def test_an_ended_transaction_refuses(database: Database) -> None:
    kept: list[Transaction] = []

    async def body(tx: Transaction) -> None:
        kept.append(tx)
        await add(tx, 1)

    await database.write(body)
    async with database.read() as tx:
        kept.append(tx)
    for ended in kept:
        with pytest.raises(StorageError, match="has ended"):
            await ended.value("scratch.count")


async def test_reads_do_not_wait_for_a_writer(database: Database) -> None:
    async def body(tx: Transaction) -> int:
        await add(tx, 1)
        async with asyncio.timeout(2):
            return sum(await asyncio.gather(*(count(database) for _ in range(8))))

    assert await database.write(body) == 0


async def test_a_snapshot_sees_one_moment(database: Database) -> None:
    await database.write(lambda tx: tx.many("scratch.add_many", scratch.add_rows(2)))
    async with database.snapshot() as tx:
        assert await tx.value("scratch.count") == 2
        await database.write(lambda other: other.run("scratch.remove_below", id=2))
        await database.write(lambda other: other.many("scratch.add_many", scratch.add_rows(3, 10)))
        assert await tx.value("scratch.count") == 2
        with pytest.raises(StorageError):
            await tx.run("scratch.remove_below", id=100)
    async with database.snapshot() as tx:
        assert await tx.value("scratch.count") == 4


async def test_more_readers_than_connections_take_turns(database: Database) -> None:
    assert await asyncio.gather(*(count(database) for _ in range(60))) == [0] * 60


async def test_cancelled_in_the_body_it_rolls_back(database: Database) -> None:
    reached = asyncio.Event()

    async def body(tx: Transaction) -> None:
        await add(tx, 1)
        reached.set()
        await asyncio.sleep(60)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(database.write(body))
        await reached.wait()
        task.cancel()
    assert task.cancelled()
    assert await count(database) == 0
    await database.write(lambda tx: add(tx, 1))
    assert await count(database) == 1


async def test_cancelled_in_a_statement_it_rolls_back_soon(database: Database) -> None:
    async def body(tx: Transaction) -> None:
        await add(tx, 1)
        await tx.value("scratch.slow")

    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(database.write(body), 0.3)
        await database.write(lambda tx: add(tx, 1))  # would wait for the lock of the other
    assert await count(database) == 1


async def test_cancelled_reads_give_their_connections_back(database: Database) -> None:
    async def slow() -> None:
        async with database.read() as tx:
            await tx.value("scratch.slow")

    async with asyncio.timeout(10):
        for _ in range(3):
            readers = [asyncio.wait_for(slow(), 0.2) for _ in range(6)]
            outcomes = await asyncio.gather(*readers, return_exceptions=True)
            assert all(isinstance(outcome, TimeoutError) for outcome in outcomes)
        assert await count(database) == 0


async def test_storms_of_cancelled_writes_leave_whole_transactions(database: Database) -> None:
    async def body(tx: Transaction, row: int) -> None:
        await add(tx, 2 * row)
        await add(tx, 2 * row + 1)

    async def hurried(row: int) -> None:
        await asyncio.wait_for(database.write(lambda tx: body(tx, row)), 0.001 * (row % 12))

    await asyncio.gather(*map(hurried, range(60)), return_exceptions=True)
    async with database.read() as tx:
        ids = {row["id"] for row in await tx.all("scratch.list")}
    assert all((row ^ 1) in ids for row in ids)


async def test_ping_answers_and_close_refuses(database: Database) -> None:
    await database.ping()
    await database.close()
    await database.close()
    with pytest.raises(DatabaseUnavailable, match="closed"):
        await database.ping()
    with pytest.raises(DatabaseUnavailable, match="closed"):
        await database.write(lambda tx: add(tx, 1))


async def test_close_waits_for_what_is_under_way(
    database: Database, scratch_backend: Backend
) -> None:
    started = asyncio.Event()

    async def body(tx: Transaction) -> None:
        await add(tx, 1)
        started.set()
        await asyncio.sleep(0.1)
        await add(tx, 2)

    async with asyncio.TaskGroup() as group:
        group.create_task(database.write(body))
        await started.wait()
        await database.close()
    again = open_database(scratch_backend.dsn, queries=scratch.QUERIES)
    assert await count(again) == 2
    await again.close()
