"""Bodies for one run, made before it on every core, so that the generator has nothing left to do
but send. Called by `scenario`.
"""

import itertools
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial

from bench.payload import Body, Kind, Payloads

_SEEDS = itertools.count(1)
CHUNK = 500


def make_bodies(*, kind: Kind, issues: int, count: int, rate: float) -> list[Body]:
    """`count` bodies whose events happen at `rate` a second from now on."""
    step_us, now_us = 1_000_000 / rate, time.time_ns() // 1000
    chunk = partial(_chunk, kind, issues, step_us)
    firsts = range(0, count, CHUNK)
    sizes = [min(CHUNK, count - first) for first in firsts]
    starts = [now_us + int(first * step_us) for first in firsts]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        chunks = pool.map(chunk, sizes, starts, itertools.islice(_SEEDS, len(sizes)))
        return list(itertools.chain.from_iterable(chunks))


def _chunk(
    kind: Kind, issues: int, step_us: float, count: int, first_us: int, seed: int
) -> list[Body]:
    return _payloads(kind, issues, seed).batch(count, first_us=first_us, step_us=step_us)


@cache
def _payloads(kind: Kind, issues: int, seed: int) -> Payloads:
    return Payloads(kind=kind, issues=issues, seed=seed)
