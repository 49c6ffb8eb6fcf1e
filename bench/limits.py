"""The highest rate that holds: climbs until a step breaks, then halves the gap. Called by
`scenario`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.load import LoadResult

KEPT_UP_SHARE = 0.98
CLIMB = 1.25
CLOSE_ENOUGH = 1.04
HIGHEST_OFFERED = 20_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a step must keep to hold."""

    p95_ms: float

    def holds(self, result: LoadResult) -> bool:
        """Nothing failed, the server kept up, and it was quick."""
        kept_up = result.achieved_rate >= KEPT_UP_SHARE * result.offered_rate
        return not result.errors and kept_up and result.p95_ms <= self.p95_ms


async def highest_rate(
    step: Callable[[float], Awaitable[LoadResult]], *, first: float, bound: Bound
) -> tuple[float, list[LoadResult]]:
    """The highest offered rate whose step held (0 when none did), and every step on the way."""
    held, broke, steps = 0.0, 0.0, []
    rate = first
    while rate > 0 and not _close(held, broke):
        result = await step(rate)
        steps.append(result)
        if bound.holds(result):
            held = rate
        else:
            broke = rate
        rate = _next(held, broke)
    return held, steps


def _close(held: float, broke: float) -> bool:
    return held >= HIGHEST_OFFERED or bool(held and broke and broke / held <= CLOSE_ENOUGH)


def _next(held: float, broke: float) -> float:
    if not broke:
        return held * CLIMB
    if not held:
        return broke / 2 if broke > 1 else 0.0
    return (held + broke) / 2
