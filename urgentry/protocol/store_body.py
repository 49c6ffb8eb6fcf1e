"""The body of the legacy `/store/` endpoint: JSON, base64 of JSON, or base64 of zlib of JSON.

Browsers of old send it as the form field or query parameter `sentry_data`.
"""

import binascii
import zlib
from urllib.parse import parse_qsl

from urgentry.protocol.limits import MAX_EVENT_BYTES, body_too_large
from urgentry.protocol.outcome import Reason, Rejected, invalid

FORM = "application/x-www-form-urlencoded"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_MAX_FIELDS = 100


def decode_store_body(
    body: bytes, content_type: str = "", *, max_bytes: int = MAX_EVENT_BYTES
) -> bytes:
    """The event's JSON text, not parsed yet. Rejected when it is empty, too large or no base64."""
    text = body.strip()
    if text[:1] != b"{" and _is_form(text, content_type):
        # What calls itself a form may still be the bare text, as `curl -d` sends it.
        field = _field(text)
        text = text if field is None else field
    return _event_text(text, max_bytes)


def decode_store_query(query: str, *, max_bytes: int = MAX_EVENT_BYTES) -> bytes:
    """The event's JSON text of a GET request. Rejected as `decode_store_body` does."""
    return _event_text(_field(query.encode()) or b"", max_bytes)


def _is_form(text: bytes, content_type: str) -> bool:
    declared = content_type.partition(";")[0].strip().lower()
    return declared == FORM or text.startswith(b"sentry_data=")


def _field(form: bytes) -> bytes | None:
    try:
        fields = dict(parse_qsl(form.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError as error:
        raise _invalid_json() from error
    data = fields.get("sentry_data")
    return None if data is None else data.strip().encode()


def _event_text(text: bytes, max_bytes: int) -> bytes:
    if not text:
        raise invalid(Reason.EMPTY_BODY, "empty request body")
    if text[:1] != b"{":
        text = _unpacked(_unwrapped(text), max_bytes)
    if len(text) > max_bytes:
        raise body_too_large()
    return text


def _unwrapped(text: bytes) -> bytes:
    # In a query `+` means a space, which base64 does not have.
    text = text.replace(b" ", b"+").translate(_URL_SAFE, b"\r\n\t")
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except binascii.Error as error:
        raise _invalid_json() from error


def _unpacked(data: bytes, max_bytes: int) -> bytes:
    if data.lstrip()[:1] == b"{":
        return data
    inflate = zlib.decompressobj()
    try:
        unpacked = inflate.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise invalid(Reason.INVALID_COMPRESSION, "invalid JSON data") from error
    if len(unpacked) <= max_bytes and not inflate.eof:
        raise invalid(Reason.INVALID_COMPRESSION, "invalid JSON data")
    return unpacked


def _invalid_json() -> Rejected:
    return invalid(Reason.INVALID_JSON, "invalid JSON data")
