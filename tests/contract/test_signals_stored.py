"""What becomes of spans, logs and transactions in a batch: kept once, counted, found again."""

import functools
from typing import Any

from tests import queries
from tests.batches import write_records
from tests.receipts import envelope, json_item, receipt
from tests.signals import delivery, signal
from tests.stored_issues import Tenant, event, make_tenant, store
from tests.unit.items.entries import NOW, TRACE, legacy_span, log, transaction, typed
from urgentry import clock
from urgentry.domain.record import Record
from urgentry.ingest.attributes import MOST_NOTED, KnownAttributes
from urgentry.ingest.items import log as logs
from urgentry.ingest.items import span as spans
from urgentry.ingest.items import transaction as transactions
from urgentry.ingest.names import KnownNames
from urgentry.ingest.signals.logs import CONTENT_TYPE
from urgentry.jobs.deletion import remove_leftovers
from urgentry.jobs.housekeeping import forget_telemetry
from urgentry.jobs.project_deletion import clear_deleted_projects
from urgentry.storage import issues, projects
from urgentry.storage import transactions as stored
from urgentry.storage.database import Database, Transaction
from urgentry.storage.telemetry import attributes_of
from urgentry.telemetry.signal import Kind
from urgentry.triage.deletion import delete
from urgentry.triage.journal import Actor

ID = "fc6d8c0c43fc4630ad850ee518f1b9d0"


write = functools.partial(write_records, at=NOW)


def read_transaction(*children: Any, event_id: str = ID, **given: Any) -> Record:
    item = json_item("transaction", transaction(*children, **given))
    about = receipt(received=NOW, event_id=bytes.fromhex(event_id))
    (record,) = transactions.read(item, about, envelope(item)).records
    return record


def read_span(**given: Any) -> Record:
    item = json_item("span", legacy_span(**given))
    (record,) = spans.read(item, receipt(received=NOW), envelope(item)).records
    return record


def read_logs(*entries: Any) -> Record:
    headers = {"content_type": CONTENT_TYPE, "item_count": len(entries)}
    item = json_item("log", {"items": list(entries)}, **headers)
    (record,) = logs.read(item, receipt(received=NOW), envelope(item)).records
    return record


async def outcomes(database: Database) -> dict[tuple[int, int, str], int]:
    """Quantities by category, outcome and reason."""
    found = await queries.rows(database, "SELECT * FROM outcome_hour WHERE quantity <> 0")
    return {(row["category"], row["outcome"], row["reason"]): row["quantity"] for row in found}


async def test_a_transaction_counts_once_by_its_id(database: Database) -> None:
    first = read_transaction(legacy_span())
    again = read_transaction(legacy_span(span_id="b" * 16), transaction="/other")
    assert (await write(database, [first])).fates == [""]
    assert (await write(database, [first, again])).fates == ["duplicate", "duplicate"]
    assert await outcomes(database) == {
        (2, 0, ""): 1,
        (9, 0, ""): 1,
        (12, 0, ""): 2,
        (16, 0, ""): 2,
        (2, 3, "duplicate"): 2,
        (9, 3, "duplicate"): 2,
        (12, 3, "duplicate"): 4,
        (16, 3, "duplicate"): 4,
    }
    assert await queries.value(database, "SELECT count(*) FROM transaction_payload") == 1
    assert await queries.value(database, "SELECT sum(signals) FROM telemetry_block") == 2


async def test_and_by_its_segment(database: Database) -> None:
    other_id = "a" * 32
    written = await write(database, [read_transaction(), read_transaction(event_id=other_id)])
    assert written.fates == ["", "duplicate"]
    assert await queries.value(database, "SELECT count(*) FROM transaction_payload") == 1


async def test_spans_that_came_before_do_not_count_again(database: Database) -> None:
    span = read_span()
    assert (await write(database, [span])).fates == [""]
    assert (await write(database, [span])).fates == ["duplicate"]
    both = read_transaction(legacy_span(), legacy_span(span_id="b" * 16))
    assert (await write(database, [both])).fates == [""]
    assert await outcomes(database) == {
        (2, 0, ""): 1,
        (9, 0, ""): 1,
        (12, 0, ""): 3,
        (16, 0, ""): 3,
        (12, 3, "duplicate"): 2,
        (16, 3, "duplicate"): 2,
    }
    assert await queries.value(database, "SELECT sum(signals) FROM telemetry_block") == 3


async def test_records_of_all_kinds_share_a_batch(database: Database) -> None:
    tenant = await make_tenant(database)
    records: list[Record] = [
        read_logs(log(), log(body="bye")),
        event(tenant),
        read_transaction(),
        read_span(),
    ]
    assert (await write(database, records)).fates == [""] * 4
    kinds = await queries.rows(
        database, "SELECT kind, SUM(signals) AS signals FROM telemetry_block GROUP BY kind"
    )
    assert {row["kind"]: row["signals"] for row in kinds} == {1: 2, 2: 2}


