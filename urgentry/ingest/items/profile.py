"""`profile` and `profile_chunk` items: samples of what a program did (spec §6.14, §6.15).

Samples, stacks and frames are checked and stored as they were sent. Traces of Android's own format
and of Perfetto are binary: only what is said about them is checked.
"""

from collections import Counter
from math import isfinite
from typing import Any

import msgspec

from urgentry import clock
from urgentry.domain.profile import MAX_SECONDS, ProfileKind, ProfileRecord
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.normalize.release import environment_of, release_of
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import ItemType, quantities
from urgentry.protocol.outcome import Reason, Rejected, invalid
from urgentry.protocol.timestamps import parse_timestamp

_PERFETTO = "application/x-perfetto-trace"
_MAX_NAME = 200
_LEAST_SAMPLES = 2

_Number = int | float | str


class _Sample(msgspec.Struct):
    stack_id: _Number
    thread_id: Any = None
    elapsed_since_start_ns: _Number = 0
    timestamp: float = 0.0


class _Samples(msgspec.Struct):
    samples: list[_Sample] = []
    stacks: list[list[int]] = []
    frames: list[msgspec.Raw] = []


class _Transaction(msgspec.Struct):
    id: Any = None
    name: Any = None
    trace_id: Any = None


class _Profile(msgspec.Struct):
    version: Any = None
    event_id: Any = None
    chunk_id: Any = None
    profiler_id: Any = None
    profile_id: Any = None
    platform: Any = None
    timestamp: Any = None
    release: Any = None
    environment: Any = None
    transaction: _Transaction | None = None
    transactions: list[_Transaction] = []
    transaction_name: Any = None
    transaction_id: Any = None
    trace_id: Any = None
    duration_ns: Any = None
    sampled_profile: Any = None
    profile: _Samples | None = None


_DECODER = msgspec.json.Decoder(_Profile, strict=False)


class _Measure(msgspec.Struct, frozen=True):
    """When the samples begin (seconds, or None), how long they last, how many there are."""

    started: float | None
    seconds: float
    count: int


