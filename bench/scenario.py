"""The order of one benchmark: start, idle, the target rate, time to visible, bytes on disk, the
highest rate, reads on a full database. One run measures one database; `__main__` calls it.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bench.bodies import make_bodies
from bench.databases import ProvidedDatabase
from bench.fill import fill
from bench.flames import flame_graph
from bench.floor import floor
from bench.limits import Bound, highest_rate
from bench.load import LoadResult, offer
from bench.payload import Kind
from bench.process import machine_processor_seconds, memory_mb, peak_memory_mb, processor_seconds
from bench.reads import ReadLatency, read_latencies
from bench.seed import seed
from bench.target import Target, target_of
from bench.visible import Visible, time_to_visible
from tests.server.running_server import RunningServer
from urgentry.storage.open import open_database

WARM_UP_RATE = 100.0
STARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure and for how long."""

    seconds: float
    warm_up_seconds: float
    rate: float = 400.0
    kinds: tuple[Kind, ...] = ("numbers",)
    issues: int = 50
    p95_ms: float = 15.0
    step_seconds: float = 0.0
    stored_events: int = 0
    stored_issues: int = 2_000
    read_seconds: float = 10.0
    read_rate: float = 0.0
    """Events a second that come in while it is read."""
    flame_graphs: Path | None = None
    """The folder that gets a flame graph of each load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Processor seconds used until a moment."""

    at: float
    server_s: float
    database_s: float
    generator_s: float
    machine_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Processor time a second, in cores. What `others` took, the server could not have."""

    server: float
    database: float
    generator: float
    others: float


@dataclass(slots=True, kw_only=True)
class Measured:
    """All figures of one run; what was not measured stays empty."""

    database: str
    plan: Plan
    loads: dict[str, LoadResult] = field(default_factory=dict)
    processor_shares: dict[str, Shares] = field(default_factory=dict)
    start_first_s: float | None = None
    start_again_s: float | None = None
    idle_memory_mb: float | None = None
    peak_memory_mb: float | None = None
    disk_bytes_an_event: float | None = None
    visible_idle: Visible | None = None
    visible_under_load: Visible | None = None
    flame_graphs: list[Path] = field(default_factory=list)
    highest_rate: float | None = None
    floor_rate: float | None = None
    """That of a server that only unpacks and parses."""
    steps: list[LoadResult] = field(default_factory=list)
    stored_events: int = 0
    filling_s: float | None = None
    reads: list[ReadLatency] = field(default_factory=list)


async def measure_server(
    server: RunningServer,
    plan: Plan,
    database: ProvidedDatabase,
) -> Measured:
    """Measures a server of our own from its first start on; it is stopped at the end."""
    found = Measured(database=database.label, plan=plan, start_first_s=server.start())
    made = server.bootstrap()
    target = replace(
        target_of(made.dsn, token=made.auth_token),
        organization=made.organization,
        project=made.project,
        email=made.email,
        password=made.password,
    )
    found.start_again_s = sorted(server.restart() for _ in range(STARTS))[STARTS // 2]
    server.stop()
    empty_bytes = database.stored_bytes()
    server.start()
    found.idle_memory_mb = memory_mb(server.pid)
    usage = partial(_usage, server.pid, database)
    await _warm_up(target, plan)
    for kind in plan.kinds:
        with _looked_at(found, server.pid, kind):
            await _hold(found, target, plan, kind, usage=usage)
    found.visible_idle = await asyncio.to_thread(time_to_visible, target)
    found.peak_memory_mb = peak_memory_mb(server.pid)
    server.stop()
    kept = sum(load.ok for load in found.loads.values()) + plan.warm_up_seconds * WARM_UP_RATE
    found.disk_bytes_an_event = (database.stored_bytes() - empty_bytes) / kept
    server.start()
    if plan.step_seconds:
        found.highest_rate, found.steps = await _climb(found.database, target, plan)
        with floor() as least:
            found.floor_rate, _ = await _climb("floor", least, plan)
    if plan.stored_events:
        found.peak_memory_mb = max(found.peak_memory_mb, peak_memory_mb(server.pid))
        server.stop()
        await _fill(found, target, plan, database)
        server.start()
        await _read(found, target, plan)
    found.peak_memory_mb = max(found.peak_memory_mb, peak_memory_mb(server.pid))
    server.stop()
    return found


async def measure_target(target: Target, plan: Plan) -> Measured:
    """Measures a server that runs already, from outside."""
    found = Measured(database="given", plan=plan)
    await _warm_up(target, plan)
    for kind in plan.kinds:
        await _hold(found, target, plan, kind, usage=None)
    if plan.step_seconds:
        found.highest_rate, found.steps = await _climb(found.database, target, plan)
    if plan.stored_events:
        say(f"{found.database}: sending {plan.stored_events} events")
        found.stored_events = plan.stored_events
        found.filling_s = await seed(target, events=plan.stored_events, issues=plan.stored_issues)
        await _read(found, target, plan)
    return found


async def _warm_up(target: Target, plan: Plan) -> None:
    count = int(WARM_UP_RATE * plan.warm_up_seconds)
    bodies = make_bodies(kind="numbers", issues=plan.issues, count=count, rate=WARM_UP_RATE)
    await offer(target, bodies, rate=WARM_UP_RATE)


async def _hold(
    found: Measured,
    target: Target,
    plan: Plan,
    kind: Kind,
    *,
    usage: Callable[[], Usage] | None,
) -> None:
    """Offers the target rate; halfway a new issue shows how long it takes to be seen."""
    say(f"{found.database}: {plan.rate:.0f} events/s for {plan.seconds:.0f} s, {kind}")
    count = int(plan.rate * plan.seconds)
    bodies = make_bodies(kind=kind, issues=plan.issues, count=count, rate=plan.rate)
    before = usage() if usage else None
    async with asyncio.TaskGroup() as group:
        load = group.create_task(offer(target, bodies, rate=plan.rate))
        if target.token:
            group.create_task(_see_under_load(found, target, plan.seconds / 2))
    found.loads[kind] = load.result()
    if usage and before:
        found.processor_shares[kind] = _shares(before, usage())


def _looked_at(found: Measured, pid: int, kind: Kind) -> AbstractContextManager[None]:
    folder = found.plan.flame_graphs
    if folder is None:
        return nullcontext()
    path = folder / f"{found.database}-{kind}.svg".replace(" ", "")
    found.flame_graphs.append(path)
    return flame_graph(pid, path)


def _usage(pid: int, database: ProvidedDatabase) -> Usage:
    return Usage(
        at=time.perf_counter(),
        server_s=processor_seconds(pid),
        database_s=database.processor_seconds(),
        generator_s=time.process_time(),
        machine_s=machine_processor_seconds(),
    )


def _shares(before: Usage, after: Usage) -> Shares:
    seconds = after.at - before.at
    server = (after.server_s - before.server_s) / seconds
    database = (after.database_s - before.database_s) / seconds
    generator = (after.generator_s - before.generator_s) / seconds
    machine = (after.machine_s - before.machine_s) / seconds
    others = max(0.0, machine - server - database - generator)
    return Shares(server=server, database=database, generator=generator, others=others)


async def _see_under_load(found: Measured, target: Target, wait_seconds: float) -> None:
    await asyncio.sleep(wait_seconds)
    found.visible_under_load = await asyncio.to_thread(time_to_visible, target)


async def _climb(name: str, target: Target, plan: Plan) -> tuple[float, list[LoadResult]]:
    """The highest rate that holds, and each step."""

    async def step(rate: float) -> LoadResult:
        count = int(rate * plan.step_seconds)
        bodies = make_bodies(kind=plan.kinds[0], issues=plan.issues, count=count, rate=rate)
        result = await offer(target, bodies, rate=rate)
        say(f"{name}: {rate:.0f} events/s: p95 {result.p95_ms:.1f} ms {result.errors}")
        return result

    bound = Bound(p95_ms=plan.p95_ms)
    return await highest_rate(step, first=plan.rate, bound=bound)


async def _fill(found: Measured, target: Target, plan: Plan, provided: ProvidedDatabase) -> None:
    say(f"{found.database}: storing {plan.stored_events} events")
    database = open_database(provided.dsn)
    try:
        found.filling_s = await fill(
            database, target.public_key, events=plan.stored_events, issues=plan.stored_issues
        )
    finally:
        await database.close()
    found.stored_events = plan.stored_events


async def _read(found: Measured, target: Target, plan: Plan) -> None:
    say(f"{found.database}: reading, with {plan.read_rate:.0f} events/s coming in")
    count, rate = int(plan.read_rate * plan.read_seconds), plan.read_rate
    bodies = make_bodies(kind="numbers", issues=plan.issues, count=count, rate=rate or 1.0)
    async with asyncio.TaskGroup() as group:
        if bodies:
            group.create_task(offer(target, bodies, rate=rate))
        reading = asyncio.to_thread(read_latencies, target, seconds=plan.read_seconds)
        found.reads = await group.create_task(reading)


def say(line: str) -> None:
    """Tells the person who waits what is going on."""
    sys.stderr.write(f"bench: {line}\n")
