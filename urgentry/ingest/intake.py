"""Takes envelopes, whichever endpoint they came by: reads their items, has them stored, and settles
each exactly once.

The item that makes the envelope's event is read first: when it is refused, what hangs on it goes
with it and for the same reason. All records of an envelope are committed together, unless the
database refuses the values of one; so a client that is told to come again hardly repeats what was
kept.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus

import msgspec
import structlog

from urgentry.domain.record import Record
from urgentry.domain.scope import Scope
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.items.replay import without_paired
from urgentry.ingest.keeping import Keeper
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.pipeline import Pipeline, Verdict
from urgentry.ingest.quota import Quotas
from urgentry.ingest.reading import Reader, Reading
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.items import (
    REQUIRES_EVENT,
    DataCategory,
    ItemType,
    Quantities,
    creates_event,
    known_type,
    main_category,
    quantities,
)
from urgentry.protocol.outcome import Outcome, Reason, Rejected, invalid

_READ_BESIDE = frozenset(
    {
        *(ItemType.LOG, ItemType.SPAN, ItemType.TRACE_METRIC),
        *(ItemType.PROFILE, ItemType.PROFILE_CHUNK),
    }
)
READ_HERE_BYTES = 256 << 10
"""What takes longer to read than other requests should wait for it is larger."""

log = structlog.get_logger(__name__)


class _Taking(msgspec.Struct, kw_only=True):
    """An item on its way, and what was read of it."""

    item: Item
    type: ItemType | None
    category: DataCategory
    reading: Reading | None = None

    @property
    def counted(self) -> Quantities:
        """What it counts as, by its header."""
        return quantities(self.type, self.item.headers, self.item.size)


class Intake:
    """The path of an envelope's items, from their bytes to their commit."""

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        ledger: Ledger,
        quotas: Quotas,
        keeper: Keeper,
        readers: Mapping[ItemType, Reader],
    ) -> None:
        self._pipeline = pipeline
        self._ledger = ledger
        self._quotas = quotas
        self._keeper = keeper
        self._readers = readers

    async def take(self, envelope: Envelope, receipt: Receipt) -> list[Rejected]:
        """Stores what can be stored, and returns after the commit: why items were refused.

        Every item is settled here. Raises nothing but bugs.
        """
        scope = receipt.scope
        takings = [_taking(item) for item in without_paired(envelope.items)]
        refusals: list[Rejected] = []
        fatal: Rejected | None = None
        has_event = False
        for taking in sorted(takings, key=_comes_later):
            self._ledger.receive(taking.category)
            try:
                if fatal is not None and _hangs_on_event(taking):
                    raise _with_its_event(fatal)
                taking.reading = await self._read(taking, receipt, envelope)
                if taking.item.stands_alone:
                    await asyncio.sleep(0)  # there may be hundreds; others come in between
            except Rejected as rejected:
                rejected.category = rejected.category or taking.category
                self._refuse(taking, scope, rejected)
                refusals.append(rejected)
                if not has_event and fatal is None and _makes_event(taking):
                    fatal = rejected
            else:
                has_event = has_event or _makes_event(taking)
        kept, unkept = await self._keep([each for each in takings if each.reading], scope)
        return refusals + unkept + await self._store(kept, scope)

    async def _keep(
        self, takings: Sequence[_Taking], scope: Scope
    ) -> tuple[list[_Taking], list[Rejected]]:
        """Writes the blobs of what was read; an item whose blob cannot be kept goes alone."""
        kept: list[_Taking] = []
        refusals: list[Rejected] = []
        for taking in takings:
            reading = taking.reading
            assert reading is not None  # noqa: S101 - only these are handed in
            try:
                for record, content in reading.contents:
                    await self._keeper.keep(record, content)
            except Rejected as rejected:
                self._give_back(reading.records, [rejected.reason] * len(reading.records))
                self._refuse(taking, scope, rejected)
                refusals.append(rejected)
            else:
                kept.append(taking)
        return kept, refusals

    async def _read(self, taking: _Taking, receipt: Receipt, envelope: Envelope) -> Reading:
        """What an item holds, admitted by the quotas. What none of could be taken is not looked
        into. A bug that its payload meets costs this item alone. What takes long is read beside the
        loop, which goes on."""
        if taking.type is None:
            raise invalid(Reason.UNKNOWN_ITEM_TYPE, status=200)
        reader = self._readers.get(taking.type)
        if reader is None:
            raise invalid(Reason.FEATURE_DISABLED, status=200)
        self._quotas.check(receipt.scope, taking.counted, receipt.received)
        try:
            if _takes_long(taking, envelope):
                reading = await asyncio.to_thread(reader, taking.item, receipt, envelope)
            else:
                reading = reader(taking.item, receipt, envelope)
        except Rejected:
            raise
        except Exception as error:
            log.exception(
                "item_not_read", type=taking.item.type, project_id=receipt.scope.project_id
            )
            self._ledger.fault(taking.category, Reason.INTERNAL)
            raise invalid(Reason.INTERNAL, "internal error", status=500) from error
        self._admit(reading.records, receipt)
        return reading

    def _admit(self, records: Sequence[Record], receipt: Receipt) -> None:
        """Takes what the records cost of the limits, for all of them or none."""
        try:
            for record in records:
                record.uses = self._quotas.admit(receipt.scope, record.counted, receipt.received)
        except Rejected:
            self._give_back(records, [Reason.OVERLOAD] * len(records))
            raise

    def _give_back(self, records: Sequence[Record], fates: Sequence[str]) -> None:
        for record, fate in zip(records, fates, strict=True):
            if fate:
                self._quotas.give_back(record.uses)

    async def _store(self, takings: Sequence[_Taking], scope: Scope) -> list[Rejected]:
        """Commits the records of what was read and settles the items that they are of."""
        records = _records(takings)
        verdict = Verdict([Reason.PROJECT_UNAVAILABLE] * len(records))
        try:
            verdict = await self._pipeline.submit(records) if records else Verdict(())
        finally:
            self._give_back(records, verdict.fates)
        return self._settle(takings, scope, verdict)

    def _settle(self, takings: Sequence[_Taking], scope: Scope, verdict: Verdict) -> list[Rejected]:
        """The fates come in the order of the records. The stats of what the store took or refused
        were written with it; those of what was not written are counted here."""
        refusals = [verdict.refusal] if verdict.refusal else []
        following = iter(verdict.fates)
        for taking in takings:
            reading = taking.reading
            assert reading is not None  # noqa: S101 - only these are handed in
            for part in reading.refused:
                self._ledger.count(scope, part.outcome, part.reason, part.quantities)
            own = [next(following) for _ in reading.records]
            outcome, reason = self._count_unwritten(reading, own, verdict) or _fate(reading, own)
            self._ledger.settle(taking.category, outcome, reason)
            if reason == Reason.INTERNAL:
                refusals.append(invalid(reason, "internal error", status=500))
        return refusals

    def _count_unwritten(
        self, reading: Reading, fates: Sequence[str], verdict: Verdict
    ) -> tuple[Outcome, str] | None:
        """How an item ended of which something was not written; None for one that was."""
        refusal = verdict.refusal
        if refusal is None or refusal.reason not in fates:
            return None
        for record, fate in zip(reading.records, fates, strict=True):
            if fate == refusal.reason:
                self._ledger.count(record, refusal.outcome, refusal.reason, record.counted)
        return refusal.outcome, refusal.reason

    def _refuse(self, taking: _Taking, scope: Scope, rejected: Rejected) -> None:
        self._ledger.settle(taking.category, rejected.outcome, rejected.reason)
        self._ledger.count(scope, rejected.outcome, rejected.reason, taking.counted)


