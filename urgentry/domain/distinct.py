"""Counting distinct users: exact up to a bound, then a HyperLogLog sketch of 4,096 registers."""

import math

EXACT_LIMIT = 1_000
"""Up to so many users a hash keeps each by name; above it counts with an error of about 1.6 %."""

_BITS = 12
REGISTERS = 1 << _BITS
_ALPHA = 0.7213 / (1 + 1.079 / REGISTERS)
_RANK_BITS = 63 - _BITS
_HIGH_BITS = int.from_bytes(b"\x80" * REGISTERS, "big")


def add(registers: bytearray, key: int) -> None:
    """Enters a 63-bit digest."""
    index = key & (REGISTERS - 1)
    rank = _RANK_BITS - (key >> _BITS).bit_length() + 1
    registers[index] = max(registers[index], rank)


def merge(registers: bytearray, other: bytes) -> None:
    """Makes the union of two sketches: of each two registers the larger, all at once in numbers of
    4,096 digits. Registers are below 128, so that a digit's high bit is free to say which."""
    mine, its = int.from_bytes(registers, "big"), int.from_bytes(other, "big")
    is_larger = ((mine | _HIGH_BITS) - its & _HIGH_BITS) >> 7
    mask = is_larger * 0xFF
    registers[:] = (its ^ ((mine ^ its) & mask)).to_bytes(REGISTERS, "big")


def estimate(registers: bytes | bytearray) -> int:
    """How many distinct keys were entered."""
    harmonic = sum(registers.count(rank) * 2.0**-rank for rank in range(_RANK_BITS + 2))
    raw = _ALPHA * REGISTERS * REGISTERS / harmonic
    zeros = registers.count(0)
    if raw <= 2.5 * REGISTERS and zeros:
        return round(REGISTERS * math.log(REGISTERS / zeros))
    return round(raw)
