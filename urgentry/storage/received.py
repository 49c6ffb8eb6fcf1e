"""Of which kinds there is data of projects."""

from collections.abc import Iterable

import msgspec

from urgentry.storage.database import Transaction
from urgentry.storage.json_lists import integers
from urgentry.telemetry import names
from urgentry.telemetry.signal import Kind


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """Whether there is any."""

    transactions: bool = False
    logs: bool = False
    metrics: bool = False
    profiles: bool = False
    replays: bool = False
    monitors: bool = False
    feedback: bool = False
    reports: bool = False
    """Feedback about an event."""


async def list_received(tx: Transaction, project_ids: Iterable[int]) -> dict[int, Received]:
    """What there is of projects, by id."""
    rows = await tx.all(
        "received.list_received",
        project_ids=integers(project_ids),
        span=Kind.SPAN,
        log=Kind.LOG,
        metric=Kind.METRIC,
        of_transactions=names.EVENT_ID,
    )
    kinds = Received.__struct_fields__
    return {row["id"]: Received(**{kind: bool(row[kind]) for kind in kinds}) for row in rows}
