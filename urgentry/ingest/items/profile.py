"""`profile` and `profile_chunk` items: samples of what a program did (spec §6.14, §6.15).

Samples, stacks and frames are checked and stored as they were sent. Traces of Android's own format
and of Perfetto are binary: only what is said about them is checked.
"""

from typing import TypeVar

import msgspec

from urgentry import clock
from urgentry.domain.profile import MAX_SECONDS, ProfileKind, ProfileRecord
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.normalize.release import environment_of, release_of
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.samples import NOTHING, Measure, Samples, Scalar, as_number, measure, unfit
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import ItemType, quantities
from urgentry.protocol.outcome import Rejected
from urgentry.protocol.timestamps import parse_timestamp

_PERFETTO = "application/x-perfetto-trace"
_MAX_NAME = 200
_MOST_TRANSACTIONS_BYTES = 64 << 10
T = TypeVar("T")


class _Transaction(msgspec.Struct):
    id: Scalar = None
    name: Scalar = None
    trace_id: Scalar = None


class _Profile(msgspec.Struct):
    version: Scalar = None
    event_id: Scalar = None
    chunk_id: Scalar = None
    profiler_id: Scalar = None
    profile_id: Scalar = None
    platform: Scalar = None
    timestamp: Scalar = None
    release: Scalar = None
    environment: Scalar = None
    transaction: _Transaction | None = None
    transactions: msgspec.Raw = NOTHING
    transaction_name: Scalar = None
    transaction_id: Scalar = None
    trace_id: Scalar = None
    duration_ns: Scalar = None
    sampled_profile: Scalar = None
    profile: Samples | None = None


_DECODER = msgspec.json.Decoder(_Profile, strict=False)
_TRANSACTIONS = msgspec.json.Decoder(list[_Transaction])


def read(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """The profile of the envelope's transaction."""
    if not any(each.type == ItemType.TRANSACTION for each in envelope.items):
        raise unfit("no_transaction_associated", "a profile comes with its transaction")
    record = _of_transaction(item, receipt)
    return Reading(records=[record], contents=[(record, item.view)])


def _of_transaction(item: Item, receipt: Receipt) -> ProfileRecord:
    given = _decoded(_DECODER, item.view)
    profile_id = parse_event_id(given.event_id or given.profile_id)
    if profile_id is None or not isinstance(given.platform, str):
        raise unfit("invalid_profile_metadata", "a profile has an id and a platform")
    of = given.transaction or _first(given.transactions) or _legacy(given)
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
        raise unfit("invalid_profile_metadata", "a Perfetto trace has its meta_length")
    meta_length = length if is_trace and type(length) is int else 0
    given = _decoded(_DECODER, item.view[:meta_length] if meta_length else item.view)
    chunk_id, profiler_id = parse_event_id(given.chunk_id), parse_event_id(given.profiler_id)
    if chunk_id is None or profiler_id is None or not isinstance(given.platform, str):
        raise unfit("invalid_profile_metadata", "a chunk has an id, a profiler and a platform")
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


def _decoded(decoder: msgspec.json.Decoder[T], text: memoryview | msgspec.Raw) -> T:
    try:
        return decoder.decode(text)
    except msgspec.ValidationError as error:
        raise unfit("malformed_samples", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unfit("invalid_json", "not JSON") from error


def _first(transactions: msgspec.Raw) -> _Transaction | None:
    """Older profiles list the one transaction that they are of."""
    if len(bytes(transactions)) > _MOST_TRANSACTIONS_BYTES:
        raise unfit("too_many_profiles", "a profile is of one transaction")
    listed = _decoded(_TRANSACTIONS, transactions)
    return listed[0] if listed else None


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
    measured = _measure(given, is_binary=bool(meta_length or given.sampled_profile))
    if measured.seconds > MAX_SECONDS[kind]:
        raise unfit("duration_is_too_long", f"more than {MAX_SECONDS[kind]} seconds")
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
        platform=str(given.platform)[:64].replace("\x00", ""),
        release=release_of(given.release) or "",
        environment=environment_of(given.environment) or "",
        started_at=_started(given, measured, receipt.received),
        duration_us=round(measured.seconds * clock.SECOND),
        samples=measured.count,
        meta_length=meta_length,
    )


def _started(given: _Profile, measured: Measure, received: int) -> int:
    """What says when it began, or else when it came."""
    started = None if measured.started is None else parse_timestamp(measured.started)
    return started or parse_timestamp(given.timestamp) or received


def _measure(given: _Profile, *, is_binary: bool) -> Measure:
    if is_binary:
        seconds = as_number(given.duration_ns or 0) / 1e9
        if seconds < 0:
            raise unfit("invalid_profile_metadata", "a duration is not negative")
        return Measure(None, seconds, 0)
    if given.profile is None:
        raise unfit("invalid_json", "it has no samples")
    return measure(given.profile)
