"""`replay_event`, `replay_recording`, `replay_video` items: one segment of a replay (spec §6.13).

A segment is an event that says what it is about and a recording; on the web both are items of one
envelope, on phones they come packed in one item together with a video.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from urgentry import clock
from urgentry.domain.replay import MAX_LISTED, ReplayFacts, ReplaySegmentRecord
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.filters import filter_event
from urgentry.ingest.items.event import normalized
from urgentry.ingest.normalize import parse_json
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.ingest.scrub import scrub_replay
from urgentry.ingest.tags import collect_tags
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.outcome import Reason, Rejected, invalid
from urgentry.protocol.timestamps import parse_timestamp

_COUNTED = ((DataCategory.REPLAY, 1),)
_MOST_SEGMENT = (1 << 16) - 1
_MAX_URL = 2_000
_TYPES = frozenset({"session", "buffer"})
_KEPT_FIELDS = ("name", "version", "brand", "model", "family")


class _Header(msgspec.Struct):
    segment_id: int


class _Video(msgspec.Struct):
    replay_event: bytes
    replay_recording: bytes
    replay_video: bytes


_HEADER = msgspec.json.Decoder(_Header)
_VIDEO = msgspec.msgpack.Decoder(_Video)


def read_event(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """The event and the recording beside it, as one segment."""
    recording = _of_type(envelope.items, ItemType.REPLAY_RECORDING)
    if recording is None:
        raise _unfit("missing_recording", "a replay event comes with its recording")
    _number, content = _opened(recording.view)
    record = _segment(bytes(item.view), receipt, envelope, size=len(content))
    return Reading(records=[record], contents=[(record, content)])


def without_paired(items: Sequence[Item]) -> Sequence[Item]:
    """The items of an envelope without the recording that is one segment with the event beside it:
    `read_event` reads both, and they count as one."""
    recording = _of_type(items, ItemType.REPLAY_RECORDING)
    if recording is None or _of_type(items, ItemType.REPLAY_EVENT) is None:
        return items
    return [each for each in items if each is not recording]


def read_recording(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """A recording alone."""
    number, content = _opened(item.view)
    record = _record(
        receipt,
        replay_id=_replay_id(envelope),
        segment=number,
        started_at=receipt.received,
        finished_at=receipt.received,
        size=len(content),
    )
    return Reading(records=[record], contents=[(record, content)])


def read_video(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """A segment of a phone: event, recording and video in one."""
    try:
        packed = _VIDEO.decode(item.view)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _unfit("video", "not the parts of a segment") from error
    if not packed.replay_video:
        raise _unfit("video", "an empty video")
    _number, content = _opened(memoryview(packed.replay_recording))
    record = _segment(packed.replay_event, receipt, envelope, size=len(content))
    video = msgspec.structs.replace(
        record, is_video=True, facts=None, counted=(), content_size=len(packed.replay_video)
    )
    return Reading(
        records=[record, video],
        contents=[(record, content), (video, memoryview(packed.replay_video))],
    )


def _unfit(why: str, detail: str) -> Rejected:
    return invalid(f"{Reason.INVALID_REPLAY}_{why}", f"invalid replay: {detail}")


def _of_type(items: Sequence[Item], kind: ItemType) -> Item | None:
    return next((each for each in items if each.type == kind), None)


def _replay_id(envelope: Envelope) -> bytes:
    if envelope.event_id is None:
        raise _unfit("no_payload", "the envelope has no id")
    return envelope.event_id


def _opened(view: memoryview) -> tuple[int, memoryview]:
    """The segment's number in the first line, and the recording behind it."""
    head, newline, _ = bytes(view[:1024]).partition(b"\n")
    try:
        number = _HEADER.decode(head).segment_id
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unfit("recording", "it does not begin with its segment") from error
    content = view[len(head) + len(newline) :]
    if not newline or not content or not 0 <= number <= _MOST_SEGMENT:
        raise _unfit("recording", "it is empty")
    return number, content


def _segment(
    payload: bytes, receipt: Receipt, envelope: Envelope, *, size: int
) -> ReplaySegmentRecord:
    given = parse_json(payload, receipt.credentials.client)
    if not isinstance(given, dict):
        raise _unfit("no_payload", "an event is an object")
    replay_id = parse_event_id(given.get("replay_id")) or _replay_id(envelope)
    segment = given.get("segment_id")
    if type(segment) is not int or not 0 <= segment <= _MOST_SEGMENT:
        raise _unfit("no_payload", "an event has the number of its segment")
    event = normalized(dict(given), receipt, replay_id)
    filter_event(event, receipt.scope.filters, client_ip=receipt.client_ip)
    event["urls"] = _texts(given.get("urls"))
    scrub_replay(event, receipt.scope)
    finished = round(event["timestamp"] * clock.SECOND)
    started = finished - _lasted(given)
    return _record(
        receipt,
        replay_id=replay_id,
        segment=segment,
        started_at=started,
        finished_at=finished,
        facts=_facts(given, event),
        size=size,
    )


def _lasted(given: Mapping[str, Any]) -> int:
    """Microseconds from the beginning of the replay to the end of the segment, by the client's
    clock, which may be wrong."""
    started = parse_timestamp(given.get("replay_start_timestamp"))
    finished = parse_timestamp(given.get("timestamp"))
    return max(0, finished - started) if started and finished else 0


def _record(
    receipt: Receipt,
    *,
    replay_id: bytes,
    segment: int,
    started_at: int,
    finished_at: int,
    size: int,
    facts: ReplayFacts | None = None,
) -> ReplaySegmentRecord:
    scope = receipt.scope
    return ReplaySegmentRecord(
        organization_id=scope.organization_id,
        project_id=scope.project_id,
        key_id=scope.key_id,
        received=receipt.received,
        retention_days=scope.telemetry_days,
        counted=_COUNTED,
        content_size=size,
        replay_id=replay_id,
        segment=segment,
        started_at=started_at,
        finished_at=finished_at,
        facts=facts,
    )


def _facts(given: Mapping[str, Any], event: Mapping[str, Any]) -> ReplayFacts:
    contexts = event.get("contexts") or {}
    kind = given.get("replay_type")
    tags: dict[str, list[str]] = {}
    for key, value in collect_tags(dict(event)):
        tags.setdefault(key, []).append(value)
    return ReplayFacts(
        replay_type=kind if isinstance(kind, str) and kind in _TYPES else "session",
        platform=event.get("platform") or "",
        environment=event.get("environment") or "",
        dist=event.get("dist") or "",
        releases=[event["release"]] if event.get("release") else [],
        urls=_texts(event["urls"]),
        error_ids=_ids(given.get("error_ids")),
        trace_ids=_ids(given.get("trace_ids")),
        user=_user(event.get("user")),
        sdk=_named(event.get("sdk")),
        os=_named(contexts.get("os")),
        browser=_named(contexts.get("browser")),
        device=_named(contexts.get("device")),
        tags=tags,
    )


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else []
    texts = [text[:_MAX_URL].replace("\x00", "") for text in listed if isinstance(text, str)]
    return texts[:MAX_LISTED]


def _ids(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else []
    return [found.hex() for each in listed if (found := parse_event_id(each))][:MAX_LISTED]


def _user(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    user = {name: value.get(name) for name in ("id", "username", "email", "geo")}
    return {key: each for key, each in (user | {"ip": value.get("ip_address")}).items() if each}


def _named(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    return {name: value[name] for name in _KEPT_FIELDS if isinstance(value.get(name), str)}
