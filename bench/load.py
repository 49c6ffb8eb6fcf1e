"""Open-loop load: requests leave when they are due, whatever the server does, and latency counts
from the due time, so a server that stalls cannot hide it. Called by `scenario`.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from bench.client import Pool, Settled
from bench.payload import Body
from bench.target import Target

CONNECTIONS = 64
SETTLE_SECONDS = 15.0
COARSE_SECONDS = 0.0005
"""Timers tick in milliseconds: what is due within half of one leaves now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What came of one run. Latencies in milliseconds, rates in events a second."""

    offered_rate: float
    seconds: float
    sent: int
    ok: int
    achieved_rate: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    errors: dict[str, int] = field(default_factory=dict)
    generator_lag_p95_ms: float
    generator_cpu_share: float


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of the ordered values lie; not a number when there is none."""
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Tally:
    """Collects how and when each of `expected` requests ended."""

    def __init__(self, expected: int) -> None:
        self.latencies: list[float] = []
        self.lags: list[float] = []
        self.errors: Counter[str] = Counter()
        self.last_end = 0.0
        self.complete = asyncio.Event()
        self._expected = expected

    def leave(self, due: float) -> Settled:
        """Notes that a request leaves; what it returns is told the end."""
        now = time.perf_counter()
        self.lags.append(max(0.0, now - due))
        return partial(self._settle, min(due, now))

    @property
    def settled(self) -> int:
        return len(self.latencies) + self.errors.total()

    def _settle(self, since: float, fate: str, end: float) -> None:
        self.last_end = end
        if fate == "200":
            self.latencies.append(end - since)
        else:
            self.errors[fate] += 1
        if self.settled == self._expected:
            self.complete.set()


async def offer(
    target: Target, bodies: Sequence[Body], *, rate: float, connections: int = CONNECTIONS
) -> LoadResult:
    """Offers `bodies` at `rate` a second and waits until each is settled or given up."""
    pool = Pool(target.base_url, size=connections)
    requests = [target.request(body.gzipped) for body in bodies]
    tally = _Tally(len(requests))
    cpu, start = time.process_time(), time.perf_counter() + 0.05
    for index, request in enumerate(requests):
        due = start + index / rate
        if (wait := due - time.perf_counter()) > COARSE_SECONDS:
            await asyncio.sleep(wait)
        pool.submit(request, tally.leave(due))
    try:
        await asyncio.wait_for(tally.complete.wait(), SETTLE_SECONDS)
    except TimeoutError:
        tally.errors["timeout"] += len(requests) - tally.settled
    result = _result(tally, rate=rate, start=start, cpu=time.process_time() - cpu)
    await pool.close()
    return result


def _result(tally: _Tally, *, rate: float, start: float, cpu: float) -> LoadResult:
    ordered = sorted(tally.latencies)
    seconds = max(tally.last_end - start, 1e-9)
    return LoadResult(
        offered_rate=rate,
        seconds=seconds,
        sent=len(tally.lags),
        ok=len(ordered),
        achieved_rate=len(ordered) / seconds,
        p50_ms=quantile(ordered, 0.50) * 1000,
        p95_ms=quantile(ordered, 0.95) * 1000,
        p99_ms=quantile(ordered, 0.99) * 1000,
        max_ms=quantile(ordered, 1.0) * 1000,
        errors=dict(tally.errors),
        generator_lag_p95_ms=quantile(sorted(tally.lags), 0.95) * 1000,
        generator_cpu_share=cpu / seconds,
    )