def _taking(item: Item) -> _Taking:
    item_type = known_type(item.type, item.headers)
    return _Taking(item=item, type=item_type, category=main_category(item_type, item.headers))


def _takes_long(taking: _Taking, envelope: Envelope) -> bool:
    """Whether to read an item beside the loop: thousands of entries, or a large profile, which its
    transaction is read with."""
    if taking.type is ItemType.TRANSACTION:
        return any(
            item.type == ItemType.PROFILE and item.size > READ_HERE_BYTES for item in envelope.items
        )
    return taking.type in _READ_BESIDE and taking.item.size > READ_HERE_BYTES


def _makes_event(taking: _Taking) -> bool:
    return creates_event(taking.type, taking.item.headers)


def _comes_later(taking: _Taking) -> bool:
    return not _makes_event(taking)


def _hangs_on_event(taking: _Taking) -> bool:
    """Whether an item goes when the envelope's event goes."""
    return taking.type in REQUIRES_EVENT and not taking.item.stands_alone


def _with_its_event(fatal: Rejected) -> Rejected:
    """What hangs on an event goes when it goes; the event alone answers for that."""
    return Rejected(fatal.outcome, fatal.reason, status=HTTPStatus.OK)


def _records(takings: Iterable[_Taking]) -> list[Record]:
    return [record for taking in takings if taking.reading for record in taking.reading.records]


def _fate(reading: Reading, fates: Sequence[str]) -> tuple[Outcome, str]:
    """How an item ended as a whole: accepted when anything of it was kept, or had not to be."""
    if not all(fates) or not (fates or reading.refused):
        return Outcome.ACCEPTED, ""
    if fates:
        return Outcome.INVALID, fates[0]
    return reading.refused[0].outcome, reading.refused[0].reason
