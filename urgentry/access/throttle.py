"""How often somebody may try to sign in: counted by e-mail address and by ip address.

An attempt is counted before the password is checked, so that many at once cannot slip through,
and taken back when the password was right.
"""

from ipaddress import IPv4Address, ip_address, ip_network

from urgentry import clock
from urgentry.errors import ApiError
from urgentry.storage import accounts
from urgentry.storage.database import Transaction

WINDOW = 15 * clock.MINUTE
PER_EMAIL = 10
PER_ADDRESS = 50
_TEXT_LIMIT = 250


async def count_attempt(tx: Transaction, *, email: str, source: str, at: int) -> bool:
    """Counts an attempt from an ip address; whether it may go on."""
    expired = at - WINDOW
    limits = {_email(email): PER_EMAIL, _address(source): PER_ADDRESS}
    counts = [
        await accounts.count_failure(tx, subject, at=at, expired=expired) <= limit
        for subject, limit in sorted(limits.items())
    ]
    return all(counts)


async def forgive_attempt(tx: Transaction, *, email: str, source: str) -> None:
    """The attempt was right: the address's failures are forgotten, the ip's are one less."""
    await accounts.clear_failures(tx, _email(email))
    await accounts.take_back_failure(tx, _address(source))


def too_many_attempts() -> ApiError:
    """The answer to somebody who tried too often."""
    seconds = WINDOW // clock.SECOND
    return ApiError(
        429,
        "Too many attempts to sign in. Try again in a quarter of an hour.",
        headers={"Retry-After": str(seconds)},
    )


def _email(email: str) -> str:
    return f"email:{email[:_TEXT_LIMIT]}"


def _address(text: str) -> str:
    """An IPv6 address counts by its /64: a single host has all of it."""
    try:
        address = ip_address(text)
    except ValueError:
        return f"ip:{text[:_TEXT_LIMIT]}"
    if isinstance(address, IPv4Address):
        return f"ip:{address}"
    return f"ip:{address.ipv4_mapped or ip_network((int(address), 64), strict=False)}"
