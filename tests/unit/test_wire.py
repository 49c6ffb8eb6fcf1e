"""Requests into bytes and answers back, on bare ASGI."""

import asyncio
import gzip
import zlib
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.ingest.budget import BytesInFlight
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import (
    PIXEL,
    BodyLimits,
    Message,
    Receive,
    answer_pixel,
    answer_preflight,
    collapse_slashes,
    error_body,
    expected_bytes,
    header_map,
    read_body,
    request_credentials,
    respond,
)
from urgentry.protocol.outcome import Reason, Rejected, overloaded

KEY = "e12d836b15bb49d7bbf99e64295d995b"
SMALL = BodyLimits(compressed_bytes=1000, unpack=UnpackLimits(unpacked_bytes=3000))


def receiving(*chunks: bytes, then: Message | None = None) -> Receive:
    messages: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
    ]
    if then is None:
        messages[-1]["more_body"] = False
    else:
        messages.append(then)
    queue = iter(messages)

    async def receive() -> Message:
        return next(queue)

    return receive


async def read(
    *chunks: bytes,
    coding: bytes | None = None,
    limits: BodyLimits = SMALL,
    budget: BytesInFlight | None = None,
    length: int | None = None,
) -> bytes:
    headers = {} if coding is None else {b"content-encoding": coding}
    if length is not None:
        headers[b"content-length"] = str(length).encode()
    budget = budget or BytesInFlight(100_000)
    with budget.hold(length or 0) as hold:
        body = bytes(await read_body(receiving(*chunks), headers, limits, hold))
        assert hold.size == len(body)
    assert budget.used == 0
    return body


async def refusal(*chunks: bytes, **options: Any) -> Rejected:
    budget = options.setdefault("budget", BytesInFlight(100_000))
    with pytest.raises(Rejected) as caught:
        await read(*chunks, **options)
    assert budget.used == 0
    return caught.value


@pytest.mark.parametrize("chunks", [[b"{}"], [b"{", b"}"], [b"", b"{}", b""], [b"{}", b""]])
async def test_plain_bodies(chunks: Sequence[bytes]) -> None:
    assert await read(*chunks) == b"{}"
    assert await read(*chunks, length=2) == b"{}"
    assert await read(*chunks, length=1) == b"{}"
    assert await read(*chunks, length=900, coding=b"utf-8") == b"{}"


async def test_no_body() -> None:
    assert await read(b"") == b""
    assert await read(b"", coding=b"gzip") == b""


async def test_packed_bodies() -> None:
    packed = gzip.compress(b"{}" * 100)

    assert await read(packed, coding=b"gzip") == b"{}" * 100
    assert await read(packed[:9], packed[9:], coding=b"gzip") == b"{}" * 100
    assert await read(packed + packed, coding=b"gzip") == b"{}" * 200
    stacked = zlib.compress(packed)
    assert await read(stacked[:9], stacked[9:], coding=b"gzip, deflate") == b"{}" * 100


@pytest.mark.parametrize(
    ("chunks", "options", "status"),
    [
        ([b"x" * 1001], {}, 413),
        ([b"x" * 600, b"x" * 600], {}, 413),
        ([b"x"], {"length": 1001}, 413),
        ([gzip.compress(bytes(3001))], {"coding": b"gzip"}, 413),
        (
            [gzip.compress(bytes(3001))[:20], gzip.compress(bytes(3001))[20:]],
            {"coding": b"br"},
            400,
        ),
        ([gzip.compress(b"{}")[:-1]], {"coding": b"gzip"}, 400),
        ([b"{}"], {"coding": b"gzip"}, 400),
        ([b"{}"], {"coding": b"lzma"}, 415),
        ([b"x" * 900], {"budget": BytesInFlight(899)}, 413),
        ([gzip.compress(bytes(2000))], {"coding": b"gzip", "budget": BytesInFlight(1999)}, 413),
    ],
)
async def test_refusals(chunks: list[bytes], options: dict[str, Any], status: int) -> None:
    assert (await refusal(*chunks, **options)).status == status


async def test_unpacking_waits_for_no_budget() -> None:
    budget = BytesInFlight(3000)
    with budget.hold(2000):
        headers = {b"content-encoding": b"gzip"}
        with budget.hold(100) as hold, pytest.raises(Rejected) as caught:
            await read_body(receiving(gzip.compress(bytes(2000))), headers, SMALL, hold)
    assert caught.value.status == 429
    assert budget.used == 0


