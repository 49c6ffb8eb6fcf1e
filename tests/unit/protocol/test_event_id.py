"""Event ids: what passes may meet a key or a path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.protocol.event_id import dashed, new_event_id, parse_event_id

HEX = "9ec79c33ec9942ab8353589fcb2e04dc"


@pytest.mark.parametrize("text", [HEX, HEX.upper(), "9ec79c33-ec99-42ab-8353-589fcb2e04dc"])
def test_forms(text: str) -> None:
    assert parse_event_id(text) == bytes.fromhex(HEX)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        HEX[:-1],
        HEX + "0",
        HEX[:-1] + "g",
        HEX[:-2] + "  ",
        "9ec79c33ec99-42ab-8353-589fcb2e04dc-",
        "../../../../../../etc/passwd\0\0\0\0",
        "٣" * 32,
    ],
)
def test_refuses(value: object) -> None:
    assert parse_event_id(value) is None


def test_new_ids_differ_and_are_read_again() -> None:
    first, second = new_event_id(), new_event_id()

    assert first != second
    assert parse_event_id(first.hex()) == parse_event_id(dashed(first)) == first


@given(st.text(min_size=30, max_size=40) | st.text("0123456789abcdef -", min_size=30, max_size=37))
def test_whatever_comes_is_16_bytes_or_none(text: str) -> None:
    parsed = parse_event_id(text)
    assert parsed is None or len(parsed) == 16
