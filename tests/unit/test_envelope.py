"""Envelope framing, to the byte."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentry_sdk.envelope import Envelope as SdkEnvelope
from sentry_sdk.envelope import Item as SdkItem

from urgentry.ingest.envelope import (
    Envelope,
    Item,
    envelope_headers,
    format_envelope,
    make_envelope,
    make_item,
    parse_envelope,
)
from urgentry.protocol.outcome import Outcome, Rejected

EVENT_ID = "9ec79c33ec9942ab8353589fcb2e04dc"
KEY = "e12d836b15bb49d7bbf99e64295d995b"
HEADERS: dict[str, Any] = {
    "event_id": EVENT_ID,
    "dsn": f"https://{KEY}@errors.example/42",
    "sent_at": "2026-11-23T17:01:00.5Z",
    "sdk": {"name": "sentry.python", "version": "2.75.0"},
    "trace": {"trace_id": "0" * 32, "sample_rate": "1.0", "release": 'quote " and {brace'},
}


def refusal(body: bytes) -> Rejected:
    with pytest.raises(Rejected) as caught:
        parse_envelope(body)
    assert caught.value.outcome is Outcome.INVALID
    return caught.value


def payloads(body: bytes) -> list[tuple[str, bytes]]:
    return [(item.type, item.payload) for item in parse_envelope(body).items]


def test_headers() -> None:
    envelope = parse_envelope(orjson.dumps(HEADERS))

    assert envelope.headers == HEADERS
    assert envelope.items == []
    assert envelope.event_id == bytes.fromhex(EVENT_ID)
    assert envelope.sent_at == 1_795_453_260_500_000
    assert envelope.dsn is not None
    assert (envelope.dsn.public_key, envelope.dsn.project_id) == (KEY, 42)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{}", []),
        (b"{}\n", []),
        (b"{}\n\n", []),
        (b" \n{}\n \r\n\t", []),
        (b'{}\n{"type":"event","length":2}\n{}', [("event", b"{}")]),
        (b'{}\n{"type":"event","length":2}\n{}\n', [("event", b"{}")]),
        (b'{}\n{"type":"event","length":2}\n{}\n\n\n', [("event", b"{}")]),
        (b'{}\n{"type":"event"}\n{"a":1}\n', [("event", b'{"a":1}')]),
        (b'{}\n{"type":"event"}\n{"a":1}', [("event", b'{"a":1}')]),
        (b'{}\n{"type":"event"}\n{"a":1}\r\n', [("event", b'{"a":1}\r')]),
        (b'{}\n{"type":"event","length":null}\n{}\n', [("event", b"{}")]),
        (b'{}\n{"type":"session","length":0}\n', [("session", b"")]),
        (b'{}\n{"type":"session","length":0}', [("session", b"")]),
        (b'{}\n{"type":"session"}', [("session", b"")]),
        (b'{}\n{"type":"session"}\n', [("session", b"")]),
        (
            b'{}\n{"type":"session","length":0}\n\n{"type":"session","length":0}\n\n',
            [("session", b""), ("session", b"")],
        ),
        (
            b'{}\n{"type":"attachment","length":5}\n1\n\n\n2\n{"type":"event","length":2}\n{}\n',
            [("attachment", b"1\n\n\n2"), ("event", b"{}")],
        ),
        (
            b'{}\n\n \n{"type":"event"}\n{}\n\n{"type":"session"}\n{}\n',
            [
                ("event", b"{}"),
                ("session", b"{}"),
            ],
        ),
        (b'{\n "a": [{}, "}\\""]\n}\n{\n"type":\n"event"\n}\n{}', [("event", b"{}")]),
        (b'{}\n{"type":"who_knows","x":1}\nabc', [("who_knows", b"abc")]),
        (b'{}\n{"type":"event","length":7,"x":{"length":1}}\n{"a":1}', [("event", b'{"a":1}')]),
        (b'{"trace":{"event_id":"x"},"sdk":{"event_id":"y","dsn":1}}\n', []),
    ],
)
def test_framing(body: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert payloads(body) == expected


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"\n", "invalid envelope header"),
        (b"null", "invalid envelope header"),
        (b"[]\n", "invalid envelope header"),
        (b"nonsense", "invalid envelope header"),
        (b"{", "invalid envelope header"),
        (b'{"a":1', "invalid envelope header"),
        (b'{"a":NaN}\n', "invalid envelope header"),
        (b'{"a":"\xff"}\n', "invalid envelope header"),
        (b"\xef\xbb\xbf{}\n", "invalid envelope header"),
        (b'{"event_id":"xyz"}\n', "invalid envelope header"),
        (b'{"event_id":7}\n', "invalid envelope header"),
        (b'{"sent_at":"yesterday"}\n', "invalid envelope header"),
        (b'{"sent_at":1795453260}\n', "invalid envelope header"),
        (b'{"dsn":"https://errors.example/1"}\n', "invalid envelope header"),
        (b'{"dsn":{}}\n', "invalid envelope header"),
        (b'{"sent_at":"2026-11-23T17:01:00Z","sent_at":null}\n', "invalid envelope header"),
        (b'{"event_id":null,"event\\u005fid":null}\n', "invalid envelope header"),
        (b"{} {}", "missing newline after header or payload"),
        (b"{}\r\n", "missing newline after header or payload"),
        (b"{}{}\n", "missing newline after header or payload"),
        (b"{}\nnonsense\n", "invalid item header"),
        (b"{}\n[]\n{}\n", "invalid item header"),
        (b'{}\n{"length":2}\n{}\n', "invalid item header"),
        (b'{}\n{"type":7}\n{}\n', "invalid item header"),
        (b'{}\n{"type":"event","length":"2"}\n{}', "invalid item header"),
        (b'{}\n{"type":"event","length":-1}\n{}', "invalid item header"),
        (b'{}\n{"type":"event","length":2.0}\n{}', "invalid item header"),
        (b'{}\n{"type":"event","length":true}\n{}', "invalid item header"),
        (b'{}\n{"type":"event","length":99999999999999999999999}\n{}', "invalid item header"),
        (b'{}\n{"type":"event","type":"event"}\n{}', "invalid item header"),
        (b'{}\n{"type":"event","type" :"session"}\n{}', "invalid item header"),
        (b'{}\n{"type":"event","length":3}\n{}', "unexpected end of file"),
        (b'{}\n{"type":"event","length":1}\n{}', "missing newline after header or payload"),
        (b'{}\n{"type":"event"}{}\n', "missing newline after header or payload"),
        (b"{}\n" + b'{"type":"session"}\n{}\n' * 501, "too many individual items"),
        (b'{"a":"' + b"x" * 8192 + b'"}\n', "header exceeds 8192 bytes"),
        (b'{}\n{"type":"' + b"x" * 9000, "header exceeds 8192 bytes"),
    ],
)
def test_malformed(body: bytes, cause: str) -> None:
    rejected = refusal(body)

    assert (rejected.status, rejected.detail) == (400, "invalid event envelope")
    assert (rejected.reason, rejected.causes) == ("invalid_envelope", (cause,))


def test_empty_body() -> None:
    rejected = refusal(b"")
    assert (rejected.detail, rejected.reason) == ("empty request body", "empty_body")


def test_internal_items() -> None:
    rejected = refusal(b'{}\n{"type":"integration"}\n{}')
    assert (rejected.status, rejected.detail) == (400, "envelope contains internal items")
    assert rejected.reason == "internal_envelope"


def test_sizes_are_checked() -> None:
    body = format_envelope({}, [make_item("event", b"{}"), make_item("transaction", b"{}")])
    assert refusal(body).status == 413


def test_500_items() -> None:
    sdk_with_full_buffer = [make_item("statsd", b"x") for _ in range(500)]
    assert len(parse_envelope(format_envelope({}, sdk_with_full_buffer)).items) == 500


@pytest.mark.parametrize("nested", [b"[" * 4000, b"[" * 4000 + b"]" * 4000, b'{"a":' * 1300])
def test_nesting_ends_in_a_refusal(nested: bytes) -> None:
    assert refusal(b'{"event_id":null,"x":"\\"","y":' + nested + b"}").status == 400


def test_numbers_beyond_reason() -> None:
    assert refusal(b'{"event_id":null,"x":"\\"","y":' + b"1" * 5000 + b"}").status == 400


def test_unclosed_strings_are_read_in_linear_time() -> None:
    assert refusal(b'{\n"' + b'\\"' * 4000).status == 400


def test_headers_alone_for_the_dsn() -> None:
    body = format_envelope(HEADERS, [make_item("event", b"{}")])
    headers, offset = envelope_headers(body)

    assert headers == HEADERS
    assert body[offset:].startswith(b'{"type":"event","length":2}')


def test_envelope_of_an_official_sdk() -> None:
    sent = SdkEnvelope({"event_id": EVENT_ID, "sent_at": "2026-11-23T17:01:00.500000Z"})
    sent.add_event({"message": "caf\u00e9\n"})
    sent.add_item(SdkItem(payload=b"a\nb\n\n", type="attachment", filename="x.txt"))
    sent.add_item(SdkItem(payload=b"", type="attachment", filename="empty.txt"))

    envelope = parse_envelope(sent.serialize())

    assert envelope.event_id == bytes.fromhex(EVENT_ID)
    event, attachment, empty = envelope.items
    assert orjson.loads(event.payload) == {"message": "caf\u00e9\n"}
    assert (attachment.payload, empty.payload) == (b"a\nb\n\n", b"")
    assert attachment.headers["filename"] == "x.txt"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
OTHER_HEADERS = st.dictionaries(st.text("abcdefgh_", min_size=9, max_size=12), JSON, max_size=4)


@st.composite
def items(draw: st.DrawFn) -> Item:
    payload = draw(st.binary(max_size=60))
    item = make_item(draw(st.sampled_from(["session", "statsd", "sessions"])), payload)
    headers = draw(OTHER_HEADERS) | item.headers
    if b"\n" not in payload and draw(st.booleans()):
        del headers["length"]
    return Item(item.type, headers, item.view)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    keys = draw(st.sets(st.sampled_from(sorted(HEADERS))))
    headers = draw(OTHER_HEADERS) | {key: HEADERS[key] for key in keys}
    return make_envelope(headers, draw(st.lists(items(), max_size=6)))


@given(envelopes())
def test_what_is_formatted_is_read_again(envelope: Envelope) -> None:
    assert parse_envelope(format_envelope(envelope.headers, envelope.items)) == envelope


@given(envelopes(), st.integers(0, 1000), st.binary(max_size=4))
def test_damage_is_read_or_rejected(envelope: Envelope, at: int, garbage: bytes) -> None:
    whole = format_envelope(envelope.headers, envelope.items)
    at %= len(whole)
    for damaged in (whole[:at], whole[:at] + garbage + whole[at + len(garbage) :]):
        try:
            parse_envelope(damaged)
        except Rejected as rejected:
            assert rejected.status in (400, 413)  # noqa: PT017 - either way is right


@given(st.binary() | st.text('{}[]":,\\\n type 0').map(str.encode))
def test_whatever_comes_is_read_or_rejected(body: bytes) -> None:
    try:
        parse_envelope(body)
    except Rejected:
        return
    assert body


@given(envelopes(), st.sampled_from([b" ", b"\n", b"\r\n\t"]))
def test_headers_may_spread_over_lines(envelope: Envelope, space: bytes) -> None:
    parts = [space + _spread(envelope.headers)]
    for item in envelope.items:
        parts += [space + _spread(item.headers), item.payload]

    assert parse_envelope(b"\n".join(parts)) == envelope


def _spread(headers: dict[str, Any]) -> bytes:
    return orjson.dumps(headers, option=orjson.OPT_INDENT_2)