async def test_client_that_goes_away() -> None:
    receive = receiving(b"{", then={"type": "http.disconnect"})
    with BytesInFlight(10).hold(0) as hold, pytest.raises(Rejected) as caught:
        await read_body(receive, {}, SMALL, hold)
    assert caught.value.reason == Reason.INVALID_BODY


async def test_client_that_never_ends() -> None:
    async def receive() -> Message:
        await asyncio.sleep(0.001)
        return {"type": "http.request", "body": b"", "more_body": True}

    limits = BodyLimits(read_timeout_s=0.02)
    with BytesInFlight(10).hold(0) as hold, pytest.raises(Rejected) as caught:
        await read_body(receive, {}, limits, hold)
    assert caught.value.status == 408


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4), st.sampled_from(["gzip", "br"]))
def test_whatever_comes_is_read_or_rejected(chunks: list[bytes], coding: str) -> None:
    try:
        asyncio.run(read(*chunks, coding=coding.encode()))
    except Rejected as rejected:
        assert rejected.status == 400  # noqa: PT017 - either way is right


def test_expected_bytes() -> None:
    assert expected_bytes({b"content-length": b"20000"}) == 20_000
    for odd in ({}, {b"content-length": b"-1"}, {b"content-length": b"9" * 400}):
        assert expected_bytes(odd) == 65_536


def test_header_map() -> None:
    raw = [(b"a", b"1"), (b"b", b"2")]
    assert header_map(raw) == {b"a": b"1", b"b": b"2"}
    assert header_map([*raw, (b"a", b"3")]) == {b"a": b"1, 3", b"b": b"2"}


def test_credentials_of_a_request() -> None:
    headers = {b"x-sentry-auth": b"Sentry sentry_key=" + KEY.encode()}
    query = b"sentry_key=" + KEY.encode()

    for found in (
        request_credentials(headers, b""),
        request_credentials({}, query),
        request_credentials({}, b"", KEY),
    ):
        assert found is not None
        assert found.public_key == KEY
    assert request_credentials({}, b"") is None


def test_slashes() -> None:
    assert collapse_slashes("//api///1//envelope/") == "/api/1/envelope/"


class Sent:
    """What an answer sent: a fake ASGI `send`."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.messages[0]["headers"])

    @property
    def body(self) -> bytes:
        assert [message["type"] for message in self.messages] == [
            "http.response.start",
            "http.response.body",
        ]
        return bytes(self.messages[1]["body"])


async def test_answer() -> None:
    sent = Sent()
    await respond(sent, 200, b'{"id":"x"}')

    assert (sent.status, sent.body) == (200, b'{"id":"x"}')
    assert sent.headers == {
        b"access-control-allow-origin": b"*",
        b"access-control-expose-headers": b"x-sentry-error,x-sentry-rate-limits,retry-after",
        b"content-type": b"application/json",
        b"content-length": b"10",
    }


def test_an_error_is_told_in_the_protocols_form() -> None:
    assert orjson.loads(error_body("bad", ["why"])) == {"detail": "bad", "causes": ["why"]}
    assert orjson.loads(error_body("bad")) == {"detail": "bad"}


async def test_web_pages_may_read_a_refusal() -> None:
    sent = Sent()
    await respond(sent, 429, error_body("too much"), headers=overloaded(retry_after_s=9).headers)

    assert sent.status == 429
    assert sent.headers[b"access-control-allow-origin"] == b"*"
    assert sent.headers[b"retry-after"] == b"9"
    assert sent.headers[b"x-sentry-rate-limits"] == b"9::organization:overload"


async def test_preflight() -> None:
    sent = Sent()
    await answer_preflight(sent)

    assert (sent.status, sent.body) == (200, b"")
    assert sent.headers[b"access-control-allow-methods"] == b"POST"
    assert b"x-sentry-auth" in sent.headers[b"access-control-allow-headers"].split(b",")
    assert sent.headers[b"access-control-max-age"] == b"3600"


async def test_preflight_of_an_endpoint_with_a_header_of_its_own() -> None:
    sent = Sent()
    await answer_preflight(sent, [b"x-own"])

    allowed = sent.headers[b"access-control-allow-headers"].split(b",")
    assert {b"x-own", b"x-sentry-auth"} <= set(allowed)


async def test_pixel() -> None:
    sent = Sent()
    await answer_pixel(sent)

    assert sent.body == PIXEL
    assert (len(PIXEL), PIXEL[:6]) == (43, b"GIF89a")
    assert sent.headers[b"content-type"] == b"image/gif"