async def test_a_transaction_is_found_by_its_id(database: Database) -> None:
    await write(database, [read_transaction(extra={"a": 1})])
    async with database.read() as tx:
        found = await stored.get_transaction(tx, [1], ID, now=NOW)
        assert found is not None
        assert (found.event_id, found.project_id, found.received) == (ID, 1, NOW)
        assert found.trace_id.hex() == TRACE
        assert found.timestamp == NOW - clock.SECOND
        assert found.payload()["extra"] == {"a": 1}
        assert await stored.get_transaction(tx, [2], ID, now=NOW) is None
        assert await stored.get_transaction(tx, [1], "b" * 32, now=NOW) is None
        later = NOW + 31 * clock.DAY
        assert await stored.get_transaction(tx, [1], ID, now=later) is None


async def traced(database: Database, tenant: Tenant) -> list[int]:
    """Events of the trace, by row."""
    async with database.read() as tx:
        found = await stored.list_events_of_trace(
            tx, bytes.fromhex(TRACE), [tenant.project_id], now=NOW, limit=10
        )
    assert {each.project_id for each in found} <= {tenant.project_id}
    return [each.row_id for each in found]


async def test_errors_are_found_by_their_trace(database: Database) -> None:
    tenant = await make_tenant(database)
    made_up = "d" * 32
    await store(
        database,
        event(tenant, tags={"trace": TRACE}, key="one"),
        event(tenant, tags={"trace": TRACE}, key="two"),
        event(tenant, tags={"trace": made_up}, event_id=made_up),
        event(tenant, tags={"trace": "no id"}),
        event(tenant),
    )
    rows = await queries.rows(database, "SELECT id FROM event ORDER BY id LIMIT 2")
    assert await traced(database, tenant) == [row["id"] for row in rows]
    assert await queries.value(database, "SELECT count(*) FROM trace_event") == 2


async def test_and_no_more_when_their_issue_is_deleted(database: Database) -> None:
    tenant = await make_tenant(database)
    await store(
        database,
        event(tenant, tags={"trace": TRACE}, key="one"),
        event(tenant, tags={"trace": TRACE}, key="two"),
    )
    async with database.read() as tx:
        [issue] = await issues.list_issues(tx, [1])
    by = Actor(organization_id=tenant.organization_id, account_id=None)
    await database.write(lambda tx: delete(tx, [issue], by=by, at=NOW))
    await remove_leftovers(database, pause=0)
    assert len(await traced(database, tenant)) == 1


async def test_payloads_go_with_their_time_and_their_project(database: Database) -> None:
    tenant = await make_tenant(database)
    assert tenant.project_id == 1
    await store(database, event(tenant, tags={"trace": TRACE}))
    await write(database, [read_transaction(), read_transaction(event_id="b" * 32)])
    await forget_telemetry(database, NOW + 30 * clock.DAY)
    assert await queries.value(database, "SELECT count(*) FROM transaction_payload") == 1
    await database.write(
        functools.partial(projects.delete_project, project_id=tenant.project_id, at=NOW)
    )
    await clear_deleted_projects(database)
    await remove_leftovers(database, pause=0)
    for table in ("transaction_payload", "trace_event", "event_id", "telemetry_block", "trace"):
        assert await queries.value(database, f"SELECT count(*) FROM {table}") == 0, table


async def test_payloads_expire(database: Database) -> None:
    await write(database, [read_transaction()])
    await forget_telemetry(database, NOW + 45 * clock.DAY)
    assert await queries.value(database, "SELECT count(*) FROM transaction_payload") == 0


async def test_attributes_are_noted_once_a_day(database: Database) -> None:
    names = KnownNames()
    record = read_logs(log(attributes={"order": typed("7")}))
    await write(database, [record], known=names)
    await write(database, [record], known=names)
    noted = await queries.rows(
        database, "SELECT name, type FROM telemetry_attribute WHERE name NOT LIKE 'sentry.%'"
    )
    assert [(row["name"], row["type"]) for row in noted] == [("order", "s")]
    assert await count_unnoted(database, names.attributes, NOW) == 0
    assert await count_unnoted(database, names.attributes, NOW + clock.DAY) == 1
    assert await count_unnoted(database, KnownAttributes(), NOW) == 0


async def count_unnoted(database: Database, known: KnownAttributes, at: int) -> int:
    """How many of a log's attributes are to be noted at a time."""
    made = delivery([signal(attributes={"order": "8"})], kind=Kind.LOG)

    async def body(tx: Transaction) -> int:
        return len(await known.unnoted(tx, attributes_of([made], day=at // clock.DAY)))

    return await database.write(body)


async def test_a_flood_of_attributes_is_noted_up_to_a_bound(database: Database) -> None:
    names = KnownNames()
    for first in range(0, 2_000, 100):
        attributes = {f"key {number}": typed(1) for number in range(first, first + 100)}
        await write(database, [read_logs(log(attributes=attributes))], known=names)
    noted = await queries.value(database, "SELECT count(*) FROM telemetry_attribute")
    assert noted == MOST_NOTED
    known = await queries.value(
        database, "SELECT count(*) FROM telemetry_attribute WHERE name = 'sentry.body'"
    )
    assert known == 1