def read(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """The profile of the envelope's transaction."""
    if not any(each.type == ItemType.TRANSACTION for each in envelope.items):
        raise _unfit("no_transaction_associated", "a profile comes with its transaction")
    record = _of_transaction(item, receipt)
    return Reading(records=[record], contents=[(record, item.view)])


def _of_transaction(item: Item, receipt: Receipt) -> ProfileRecord:
    given = _decode(item.view)
    profile_id = parse_event_id(given.event_id or given.profile_id)
    if profile_id is None or not isinstance(given.platform, str):
        raise _unfit("invalid_profile_metadata", "a profile has an id and a platform")
    of = given.transaction or next(iter(given.transactions), None) or _legacy(given)
    return _record(item, receipt, given, kind=ProfileKind.TRANSACTION, profile_id=profile_id, of=of)


def find_id(envelope: Envelope, receipt: Receipt) -> bytes | None:
    """The id of the profile in a transaction's envelope, when there is one that is kept."""
    for item in envelope.items:
        if item.type == ItemType.PROFILE:
            try:
                return _of_transaction(item, receipt).profile_id
            except Rejected:
                continue
    return None


def read_chunk(item: Item, receipt: Receipt, _envelope: Envelope) -> Reading:
    """A piece of a continuous profile."""
    length = item.headers.get("meta_length")
    is_trace = item.headers.get("content_type") == _PERFETTO
    if is_trace and not (type(length) is int and 0 < length <= item.size):
        raise _unfit("invalid_profile_metadata", "a Perfetto trace has its meta_length")
    meta_length = length if is_trace and type(length) is int else 0
    given = _decode(item.view[:meta_length] if meta_length else item.view)
    chunk_id, profiler_id = parse_event_id(given.chunk_id), parse_event_id(given.profiler_id)
    if chunk_id is None or profiler_id is None or not isinstance(given.platform, str):
        raise _unfit("invalid_profile_metadata", "a chunk has an id, a profiler and a platform")
    record = _record(
        item,
        receipt,
        given,
        kind=ProfileKind.CHUNK,
        profile_id=chunk_id,
        profiler_id=profiler_id,
        meta_length=meta_length,
    )
    return Reading(records=[record], contents=[(record, item.view)])


def _unfit(why: str, detail: str) -> Rejected:
    return invalid(f"profiling_{why}", f"invalid profile: {detail}")


def _decode(view: memoryview) -> _Profile:
    try:
        return _DECODER.decode(view)
    except msgspec.ValidationError as error:
        raise _unfit("malformed_samples", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unfit("invalid_json", "not JSON") from error


def _legacy(given: _Profile) -> _Transaction:
    """Android's profiles name their transaction at the top."""
    return _Transaction(
        id=given.transaction_id, name=given.transaction_name, trace_id=given.trace_id
    )


def _record(
    item: Item,
    receipt: Receipt,
    given: _Profile,
    *,
    kind: ProfileKind,
    profile_id: bytes,
    profiler_id: bytes | None = None,
    of: _Transaction | None = None,
    meta_length: int = 0,
) -> ProfileRecord:
    measure = _measure(given, is_binary=bool(meta_length or given.sampled_profile))
    if not isfinite(measure.seconds):
        raise _unfit(Reason.PAYLOAD, "a sample has no time")
    if measure.seconds > MAX_SECONDS[kind]:
        raise _unfit("duration_is_too_long", f"more than {MAX_SECONDS[kind]} seconds")
    scope, item_type = receipt.scope, ItemType(item.type.removesuffix("_ui"))
    name = of.name if of and isinstance(of.name, str) else ""
    return ProfileRecord(
        organization_id=scope.organization_id,
        project_id=scope.project_id,
        key_id=scope.key_id,
        received=receipt.received,
        retention_days=scope.telemetry_days,
        counted=quantities(item_type, item.headers | {"platform": given.platform}, item.size),
        content_size=item.size,
        kind=kind,
        profile_id=profile_id,
        profiler_id=profiler_id,
        transaction_id=parse_event_id(of.id) if of else None,
        trace_id=parse_event_id(of.trace_id) if of else None,
        transaction=name.replace("\x00", "")[:_MAX_NAME],
        platform=given.platform[:64].replace("\x00", ""),
        release=release_of(given.release) or "",
        environment=environment_of(given.environment) or "",
        started_at=_started(given, measure, receipt.received),
        duration_us=round(measure.seconds * clock.SECOND),
        samples=measure.count,
        meta_length=meta_length,
    )


def _started(given: _Profile, measure: _Measure, received: int) -> int:
    started = None if measure.started is None else parse_timestamp(measure.started)
    return started or parse_timestamp(given.timestamp) or received


def _measure(given: _Profile, *, is_binary: bool) -> _Measure:
    if is_binary:
        nanoseconds = _number(given.duration_ns or 0)
        return _Measure(None, nanoseconds / 1e9, 0)
    if given.profile is None:
        raise _unfit("invalid_json", "it has no samples")
    samples = _of_living_threads(given.profile.samples)
    if len(samples) < _LEAST_SAMPLES:
        raise _unfit("not_enough_samples", "no thread has two samples")
    _check_indices(given.profile)
    if samples[0].timestamp:
        times = [sample.timestamp for sample in samples]
        return _Measure(min(times), max(times) - min(times), len(samples))
    elapsed = [_number(sample.elapsed_since_start_ns) for sample in samples]
    return _Measure(None, (max(elapsed) - min(elapsed)) / 1e9, len(samples))


def _of_living_threads(samples: list[_Sample]) -> list[_Sample]:
    """A thread that was sampled once says nothing."""
    counts = Counter(str(sample.thread_id) for sample in samples)
    return [sample for sample in samples if counts[str(sample.thread_id)] > 1]


def _check_indices(profile: _Samples) -> None:
    stacks, frames = len(profile.stacks), len(profile.frames)
    if any(not 0 <= _number(sample.stack_id) < stacks for sample in profile.samples):
        raise _unfit("malformed_samples", "a sample names a stack that is not there")
    if any(not 0 <= frame < frames for stack in profile.stacks for frame in stack):
        raise _unfit("malformed_stacks", "a stack names a frame that is not there")


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise _unfit(Reason.PAYLOAD, "not a number") from error
