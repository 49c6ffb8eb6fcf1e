"""The bodies of the legacy endpoint."""

import base64
import zlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.protocol.outcome import Rejected
from urgentry.protocol.store_body import FORM, decode_store_body, decode_store_query

EVENT = b'{"message": "caf\xc3\xa9 ?>~"}'
PLAIN = base64.b64encode(EVENT)
PACKED = base64.b64encode(zlib.compress(EVENT))


@pytest.mark.parametrize(
    "body",
    [
        EVENT,
        b"\n " + EVENT + b"\n",
        PLAIN,
        PACKED,
        PLAIN.rstrip(b"="),
        PLAIN + b"\r\n",
        base64.urlsafe_b64encode(EVENT),
        b"\n".join([PACKED[:20], PACKED[20:]]),
        urlencode({"sentry_data": PACKED.decode()}).encode(),
        urlencode({"a": "b", "sentry_data": EVENT.decode()}).encode(),
        b"sentry_data=" + PLAIN,
    ],
)
def test_forms(body: bytes) -> None:
    declared = FORM + "; charset=utf-8"
    assert decode_store_body(body, declared) == EVENT
    if not body.startswith(b"a="):
        assert decode_store_body(body) == EVENT


def test_query() -> None:
    query = urlencode({"sentry_version": "7", "sentry_data": PACKED.decode()})
    assert decode_store_query(query) == EVENT
    assert decode_store_query("sentry_data=" + PLAIN.decode()) == EVENT


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", 400, "empty_body"),
        (b" \n", 400, "empty_body"),
        (b"sentry_data=", 400, "empty_body"),
        (b"no base64!", 400, "invalid_json"),
        (b"A", 400, "invalid_json"),
        (base64.b64encode(b"no zlib"), 400, "invalid_compression"),
        (base64.b64encode(zlib.compress(EVENT)[:-3]), 400, "invalid_compression"),
        (b"{" + b"x" * 1024 * 1024, 413, "request_too_large"),
        (base64.b64encode(zlib.compress(bytes(50_000_000))), 413, "request_too_large"),
    ],
)
def test_refuses(body: bytes, status: int, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        decode_store_body(body)
    assert (caught.value.status, caught.value.reason) == (status, reason)


def test_a_query_without_an_event() -> None:
    with pytest.raises(Rejected) as caught:
        decode_store_query("sentry_key=x&sentry_version=7")
    assert (caught.value.status, caught.value.detail) == (400, "empty request body")


@given(st.binary() | st.binary().map(base64.b64encode), st.sampled_from(["", FORM, "text/plain"]))
def test_whatever_comes_is_read_or_rejected(body: bytes, content_type: str) -> None:
    try:
        text = decode_store_body(body, content_type)
    except Rejected:
        return
    assert text
