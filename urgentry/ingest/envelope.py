"""The envelope codec, without I/O: bytes ⇄ `Envelope(headers, items)`.

`wire` hands it whole bodies; tests, the bench and tools write envelopes with it. Framing follows
spec §5 to the byte. The common envelope has each header on one line; any other whitespace that JSON
allows takes the longer way round through `_spread_header`.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import orjson

from urgentry.ingest.body import Body
from urgentry.protocol.dsn import Dsn, parse_dsn
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import ItemType
from urgentry.protocol.limits import MAX_HEADER_BYTES, MAX_ITEMS, check_sizes
from urgentry.protocol.outcome import Reason, Rejected, invalid
from urgentry.protocol.timestamps import parse_rfc3339

_ENVELOPE_KEYS = ("event_id", "dsn", "sent_at", "sdk", "trace")
_ITEM_KEYS = ("type", "length", "content_type", "filename", "attachment_type", "item_count")
_ENVELOPE_QUOTED = tuple(f'"{key}"'.encode() for key in _ENVELOPE_KEYS)
_ITEM_QUOTED = tuple(f'"{key}"'.encode() for key in _ITEM_KEYS)
_MAX_LENGTH = 2**32 - 1

T = TypeVar("T")

# A string, closed or not, or a bracket. Nothing that must match follows, so it never goes back.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*"?|[{}\[\]]', re.DOTALL)
_JSON_SPACE = re.compile(rb"[ \t\r\n]*+")


class Item(msgspec.Struct, frozen=True):
    """One item: a slice of the envelope's body, copied only when it is asked for."""

    type: str
    headers: dict[str, Any]
    view: memoryview

    @property
    def payload(self) -> bytes:
        """The payload, copied out of the envelope (which can then be freed)."""
        return bytes(self.view)

    @property
    def size(self) -> int:
        """Bytes of the payload."""
        return len(self.view)

    @property
    def stands_alone(self) -> bool:
        """Whether it is kept whatever becomes of the event of its envelope: reports come in
        batches, each for itself."""
        return self.type == ItemType.RAW_SECURITY


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An envelope as it was framed. `headers` are as sent; the rest is what they say."""

    headers: dict[str, Any]
    items: list[Item]
    event_id: bytes | None = None
    sent_at: int | None = None
    """Microseconds, by the client's clock."""
    dsn: Dsn | None = None


def parse_envelope(body: Body) -> Envelope:
    """Reads a whole envelope. Rejected when its framing, a header or a size limit is broken."""
    headers, offset = envelope_headers(body)
    items = list(_items(body, offset))
    check_sizes(items)
    return make_envelope(headers, items)


def envelope_headers(body: Body) -> tuple[dict[str, Any], int]:
    """The envelope's own headers, unchecked, and the offset at which items begin.

    For a request without other credentials this is read first, for its `dsn`.
    """
    if not body:
        raise invalid(Reason.EMPTY_BODY, "empty request body")
    return _header(body, 0, _ENVELOPE_KEYS, _ENVELOPE_QUOTED, "invalid envelope header")


def make_envelope(headers: dict[str, Any], items: list[Item]) -> Envelope:
    """An envelope of headers and items. Rejected when a header's value is malformed."""
    event_id, sent_at, dsn = (headers.get(key) for key in ("event_id", "sent_at", "dsn"))
    return Envelope(
        headers=headers,
        items=items,
        event_id=None if event_id is None else _valid(parse_event_id(event_id)),
        sent_at=None if sent_at is None else _valid(parse_rfc3339(sent_at)),
        dsn=None if dsn is None else _dsn(dsn),
    )


def make_item(item_type: str, payload: bytes | memoryview, **headers: Any) -> Item:
    """An item with its header, `length` included."""
    full = {"type": item_type, "length": len(payload), **headers}
    return Item(item_type, full, memoryview(payload))


def format_envelope(headers: dict[str, Any], items: Sequence[Item] = ()) -> bytes:
    """The bytes of an envelope. An item whose headers have no `length` ends at its newline."""
    parts = [orjson.dumps(headers)]
    for item in items:
        parts += (orjson.dumps(item.headers), item.payload)
    return b"\n".join(parts) + b"\n"


def malformed(cause: str) -> Rejected:
    """The answer to an envelope whose framing is broken."""
    return invalid(Reason.INVALID_ENVELOPE, "invalid event envelope", causes=[cause])


