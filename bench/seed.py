"""Fills a server with many events over the wire, as fast as it takes them, so that reads are
measured on a full database: `python -m bench.seed --dsn … --events 1000000`.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator

import uvloop

from bench.client import Pool
from bench.payload import Body, Payloads
from bench.target import Target, target_of

IN_FLIGHT = 64
DAYS = 14
BACK_OFF_SECONDS = 0.2
TIRED_AFTER = 10_000
"""So many refusals, and something is wrong."""


def _bodies(events: int, issues: int, seed: int) -> Iterator[Body]:
    """Events spread evenly over the last two weeks."""
    payloads = Payloads(kind="ids", issues=issues, seed=seed)
    span_us = DAYS * 86_400 * 1_000_000
    first_us = time.time_ns() // 1000 - span_us
    for index in range(events):
        yield payloads.make(first_us + span_us * index // events)


async def seed(target: Target, *, events: int, issues: int, report_every: int = 50_000) -> float:
    """Delivers `events` events of `issues` issues; the seconds it took. Refusals are repeated."""
    began = time.perf_counter()
    bodies = _bodies(events, issues, seed=1)
    pool = Pool(target.base_url, size=IN_FLIGHT)
    refused: Counter[str] = Counter()
    delivered = 0

    async def deliver() -> None:
        nonlocal delivered
        for body in bodies:
            while (fate := await _fate(pool, target.request(body.gzipped))) != "200":
                refused[fate] += 1
                if refused.total() > TIRED_AFTER:
                    raise RuntimeError(f"the server refuses too much: {dict(refused)}")
                await asyncio.sleep(BACK_OFF_SECONDS)
            delivered += 1
            if delivered % report_every == 0:
                _say(delivered, began)

    async with asyncio.TaskGroup() as group:
        for _ in range(IN_FLIGHT):
            group.create_task(deliver())
    await pool.close()
    return time.perf_counter() - began


async def _fate(pool: Pool, request: bytes) -> str:
    end: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def settled(fate: str, _at: float) -> None:
        if not end.done():
            end.set_result(fate)

    pool.submit(request, settled)
    return await end


def _say(delivered: int, began: float) -> None:
    rate = delivered / (time.perf_counter() - began)
    sys.stderr.write(f"seed: {delivered} events, {rate:.0f} a second\n")


def main() -> None:
    """Reads the arguments and seeds."""
    parser = argparse.ArgumentParser(prog="python -m bench.seed", description=__doc__)
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--issues", type=int, default=2_000)
    given = parser.parse_args()
    took = uvloop.run(seed(target_of(given.dsn), events=given.events, issues=given.issues))
    sys.stdout.write(f"{given.events} events in {took:.0f} s\n")


if __name__ == "__main__":
    main()
