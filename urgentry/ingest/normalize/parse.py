"""Bytes of a JSON event → the object that all else reads: no NUL, no lone surrogate, 64 bits.

Called by the item modules for every JSON payload. The quick way is one C parser and three searches
of the raw text that prove that nothing has to be cleaned; all else goes through the tolerant parser
and one walk.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

import orjson

from urgentry.ingest.normalize.fields import (
    MAX_U64,
    MIN_I64,
    as_json,
)
from urgentry.ingest.normalize.limits import MAX_NESTING
from urgentry.protocol.outcome import Reason, Rejected, invalid

# These clients wrote NaN and Infinity, which JSON does not have (spec 7).
_NAN_CLIENTS = ("raven-python/", "sentry-python/")
_NUL_ESCAPE = b"\\u0000"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parse_event_json(raw: bytes, sdk_client: str | None = None) -> dict[str, Any]:
    """The payload as a dict; of duplicate keys the last wins. Raises `Rejected`."""
    payload = parse_json(raw, sdk_client)
    if type(payload) is not dict:
        raise invalid(Reason.INVALID_JSON, "expected an object")
    return payload


def parse_json(raw: bytes, sdk_client: str | None = None) -> Any:
    """The payload, whatever it is. Raises `Rejected`."""
    raw = raw.removeprefix(_BYTE_ORDER_MARK)
    try:
        payload = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return clean(_parse_tolerantly(raw, sdk_client, error))
    return clean(payload) if has_nul(raw) else payload


def has_nul(raw: bytes) -> bool:
    """True where a text of the JSON may hold U+0000."""
    return _NUL_ESCAPE in raw


def _parse_tolerantly(raw: bytes, sdk_client: str | None, error: orjson.JSONDecodeError) -> Any:
    """Takes lone surrogates and overlong numbers too, and NaN from the clients that wrote it."""
    tolerate_nan = (sdk_client or "").startswith(_NAN_CLIENTS)

    def constant(name: str) -> None:
        if not tolerate_nan:
            raise invalid(Reason.INVALID_JSON, f"{name} is not JSON") from error

    try:
        return json.loads(raw.decode(), parse_constant=constant)
    except RecursionError:
        raise invalid(Reason.NESTING_TOO_DEEP) from error
    except Rejected:
        raise
    except ValueError:
        raise invalid(Reason.INVALID_JSON, f"invalid JSON data: {error.msg}") from error


def clean(value: Any, depth: int = MAX_NESTING) -> Any:
    """A copy that every database takes: texts without U+0000 and surrogates, numbers of 64 bits."""
    if isinstance(value, (dict, list)):
        return _clean_container(value, depth) if depth else clean_text(as_json(value))
    if type(value) is str:
        return clean_text(value)
    return _clean_number(value)


def _clean_container(value: dict[str, Any] | list[Any], depth: int) -> Any:
    if isinstance(value, dict):
        return dict(_clean_members(value, depth - 1))
    return [clean(item, depth - 1) for item in value]


def _clean_number(value: Any) -> Any:
    if type(value) is int:
        return max(min(value, MAX_U64), MIN_I64)
    return None if type(value) is float and not math.isfinite(value) else value


def _clean_members(value: dict[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        yield clean_text(key), clean(item, depth)


def clean_text(text: str) -> str:
    """The text without U+0000; a lone half of a surrogate pair becomes U+FFFD."""
    stripped = text.replace("\x00", "")
    if stripped.isascii():
        return stripped
    return stripped.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