def _items(body: Body, offset: int) -> Iterable[Item]:
    view = memoryview(body)
    size = len(body)
    count = 0
    while offset < size:
        if body[offset] in b" \t\r\n":
            offset = _skip_space(body, offset)
            continue
        count += 1
        if count > MAX_ITEMS:
            raise malformed("too many individual items")
        headers, start = _header(body, offset, _ITEM_KEYS, _ITEM_QUOTED, "invalid item header")
        end, offset = _payload_bounds(body, start, headers.get("length"))
        yield Item(_item_type(headers), headers, view[start:end])


def _item_type(headers: dict[str, Any]) -> str:
    name = headers.get("type")
    if not isinstance(name, str):
        raise malformed("invalid item header")
    if name == ItemType.INTEGRATION:
        raise invalid(Reason.INTERNAL_ENVELOPE, "envelope contains internal items")
    return name


def _payload_bounds(body: Body, start: int, length: object) -> tuple[int, int]:
    """Where a payload ends and where the next item header begins."""
    size = len(body)
    if length is None:
        newline = body.find(b"\n", start)
        end = size if newline < 0 else newline
        return end, end + 1
    if type(length) is not int or not 0 <= length <= _MAX_LENGTH:
        raise malformed("invalid item header")
    end = start + length
    if end > size:
        raise malformed("unexpected end of file")
    return end, _after_newline(body, end)


def _after_newline(body: Body, end: int) -> int:
    if body[end : end + 1] not in (b"\n", b""):
        raise malformed("missing newline after header or payload")
    return min(end + 1, len(body))


def _header(
    body: Body, start: int, keys: Sequence[str], quoted: Sequence[bytes], refusal: str
) -> tuple[dict[str, Any], int]:
    """The JSON object at `start`, and the offset behind its newline."""
    newline = body.find(b"\n", start, start + MAX_HEADER_BYTES + 1)
    line = body[start : newline if newline >= 0 else start + MAX_HEADER_BYTES + 1]
    headers = _object(line)
    if headers is None or len(line) > MAX_HEADER_BYTES:
        line = _spread_header(body, start, refusal)
        headers = _object(line)
        start = body.find(line, start)
    if headers is None or _repeats_key(line, headers, keys, quoted):
        raise malformed(refusal)
    return headers, _after_newline(body, start + len(line))


def _object(line: bytes) -> dict[str, Any] | None:
    """The object that a text is from its first byte to its last."""
    if line[:1] != b"{" or line[-1:] != b"}":
        return None
    try:
        loaded = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return loaded if isinstance(loaded, dict) else None


def _spread_header(body: Body, start: int, refusal: str) -> bytes:
    """The text of an object that has whitespace before it or newlines in it."""
    begin = _skip_space(body, start)
    window = body[begin : begin + MAX_HEADER_BYTES]
    depth = 0
    for token in _TOKEN.finditer(window):
        first = token[0][:1]
        depth += (first in b"{[") - (first in b"}]")
        if depth <= 0:
            return window[: token.end()]
    if len(window) == MAX_HEADER_BYTES:
        raise malformed(f"header exceeds {MAX_HEADER_BYTES} bytes")
    raise malformed(refusal)


def _skip_space(body: Body, start: int) -> int:
    matched = _JSON_SPACE.match(body, start)
    return matched.end() if matched else start


def _repeats_key(
    line: bytes, headers: dict[str, Any], keys: Sequence[str], quoted: Sequence[bytes]
) -> bool:
    """Whether a known key occurs twice, which is an error: the parser keeps only the last."""
    # As many colons as keys: every colon belongs to a different key.
    if line.count(b":") == len(headers):
        return False
    for key in quoted:
        if line.count(key) > 1:
            break
    else:
        if b"\\" not in line:
            return False
    names = _top_names(line)
    return any(names.count(key) > 1 for key in keys)


def _top_names(line: bytes) -> list[str]:
    """The keys of an object, repetitions included."""
    names: list[str] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        # Called from the inside out: the outermost object comes last.
        names[:] = [name for name, _ in pairs]

    try:
        json.loads(line, object_pairs_hook=keep)
    except (ValueError, RecursionError) as error:
        raise malformed("header is nested too deep or holds a number beyond reason") from error
    return names


def _dsn(value: object) -> Dsn:
    try:
        return parse_dsn(_valid(value if isinstance(value, str) else None))
    except ValueError as error:
        raise malformed("invalid envelope header") from error


def _valid(value: T | None) -> T:
    if value is None:
        raise malformed("invalid envelope header")
    return value
