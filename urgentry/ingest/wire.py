"""The ASGI edge of ingest: requests → decompressed, size-capped bytes; answers back.

The edge calls `header_map` and `read_body`, and answers with `respond` or `answer_preflight`. Works
on bare ASGI, because this path is the hot one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
import orjson

from urgentry.ingest.body import Body
from urgentry.ingest.budget import Hold
from urgentry.ingest.overflow import KEPT_BYTES, Spill
from urgentry.ingest.unpack import UnpackLimits, content_codings, unpack_gzip, unpacking
from urgentry.protocol.auth import Credentials, read_credentials
from urgentry.protocol.limits import MIB, body_too_large
from urgentry.protocol.outcome import Reason, invalid

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WholeBody = Callable[[], bytes | None]
Headers = Mapping[bytes, bytes]
RawHeaders = Iterable[tuple[bytes, bytes]]

_TIME_BYTES = 4 * MIB
"""A large body has the whole time to read again whenever so much of it has come."""
UNDECLARED_BYTES = 64 * 1024
"""What a body of unknown length is first taken to be."""

_HINTS = {
    b"sec-ch-ua": "Sec-Ch-Ua",
    b"sec-ch-ua-model": "Sec-Ch-Ua-Model",
    b"sec-ch-ua-platform": "Sec-Ch-Ua-Platform",
    b"sec-ch-ua-platform-version": "Sec-Ch-Ua-Platform-Version",
}
_ALLOWED_HEADERS = (
    b"x-sentry-auth",
    b"x-requested-with",
    b"x-forwarded-for",
    b"origin",
    b"referer",
    b"accept",
    b"content-type",
    b"authentication",
    b"authorization",
    b"content-encoding",
    b"transfer-encoding",
)
CORS_HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-sentry-error,x-sentry-rate-limits,retry-after"),
)
PREFLIGHT_HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-max-age", b"3600"),
)
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
"""A transparent GIF of one pixel: the answer to an event that came as an image's address."""


class BodyLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a body is read: as sent, unpacked, and for how long."""

    compressed_bytes: int = 100 * MIB
    unpack: UnpackLimits = UnpackLimits()
    read_timeout_s: float = 60.0


def header_map(raw: Sequence[tuple[bytes, bytes]]) -> Headers:
    """Headers by lower-case name; repeated ones are joined by commas, as HTTP has it."""
    headers = dict(raw)
    if len(headers) == len(raw):
        return headers
    headers.clear()
    for name, value in raw:
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


def header(headers: Headers, name: bytes) -> str | None:
    """One header as text."""
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


def client_hints(headers: Headers) -> tuple[tuple[str, str], ...]:
    """What a browser tells of itself beside its User-Agent; browsers send all or none of it."""
    if b"sec-ch-ua" not in headers:
        return ()
    return tuple(
        (name, headers[key].decode("latin-1")) for key, name in _HINTS.items() if key in headers
    )


def collapse_slashes(path: str) -> str:
    """A path with redundant slashes taken out: `//api///1//envelope/` → `/api/1/envelope/`."""
    while "//" in path:
        path = path.replace("//", "/")
    return path


def request_credentials(
    headers: Headers, query: bytes, path_key: str | None = None
) -> Credentials | None:
    """The credentials that a request carries outside its body (`read_credentials`)."""
    return read_credentials(
        sentry_auth=header(headers, b"x-sentry-auth"),
        authorization=header(headers, b"authorization"),
        query=query.decode("latin-1"),
        path_key=path_key,
    )


def expected_bytes(headers: Headers, undeclared: int = UNDECLARED_BYTES) -> int:
    """What to hold before a body is read: its declared length, or a guess."""
    declared = headers.get(b"content-length", b"")
    return int(declared) if declared.isdigit() and len(declared) < 16 else undeclared  # noqa: PLR2004


async def read_body(
    receive: Receive,
    headers: Headers,
    limits: BodyLimits,
    hold: Hold,
    spill: Spill | None = None,
    whole: WholeBody | None = None,
) -> Body:
    """The whole body, unpacked. `hold` grows with it and ends at its size. Where there is a `spill`
    a large body goes there, and may take longer as long as it goes on.

    Rejected with 413 when it is too large as sent or unpacked, 415 for an unknown coding, 400 when
    it is corrupt or breaks off, 408 when it takes too long, 429 when the budget has no room.
    """
    codings = content_codings(header(headers, b"content-encoding"))
    if b"content-length" in headers and expected_bytes(headers) > limits.compressed_bytes:
        raise body_too_large()
    start = whole() if whole is not None else None
    if start is not None:
        return unpack_body(start, codings, limits, hold, spill)
    try:
        async with asyncio.timeout(limits.read_timeout_s) as patience:
            return await _read(receive, codings, limits, hold, spill, patience)
    except TimeoutError as error:
        raise invalid(Reason.INVALID_BODY, "the body took too long", status=408) from error


def unpack_body(
    data: bytes,
    codings: tuple[str, ...],
    limits: BodyLimits,
    hold: Hold,
    spill: Spill | None = None,
) -> Body:
    """A body that came as a whole, unpacked. `hold` ends at its size; `Rejected` as `read_body`
    has it."""
    body = _unpack_whole(data, codings, limits)
    if body is not None:
        hold.settle(len(body))
        return body
    reader = _BodyReader(codings, limits, hold, spill)
    reader.feed(data)
    return reader.finish()


async def _read(
    receive: Receive,
    codings: tuple[str, ...],
    limits: BodyLimits,
    hold: Hold,
    spill: Spill | None,
    patience: asyncio.Timeout,
) -> Body:
    chunk, more = await _chunk(receive)
    if not more:
        return unpack_body(chunk, codings, limits, hold, spill)
    reader = _BodyReader(codings, limits, hold, spill)
    reader.feed(chunk)
    while more:
        chunk, more = await _chunk(receive)
        if reader.feed(chunk):
            patience.reschedule(asyncio.get_running_loop().time() + limits.read_timeout_s)
    return reader.finish()


async def _chunk(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] != "http.request":
        raise invalid(Reason.INVALID_BODY, "the client went away")
    return message.get("body", b""), message.get("more_body", False)


def _unpack_whole(data: bytes, codings: tuple[str, ...], limits: BodyLimits) -> bytes | None:
    """The common cases in one call; None leaves the body to the reader, which also refuses."""
    if len(data) > limits.compressed_bytes:
        return None
    if not codings:
        return data if len(data) <= limits.unpack.unpacked_bytes else None
    return unpack_gzip(data, limits.unpack) if codings == ("gzip",) else None


class _BodyReader:
    """Takes a body chunk by chunk and keeps what it unpacks to."""

    def __init__(
        self, codings: tuple[str, ...], limits: BodyLimits, hold: Hold, spill: Spill | None = None
    ) -> None:
        self._limits = limits
        self._hold = hold
        self._spill = spill
        self._earned = _TIME_BYTES
        self._stages = unpacking(codings, limits.unpack, self._keep)
        self._sent = 0
        self._kept: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> bool:
        """Takes more; whether so much has come by now that more time is fair."""
        self._sent += len(chunk)
        if self._sent > self._limits.compressed_bytes:
            raise body_too_large()
        if chunk and self._stages:
            self._stages[0].feed(chunk)
        elif chunk:
            self._keep(chunk)
        has_earned = self._spill is not None and self._sent >= self._earned
        if has_earned:
            self._earned = self._sent + _TIME_BYTES
        return has_earned

    def finish(self) -> Body:
        for stage in self._stages:
            stage.finish()
        if self._spill is not None and self._spill.is_used:
            return self._spill.body()
        self._hold.settle(self._size)
        return b"".join(self._kept)

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limits.unpack.unpacked_bytes:
            raise body_too_large()
        self._kept.append(data)
        if self._spill is None or self._size <= KEPT_BYTES:
            self._hold.cover(self._size)
            return
        self._spill.append(self._kept)
        self._kept.clear()


async def respond(
    send: Send,
    status: int,
    body: bytes = b"",
    *,
    content_type: bytes = b"application/json",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    """Sends a whole answer, with the headers that let a web page read it."""
    length = (b"content-length", str(len(body)).encode())
    described = (length, (b"content-type", content_type)) if body else (length,)
    sent = (*CORS_HEADERS, *headers, *described)
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


async def answer_preflight(send: Send, also_allowed: Iterable[bytes] = ()) -> None:
    """Answers a browser's OPTIONS request."""
    allowed = b",".join((*_ALLOWED_HEADERS, *also_allowed))
    headers = [
        *PREFLIGHT_HEADERS,
        (b"access-control-allow-headers", allowed),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def answer_pixel(send: Send) -> None:
    """Answers an event that came by GET."""
    await respond(send, HTTPStatus.OK, PIXEL, content_type=b"image/gif")


def error_body(detail: str, causes: Sequence[str] = ()) -> bytes:
    """The protocol's error: `{"detail": …, "causes": […]}`, causes only where there are any."""
    return orjson.dumps({"detail": detail, "causes": causes} if causes else {"detail": detail})
