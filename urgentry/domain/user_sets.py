"""Sets of users as they are stored: each by its digest while they are few, else as a sketch.

A set is bytes: up to 500 digests of eight bytes, in order, or the 4,096 registers of `distinct`.
"""

from collections.abc import Iterable

from urgentry.domain import distinct

EXACT_LIMIT = 500
_KEY_BYTES = 8
_UNION_LIMIT = 20_000
"""A union is exact up to so many users."""


def with_keys(stored: bytes, keys: Iterable[int]) -> bytes:
    """A set with users added, by their 63-bit digests."""
    if len(stored) == distinct.REGISTERS:
        return _sketched(bytearray(stored), keys)
    members = _members(stored)
    members.update(key.to_bytes(_KEY_BYTES, "big") for key in keys)
    if len(members) > EXACT_LIMIT:
        return _sketched(bytearray(distinct.REGISTERS), map(_key, members))
    return b"".join(sorted(members))


class UserUnion:
    """Counts the users of several sets, each once."""

    def __init__(self) -> None:
        self._members: set[bytes] = set()
        self._registers: bytearray | None = None

    def add(self, stored: bytes) -> None:
        """Adds the users of a set."""
        if len(stored) == distinct.REGISTERS:
            distinct.merge(self._sketch(), stored)
            return
        self._members |= _members(stored)
        if len(self._members) > _UNION_LIMIT:
            self._sketch()
            self._fold()

    @property
    def is_estimate(self) -> bool:
        """Whether the count has an error of about 1.6 %."""
        return self._registers is not None

    def count(self) -> int:
        """How many users there are."""
        if self._registers is None:
            return len(self._members)
        self._fold()
        return distinct.estimate(self._registers)

    def _sketch(self) -> bytearray:
        if self._registers is None:
            self._registers = bytearray(distinct.REGISTERS)
        return self._registers

    def _fold(self) -> None:
        registers = self._sketch()
        for member in self._members:
            distinct.add(registers, _key(member))
        self._members.clear()


def _members(stored: bytes) -> set[bytes]:
    return {stored[at : at + _KEY_BYTES] for at in range(0, len(stored), _KEY_BYTES)}


def _key(member: bytes) -> int:
    return int.from_bytes(member, "big")


def _sketched(registers: bytearray, keys: Iterable[int]) -> bytes:
    for key in keys:
        distinct.add(registers, key)
    return bytes(registers)
