"""Entries of an item → one record of signals, and what of them is not kept."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from urgentry.ingest.reading import Reading, Refused
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.scrub import scrub_signals
from urgentry.ingest.signals.ids import row_ids
from urgentry.ingest.signals.sifting import sift
from urgentry.ingest.signals.times import Times
from urgentry.protocol.items import DataCategory, Quantities
from urgentry.protocol.outcome import Outcome, Rejected
from urgentry.telemetry.arrival import SignalBatch
from urgentry.telemetry.signal import Kind, Signal

Read = Callable[[Any, Times, Iterator[int]], Signal]
"""Reads one entry; `Rejected` when it is none."""


class Counting:
    """What the signals of a kind count as: each as one, and perhaps its bytes as well."""

    def __init__(
        self,
        *each: DataCategory,
        of_bytes: DataCategory | None = None,
        size: Callable[[Signal], int] | None = None,
    ) -> None:
        self._each = each
        self._bytes = of_bytes
        self._size = size

    def of(self, signals: Iterable[Signal]) -> Quantities:
        """The categories and quantities of signals."""
        listed = list(signals)
        counted = [(category, len(listed)) for category in self._each]
        if self._bytes is not None and self._size is not None:
            counted.append((self._bytes, sum(map(self._size, listed))))
        return tuple(counted)

    def of_unread(self, size: int) -> Quantities:
        """Those of one entry that could not be read, which has about so many bytes."""
        counted = [(category, 1) for category in self._each]
        if self._bytes is not None:
            counted.append((self._bytes, size))
        return tuple(counted)


def times_of(receipt: Receipt) -> Times:
    """Reads the times of a request."""
    return Times(receipt.received, receipt.sent_at, receipt.scope.telemetry_days)


def gather(
    entries: list[Any], kind: Kind, read: Read, receipt: Receipt, counting: Counting, *, size: int
) -> Reading:
    """The signals of entries; those that cannot be read, or are not wanted, are refused one by
    one. `size` is that of all entries in bytes."""
    times, ids = times_of(receipt), row_ids(receipt.received)
    signals: list[Signal] = []
    refused: list[Refused] = []
    for entry in entries:
        try:
            signals.append(read(entry, times, ids))
        except Rejected as rejected:
            quantities = counting.of_unread(size // len(entries))
            refused.append(_refused(rejected, quantities))
    wanted, caught = sift(signals, receipt)
    refused += [_refused(fate, counting.of([signal])) for signal, fate in caught]
    records = [batch_of(wanted, kind, receipt, counting.of(wanted))] if wanted else []
    return Reading(records=list(records), refused=refused)


def batch_of(
    signals: list[Signal], kind: Kind, receipt: Receipt, counted: Quantities
) -> SignalBatch:
    """One record of signals for the store, scrubbed."""
    scope = receipt.scope
    scrub_signals(kind, signals, scope)
    return SignalBatch(
        organization_id=scope.organization_id,
        project_id=scope.project_id,
        key_id=scope.key_id,
        received=receipt.received,
        retention_days=scope.telemetry_days,
        counted=counted,
        kind=kind,
        signals=signals,
    )


def _refused(rejected: Rejected, quantities: Quantities) -> Refused:
    return Refused(outcome=Outcome(rejected.outcome), reason=rejected.reason, quantities=quantities)
