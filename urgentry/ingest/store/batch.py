"""One write transaction for a batch of records of every kind. Called by `pipeline`."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from urgentry.domain.attachment import AttachmentRecord
from urgentry.domain.client_report import ClientReport
from urgentry.domain.event import PreparedEvent, hour_of
from urgentry.domain.feedback import FeedbackRecord
from urgentry.domain.monitor import CheckInRecord
from urgentry.domain.profile import ProfileRecord
from urgentry.domain.quotas import Window
from urgentry.domain.record import Record
from urgentry.domain.replay import ReplaySegmentRecord
from urgentry.domain.session import SessionReport
from urgentry.ingest.names import KnownNames
from urgentry.ingest.store.attachments import write_attachments
from urgentry.ingest.store.check_ins import write_check_ins
from urgentry.ingest.store.client_reports import write_client_reports
from urgentry.ingest.store.context import BatchContext
from urgentry.ingest.store.events import write_events
from urgentry.ingest.store.feedback import write_feedback
from urgentry.ingest.store.made import bodies_of_made, resolve_over
from urgentry.ingest.store.profiles import write_profiles
from urgentry.ingest.store.replays import write_replays
from urgentry.ingest.store.sessions import write_sessions
from urgentry.ingest.store.signals import write_signals
from urgentry.ingest.store.transactions import write_transactions
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.storage import feed, recording, rollups, usage
from urgentry.storage.database import Transaction
from urgentry.telemetry.arrival import PreparedTransaction, SignalBatch

Writer = Callable[
    [Transaction, Sequence[Any], Sequence[bytes], BatchContext], Awaitable[Mapping[int, str]]
]
"""Writes all records of one kind; gets their compressed bodies in the same order. Answers, by
index, why a record was not kept: a `Reason`, as for an id that was taken before."""

WRITERS: Mapping[type[Record], Writer] = {
    CheckInRecord: write_check_ins,
    PreparedEvent: write_events,
    AttachmentRecord: write_attachments,
    FeedbackRecord: write_feedback,
    ClientReport: write_client_reports,
    SessionReport: write_sessions,
    SignalBatch: write_signals,
    PreparedTransaction: write_transactions,
    ProfileRecord: write_profiles,
    ReplaySegmentRecord: write_replays,
}
"""In the order in which they run, which is the same in every transaction: no deadlocks. What the
server makes events of comes before them."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Records to be written together, and their bodies, compressed, in the same order. Several ids
    when it was put together from batches whose commits failed."""

    ids: Sequence[bytes]
    at: int
    records: Sequence[Record]
    bodies: Sequence[bytes]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch became."""

    fates: Sequence[str]
    """For each record the reason why it was not kept; empty for one that was."""
    context: BatchContext

    @property
    def accepted(self) -> list[bool]:
        """For each record whether it was kept."""
        return [not fate for fate in self.fates]


async def write_batch(tx: Transaction, batch: Batch, known: KnownNames) -> Written:
    """Writes a batch. The body may run more than once, so it keeps nothing outside itself."""
    context = BatchContext(at=batch.at, known=known)
    recording.enter_batches(tx, batch.ids, at=batch.at)
    fates = [""] * len(batch.records)
    for kind, write in WRITERS.items():
        places = [index for index, each in enumerate(batch.records) if type(each) is kind]
        records = [batch.records[index] for index in places]
        bodies = [batch.bodies[index] for index in places]
        if kind is PreparedEvent and context.made:
            records += context.made
            bodies += bodies_of_made(context)
        for place, reason in (await write(tx, records, bodies, context) if records else {}).items():
            if place < len(places):
                fates[places[place]] = reason
    await resolve_over(tx, context)
    _count_outcomes(tx, batch, fates, context)
    _count_usage(tx, batch, fates)
    feed.append(tx, context.feed)
    return Written(fates=fates, context=context)


def _count_outcomes(
    tx: Transaction, batch: Batch, fates: Sequence[str], context: BatchContext
) -> None:
    quantities = context.outcomes
    for record, fate in zip(batch.records, fates, strict=True):
        outcome = Outcome.INVALID if fate else Outcome.ACCEPTED
        hour = hour_of(record.received)
        for category, quantity in record.counted:
            key = rollups.OutcomeKey(
                project_id=record.project_id,
                key_id=record.key_id,
                hour=hour,
                category=DataCategory(category),
                outcome=outcome,
                reason=fate,
            )
            quantities[key] += quantity
    rollups.add_outcomes(tx, quantities)


def _count_usage(tx: Transaction, batch: Batch, fates: Sequence[str]) -> None:
    taken = Counter[tuple[Window, str]]()
    for record, fate in zip(batch.records, fates, strict=True):
        for use in record.uses if not fate else ():
            taken[use.window, use.server] += use.quantity
    usage.add_usage(tx, taken)
