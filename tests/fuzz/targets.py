"""What a fuzzer feeds: each target takes any bytes, and holds what must be true of all of them.
Only `Rejected` comes out, what is made of an input is bounded, and so is the time that it takes.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import msgspec
import orjson

from tests.receipts import receipt
from urgentry import clock
from urgentry.ingest.endpoints.attachments import AttachmentsEndpoint
from urgentry.ingest.endpoints.base import Endpoint
from urgentry.ingest.endpoints.minidumps import MinidumpEndpoint
from urgentry.ingest.endpoints.network_errors import NetworkErrorEndpoint
from urgentry.ingest.endpoints.security import SecurityEndpoint
from urgentry.ingest.endpoints.stores import StoreEndpoint
from urgentry.ingest.endpoints.unreal import UnrealEndpoint
from urgentry.ingest.envelope import (
    Envelope,
    format_envelope,
    make_envelope,
    make_item,
    parse_envelope,
)
from urgentry.ingest.native.assemble import assemble
from urgentry.ingest.native.event import apply_minidump
from urgentry.ingest.native.minidump import parse_minidump
from urgentry.ingest.readers import READERS
from urgentry.ingest.reading import Reading
from urgentry.ingest.request import Request
from urgentry.ingest.signals import logs, metrics, spans
from urgentry.ingest.unpack import UnpackLimits, unpacking
from urgentry.otlp.endpoints import LogsEndpoint, TracesEndpoint
from urgentry.otlp.items import with_exports
from urgentry.protocol.items import ItemType, known_type
from urgentry.protocol.limits import MAX_ITEMS, check_sizes
from urgentry.protocol.outcome import Rejected
from urgentry.telemetry.encoding import encode
from urgentry.telemetry.packing import Packer

MOST_BYTES: Final = 32 << 10
"""Of an input."""
_MOST_MADE: Final = 4 << 20
"""Of what is made of one."""
_MOST_SECONDS: Final = 5.0
_NOW: Final = 1_790_000_000 * clock.SECOND
_RECEIPT = receipt(received=_NOW, client_ip="203.0.113.7", user_agent="Mozilla/5.0")
_READERS = with_exports(READERS)
_TRACE = "4c79f60c11214eb38604f4ae0781bfb2"
_CONTAINERS = {
    ItemType.LOG: logs.CONTENT_TYPE,
    ItemType.TRACE_METRIC: metrics.CONTENT_TYPE,
    ItemType.SPAN: spans.CONTENT_TYPE,
}
_PAYLOAD_ONLY = tuple(READERS)

Target = Callable[[bytes], None]


def run(target: str, data: bytes) -> None:
    """Feeds a target; anything but a refusal is raised."""
    began = time.thread_time()
    with _refusals():
        TARGETS[target](data)
    took = time.thread_time() - began
    assert took < _MOST_SECONDS, f"{took:.1f} s for {len(data)} bytes"


@contextmanager
def _refusals() -> Iterator[None]:
    """Lets pass what tells the client of its mistake; what says that the server erred is a bug."""
    try:
        yield
    except Rejected as rejected:
        if rejected.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise


def take(envelope: Envelope) -> None:
    """Reads every item as the intake does, each with its own refusal."""
    made = assemble(envelope)
    assert len(made.items) <= MAX_ITEMS + 1
    for item in made.items:
        kind = known_type(item.type, item.headers)
        reader = _READERS.get(kind) if kind else None
        with _refusals():
            if reader is not None:
                _check(reader(item, _RECEIPT, made))


def _check(reading: Reading) -> None:
    """What goes on from here is bounded, and any database takes it."""
    assert len(repr(reading.records)) <= _MOST_MADE
    for record in reading.records:
        assert all(quantity >= 0 for _, quantity in record.counted)
        if record.payload:
            assert isinstance(orjson.loads(record.payload), dict)
            assert b"\\u0000" not in record.payload.replace(b"\\\\", b"")
        encode(getattr(record, "signals", ()), Packer())
        for value in _values(msgspec.to_builtins(record, builtin_types=(bytes,))):
            if isinstance(value, str):
                assert "\x00" not in value.encode().decode()
            elif isinstance(value, int):
                assert -(1 << 63) <= value < 1 << 64
            elif isinstance(value, float):
                assert math.isfinite(value)


def _values(root: Any) -> Iterator[Any]:
    """Every value in a record, and every name."""
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += (*value.keys(), *value.values())
        elif isinstance(value, list | tuple):
            waiting += value
        else:
            yield value


def _request(content_type: str = "", query: bytes = b"", **path: str) -> Request:
    return Request(
        method="POST",
        path={"project": "1", **path},
        query=query,
        headers={b"content-type": content_type.encode("latin-1", "replace")},
        peer="203.0.113.7",
        received=_NOW,
        scope=_RECEIPT.scope,
        credentials=_RECEIPT.credentials,
    )


def _enter(endpoint: Endpoint, body: bytes, **request: Any) -> None:
    take(endpoint.read(_request(**request), body))


def envelope(data: bytes) -> None:
    """An envelope, which written anew reads the same."""
    parsed = parse_envelope(data)
    assert sum(item.size for item in parsed.items) <= len(data)
    again = [make_item(item.type, item.payload) for item in parsed.items]
    if all(known_type(item.type, item.headers) for item in parsed.items):
        copy = parse_envelope(format_envelope(parsed.headers, again))
        assert [item.payload for item in copy.items] == [item.payload for item in parsed.items]
        assert (copy.event_id, copy.sent_at) == (parsed.event_id, parsed.sent_at)
    take(parsed)


def event(data: bytes) -> None:
    """The payload of an event: parsed, normalised, scrubbed and grouped."""
    take(make_envelope({}, [make_item(ItemType.EVENT, data)]))


def items(data: bytes) -> None:
    """The payload of an item of some type, which the first byte picks."""
    kind = _PAYLOAD_ONLY[data[0] % len(_PAYLOAD_ONLY)] if data else ItemType.EVENT
    payload = data[1:]
    headers: dict[str, Any] = {}
    if kind in _CONTAINERS and b"items" in payload:
        headers = {"content_type": _CONTAINERS[kind], "item_count": _count(payload)}
    made = [make_item(kind, payload, **headers)]
    if kind is ItemType.PROFILE:
        made.append(make_item(ItemType.TRANSACTION, b"{}"))
    if kind is ItemType.REPLAY_EVENT:
        made.append(make_item(ItemType.REPLAY_RECORDING, b'{"segment_id":0}\n[]'))
    check_sizes(made)
    take(make_envelope({"event_id": "e" * 32, "trace": {"trace_id": _TRACE}}, made))


def _count(payload: bytes) -> int:
    """As many entries as a container has, so that it is read on."""
    try:
        held = orjson.loads(payload)["items"]
    except (ValueError, TypeError, KeyError):
        return 1
    return len(held) if isinstance(held, list) else 1


def multipart(data: bytes) -> None:
    """A form whose content type is the first line: of files, then of a crash."""
    content_type, _, body = data.partition(b"\n")
    kind = content_type.decode("latin-1")
    for endpoint in (AttachmentsEndpoint(), MinidumpEndpoint()):
        with _refusals():
            _enter(endpoint, body, content_type=kind, event="e" * 32)


def store(data: bytes) -> None:
    """The body of the endpoint of old: JSON, base64, deflated, or a form."""
    _enter(StoreEndpoint(), data)


def reports(data: bytes) -> None:
    """What browsers report, of policies and of networks."""
    for endpoint in (SecurityEndpoint(), NetworkErrorEndpoint()):
        with _refusals():
            _enter(endpoint, data, content_type="application/reports+json")


def minidump(data: bytes) -> None:
    """A dump, what is read of it, and the event that it makes."""
    dump = parse_minidump(memoryview(data))
    made: dict[str, Any] = {}
    apply_minidump(made, dump)
    payload = orjson.dumps(made, default=str)
    assert len(payload) <= _MOST_MADE
    take(make_envelope({}, [make_item(ItemType.EVENT, payload)]))


def unreal(data: bytes) -> None:
    """A packed report of a game."""
    _enter(UnrealEndpoint(), data, key="k")


def otlp_protobuf(data: bytes) -> None:
    """An export of spans or logs, as the first byte says."""
    _export(data, "application/x-protobuf")


def otlp_json(data: bytes) -> None:
    """The same in JSON."""
    _export(data, "application/json")


def _export(data: bytes, form: str) -> None:
    endpoint = LogsEndpoint("") if data[:1] == b"l" else TracesEndpoint("")
    _enter(endpoint, data[1:], content_type=form)


_CODINGS: Sequence[Sequence[str]] = (
    *(["gzip"], ["deflate"], ["br"], ["zstd"]),
    *(["gzip", "br"], ["zstd", "gzip"], ["deflate", "zstd"], ["br", "br"]),
)


def unpack(data: bytes) -> None:
    """A packed body, whose codings the first byte picks: never more comes out than may."""
    limits = UnpackLimits(unpacked_bytes=1 << 20, free_bytes=1 << 16)
    made: list[int] = []
    codings = _CODINGS[data[0] % 8 if data else 0]
    stages = unpacking(codings, limits, lambda out: made.append(len(out)))
    try:
        if data[1:]:
            stages[0].feed(data[1:])
        for stage in stages:
            stage.finish()
    finally:
        assert sum(made) <= limits.unpacked_bytes


TARGETS: Mapping[str, Target] = {
    each.__name__: each
    for each in (
        envelope,
        event,
        items,
        minidump,
        multipart,
        otlp_json,
        otlp_protobuf,
        reports,
        store,
        unpack,
        unreal,
    )
}
OF_JSON = frozenset({"envelope", "event", "items", "otlp_json", "reports"})
"""Those whose inputs are JSON, or lines of it."""
