"""Writing spans, logs and metrics: claims, blocks, traces, attributes. Called by ingest inside its
write transaction, with a number of statements that does not grow with the signals.

A span counts once by its trace and its own id: what comes again within an hour of receipt (and
within the last 8,192 spans of a trace) is left out. Logs and metrics have no id of their own: what
comes again in another batch counts again.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from urgentry.domain.event import hour_of, new_row_id
from urgentry.storage.database import Transaction
from urgentry.telemetry.columns import TYPES
from urgentry.telemetry.cutting import Delivery, Home, cut
from urgentry.telemetry.encoding import EncodedBlock, Pack, encode
from urgentry.telemetry.signal import NO_TRACE, SPAN_BYTES, Kind, Signal

_ENCODED_HERE = 512


class TraceKey(NamedTuple):
    project_id: int
    trace_id: bytes


class AttributeKey(NamedTuple):
    project_id: int
    kind: Kind
    name: str
    type: str
    day: int
    """The day on which it was seen."""


async def store_deliveries(
    tx: Transaction, deliveries: Sequence[Delivery], *, at: int, pack: Pack
) -> list[list[bool]]:
    """Stores signals; for each delivery which of them were new."""
    taken = await _claim(tx, deliveries, hour=hour_of(at))
    fresh: list[list[bool]] = []
    kept: list[Delivery] = []
    for delivery in deliveries:
        flags = [_take(delivery, signal, taken) for signal in delivery.signals]
        fresh.append(flags)
        kept.append(_only(delivery, flags))
    homes = cut(kept)
    for home, blocks in sorted((await _encoded(homes, pack)).items()):
        insert_blocks(tx, home, blocks, at=at)
    extend_traces(tx, homes)
    return fresh


async def _encoded(
    homes: Mapping[Home, list[Signal]], pack: Pack
) -> dict[Home, list[EncodedBlock]]:
    """The blocks of signals; beside the event loop where that takes more than a few milliseconds,
    so that it goes on meanwhile."""

    def encode_all() -> dict[Home, list[EncodedBlock]]:
        return {home: encode(signals, pack) for home, signals in homes.items()}

    if sum(map(len, homes.values())) <= _ENCODED_HERE:
        return encode_all()
    return await asyncio.to_thread(encode_all)


def insert_blocks(
    tx: Transaction,
    home: Home,
    blocks: Sequence[EncodedBlock],
    *,
    at: int,
    is_final: bool = False,
) -> None:
    """Writes blocks. One that is not full may be joined with others, unless it is final."""
    ids = [new_row_id(at) for _ in blocks]
    tx.defer(
        "telemetry.insert_blocks",
        [
            {
                "expires_day": home.expires_day,
                "id": id_,
                "organization_id": home.organization_id,
                "project_id": home.project_id,
                "kind": int(home.kind),
                "slice": home.slice,
                "min_at": block.min_at,
                "max_at": block.max_at,
                "signals": block.count,
                "is_open": not (is_final or block.is_full),
                "directory": block.directory,
                "traces": block.traces,
                "bloom": block.bloom,
            }
            for id_, block in zip(ids, blocks, strict=True)
        ],
    )
    tx.defer(
        "telemetry.insert_bodies",
        [
            {"expires_day": home.expires_day, "id": id_, "body": block.body}
            for id_, block in zip(ids, blocks, strict=True)
        ],
    )


def extend_traces(tx: Transaction, homes: Mapping[Home, Iterable[Signal]]) -> None:
    """Notes when the traces of signals were seen."""
    extents: dict[tuple[int, bytes, int], list[int]] = {}
    for home, signals in homes.items():
        for signal in signals:
            if signal.trace_id == NO_TRACE:
                continue
            key = (home.expires_day, signal.trace_id, home.project_id)
            extent = extents.get(key)
            if extent is None:
                extents[key] = [signal.at, signal.at]
            elif signal.at > extent[1]:
                extent[1] = signal.at
            elif signal.at < extent[0]:
                extent[0] = signal.at
    tx.defer(
        "telemetry.extend_traces",
        [
            {
                "expires_day": day,
                "trace_id": trace_id,
                "project_id": project_id,
                "min_at": low,
                "max_at": high,
            }
            for (day, trace_id, project_id), (low, high) in sorted(extents.items())
        ],
    )


def note_attributes(tx: Transaction, keys: Collection[AttributeKey]) -> None:
    """Notes when projects last had attributes."""
    tx.defer(
        "telemetry.note_attributes",
        [
            {
                "project_id": key.project_id,
                "kind": int(key.kind),
                "name": key.name,
                "type": key.type,
                "last_day": key.day,
            }
            for key in sorted(keys)
        ],
    )


def attributes_of(deliveries: Iterable[Delivery], *, day: int) -> set[AttributeKey]:
    """The attributes that signals have, as seen on a day."""
    found: set[AttributeKey] = set()
    for delivery in deliveries:
        pairs = {
            (name, TYPES[type(value)])
            for signal in delivery.signals
            for name, value in signal.attributes.items()
        }
        project_id, kind = delivery.project_id, delivery.kind
        found |= {AttributeKey(project_id, kind, name, type_, day) for name, type_ in pairs}
    return found


async def _claim(
    tx: Transaction, deliveries: Iterable[Delivery], *, hour: int
) -> dict[TraceKey, set[bytes]]:
    """Takes the ids of spans; those that were taken before, by project and trace."""
    wanted: dict[TraceKey, list[bytes]] = {}
    for delivery in deliveries:
        if delivery.kind is Kind.SPAN:
            for signal in delivery.signals:
                key = TraceKey(delivery.project_id, signal.trace_id)
                wanted.setdefault(key, []).append(signal.span_id)
    if not wanted:
        return {}
    claims = [
        {
            "slice": hour,
            "project_id": key.project_id,
            "trace_id": key.trace_id,
            "spans": b"".join(spans),
        }
        for key, spans in sorted(wanted.items())
    ]
    taken: dict[TraceKey, set[bytes]] = {key: set() for key in wanted}
    for row in await tx.many("telemetry.claim_spans", claims):
        key, spans = TraceKey(row["project_id"], bytes(row["trace_id"])), bytes(row["spans"])
        _add_spans(taken[key], spans[: -SPAN_BYTES * len(wanted[key])])
    beside = [
        {"slice": slice_, "project_id": key.project_id, "trace_id": key.trace_id}
        for key in sorted(wanted)
        for slice_ in (hour - 1, hour + 1)
    ]
    for row in await tx.many("telemetry.list_claims", beside):
        key = TraceKey(row["project_id"], bytes(row["trace_id"]))
        _add_spans(taken[key], bytes(row["spans"]))
    return taken


def _add_spans(taken: set[bytes], joined: bytes) -> None:
    taken.update(joined[at : at + SPAN_BYTES] for at in range(0, len(joined), SPAN_BYTES))


def _take(delivery: Delivery, signal: Signal, taken: dict[TraceKey, set[bytes]]) -> bool:
    """Whether a signal is new; a span then is taken, also for the rest of the batch."""
    if delivery.kind is not Kind.SPAN:
        return True
    spans = taken[TraceKey(delivery.project_id, signal.trace_id)]
    if signal.span_id in spans:
        return False
    spans.add(signal.span_id)
    return True


def _only(delivery: Delivery, flags: Sequence[bool]) -> Delivery:
    if all(flags):
        return delivery
    signals = [signal for signal, is_new in zip(delivery.signals, flags, strict=True) if is_new]
    return Delivery(
        organization_id=delivery.organization_id,
        project_id=delivery.project_id,
        kind=delivery.kind,
        expires_day=delivery.expires_day,
        signals=signals,
    )
