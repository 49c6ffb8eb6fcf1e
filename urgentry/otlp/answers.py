"""Answers in the form of the request: protocol buffers or JSON."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from urgentry.protocol.outcome import Reason, Rejected

JSON: Final = "application/json"
PROTOBUF: Final = "application/x-protobuf"

_CODES: Final[Mapping[int, int]] = {
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    413: 8,
    415: 3,
    429: 8,
    501: 12,
    502: 14,
    503: 14,
    504: 4,
}
"""The codes of gRPC, by the status of HTTP."""
_INTERNAL: Final = 13
_UNKNOWN: Final = 2
_SERVER_ERRORS: Final = 500
_RETRY_INFO: Final = b"type.googleapis.com/google.rpc.RetryInfo"
_BUSY: Final = frozenset({Reason.OVERLOAD, Reason.SPOOL_FULL, Reason.DISK_FULL})
_LOW_BITS: Final = 0x7F
_MORE: Final = 0x80


def form_of(content_type: str) -> str | None:
    """The form that a content type names; None for any other."""
    named = content_type.partition(";")[0].strip().lower()
    return named if named in (JSON, PROTOBUF) else None


def http_status(rejected: Rejected) -> int:
    """Exporters come again after a 503: what is refused for want of room is refused so."""
    return 503 if rejected.reason in _BUSY else rejected.status


def rpc_code(status: int) -> int:
    """The code of gRPC that says what a status of HTTP does."""
    return _CODES.get(status, _INTERNAL if status >= _SERVER_ERRORS else _UNKNOWN)


def status_body(status: int, message: str, form: str, retry_after_s: int | None = None) -> bytes:
    """A `google.rpc.Status`; where it says when to come back, with a `RetryInfo`."""
    code = rpc_code(status)
    if form == JSON:
        return orjson.dumps({"code": code, "message": message})
    body = b"\x08" + _varint(code) + _member(2, message.encode("utf-8", "replace"))
    if retry_after_s is None:
        return body
    delay = _member(1, b"\x08" + _varint(retry_after_s))
    return body + _member(3, _member(1, _RETRY_INFO) + _member(2, delay))


def success_body(
    response: Any, rejected: Mapping[str, int], member: str, form: str, remark: str = ""
) -> bytes:
    """The answer to an export of which all was taken, or all but some. `response` is an empty
    message of the generated class, `member` its name for how many were refused."""
    count = sum(rejected.values())
    if not count:
        return b"{}" if form == JSON else b""
    message = remark or ", ".join(
        f"{reason}: {number}" for reason, number in sorted(rejected.items())
    )
    if form == JSON:
        name, _, rest = member.partition("_")
        camel = name + rest.title().replace("_", "")
        partial = {camel: str(count), "errorMessage": message}
        return orjson.dumps({"partialSuccess": partial})
    setattr(response.partial_success, member, count)
    response.partial_success.error_message = message
    body: bytes = response.SerializeToString()
    return body


def _member(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    made = bytearray()
    while number > _LOW_BITS:
        made.append(number & _LOW_BITS | _MORE)
        number >>= 7
    made.append(number)
    return bytes(made)


def retry_after(rejected: Rejected) -> int | None:
    """In how many seconds whoever was refused may come again; None for never."""
    told = dict(rejected.headers).get(b"retry-after")
    return None if told is None else int(told)
