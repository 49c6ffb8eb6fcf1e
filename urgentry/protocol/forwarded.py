"""Whose request it is when proxies stand in between: only trusted ones are believed."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

Networks = tuple[IPv4Network | IPv6Network, ...]


def client_ip(peer: str | None, forwarded_for: str | None, trusted: Networks) -> str | None:
    """The client's address: the last hop of `X-Forwarded-For` that is no trusted proxy.

    The header counts only when the connection itself comes from a trusted proxy, and only as far
    back as an unbroken chain of them reaches: what stands before that anyone may have written.
    """
    if not forwarded_for or not is_trusted(peer, trusted):
        return peer
    client = peer
    for hop in reversed(_hops(forwarded_for)):
        if hop is None:
            break
        client = hop
        if not is_trusted(hop, trusted):
            break
    return client


def is_trusted(address: str | None, trusted: Networks) -> bool:
    """Whether an address is one of the trusted proxies."""
    return bool(trusted) and address is not None and _within(address, trusted)


@lru_cache(maxsize=4096)
def _within(address: str, networks: Networks) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return any((mapped or parsed) in network or parsed in network for network in networks)


def _hops(header: str) -> Sequence[str | None]:
    return [_address(hop.strip()) for hop in header.split(",")]


def _address(hop: str) -> str | None:
    """The address of a hop without its port; None when it is none."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return str(ip_address(hop))
    except ValueError:
        return None
