"""Only trusted proxies say who the client is."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from urgentry.protocol.forwarded import client_ip

TRUSTED = tuple(ip_network(text) for text in ("10.0.0.0/8", "fd00::/8", "127.0.0.1"))


@pytest.mark.parametrize(
    ("peer", "header", "expected"),
    [
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("fd00::1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7, unknown, 10.0.0.2", "10.0.0.2"),
        (None, "203.0.113.7", None),
    ],
)
def test_client(peer: str | None, header: str | None, expected: str | None) -> None:
    assert client_ip(peer, header, TRUSTED) == expected


@pytest.mark.parametrize("header", ["1.1.1.1", "1.1.1.1, 203.0.113.7", "10.0.0.9, 203.0.113.7"])
def test_forged_hops_do_not_count(header: str) -> None:
    assert client_ip("203.0.113.7", header, TRUSTED) == "203.0.113.7"
    assert client_ip("203.0.113.7", header, ()) == "203.0.113.7"


def test_a_client_cannot_write_before_the_first_untrusted_hop() -> None:
    assert client_ip("10.0.0.1", "127.0.0.1, 1.1.1.1, 203.0.113.7", TRUSTED) == "203.0.113.7"


@given(st.text("0123456789.,:[] abcdef"))
def test_whatever_comes_has_an_answer(header: str) -> None:
    assert client_ip("10.0.0.1", header, TRUSTED) is not None
