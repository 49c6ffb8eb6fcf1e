"""A shop that sent a transaction, an error, logs and metrics, for tests of what the API says."""

from typing import Any

import pytest

from tests.batches import write_records
from tests.receipts import envelope, json_item, receipt
from tests.server.api.conftest import World
from tests.stored_issues import Tenant, event, store
from tests.unit.items.entries import PARENT, TRACE, legacy_span, log, metric, transaction, typed
from urgentry import clock
from urgentry.domain.record import Record
from urgentry.ingest.items import log as logs
from urgentry.ingest.items import trace_metric as metrics
from urgentry.ingest.items import transaction as transactions
from urgentry.ingest.signals.logs import CONTENT_TYPE as LOGS
from urgentry.ingest.signals.metrics import CONTENT_TYPE as METRICS
from urgentry.storage.database import Database

EVENT_ID = "fc6d8c0c43fc4630ad850ee518f1b9d0"


def now() -> float:
    return clock.now() / clock.SECOND


async def write(database: Database, *records: Record) -> None:
    written = await write_records(database, records)
    assert set(written.fates) == {""}


def transaction_record(
    *children: Any, event_id: str = EVENT_ID, segment: str = PARENT, **given: Any
) -> Record:
    end = given.pop("timestamp", now())
    trace = {"trace": {"trace_id": TRACE, "span_id": segment, "op": "http.server"}}
    payload = transaction(
        *children,
        **({"contexts": trace, "start_timestamp": end - 1, "timestamp": end} | given),
    )
    item = json_item("transaction", payload)
    about = receipt(event_id=bytes.fromhex(event_id))
    (record,) = transactions.read(item, about, envelope(item)).records
    return record


def child(number: int, ms: float, *, parent: str = PARENT, **given: Any) -> dict[str, Any]:
    start = now() - 0.9 + number / 1_000
    return legacy_span(
        span_id=f"{number:016x}",
        parent_span_id=parent,
        start_timestamp=start,
        timestamp=start + ms / 1_000,
        **given,
    )


def log_record(*entries: Any) -> Record:
    item = json_item("log", {"items": entries}, content_type=LOGS, item_count=len(entries))
    (record,) = logs.read(item, receipt(), envelope(item)).records
    return record


def metric_record(*entries: Any) -> Record:
    item = json_item(
        "trace_metric", {"items": entries}, content_type=METRICS, item_count=len(entries)
    )
    (record,) = metrics.read(item, receipt(), envelope(item)).records
    return record


@pytest.fixture
async def shop(world: World) -> World:
    """A transaction of five spans with an error in one of them, a few logs and metrics."""
    await write(
        world.database,
        transaction_record(
            child(1, 10, op="db", description="SELECT 1", data={"region": "eu", "rows": 3}),
            child(2, 20, op="db", description="SELECT 2", data={"region": "us"}),
            child(3, 30, op="http.client", description="GET https://x", status="internal_error"),
            child(4, 5, parent=f"{3:016x}", op="db", description="SELECT 1"),
            environment="prod",
            release="shop@1.0",
            measurements={"lcp": {"value": 1200, "unit": "millisecond"}},
            user={"id": "7"},
        ),
        log_record(
            *(
                log(
                    timestamp=now() - number,
                    body=f"order {number}",
                    level="error" if number == 3 else "info",
                    attributes={"number": typed(number)},
                )
                for number in range(5)
            )
        ),
        metric_record(
            *(metric(timestamp=now(), name="clicks", value=number) for number in range(4)),
            metric(timestamp=now(), name="size", type="gauge", value=100, unit="byte"),
        ),
    )
    tenant = Tenant(organization_id=1, account_id=1, team_id=1, project_id=1)
    await store(
        world.database,
        event(
            tenant,
            at=clock.now(),
            event_id="e" * 32,
            tags={"trace": TRACE},
            payload={"contexts": {"trace": {"trace_id": TRACE, "span_id": f"{3:016x}"}}},
        ),
        at=clock.now(),
    )
    return world
