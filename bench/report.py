"""The figures of a benchmark as one table for people and one JSON for machines, and whether the
targets are met.
"""

import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from bench.limits import Bound
from bench.scenario import Measured

PEAK_MEMORY_MB = 120.0
START_SECONDS = 2.0


def misses(found: Measured) -> list[str]:
    """What is worse than the targets, one sentence each."""
    bound = Bound(p95_ms=found.plan.p95_ms)
    missed = [
        f"{found.database}: {load.offered_rate:.0f} events/s ({kind}) did not hold: "
        f"{load.achieved_rate:.0f}/s, p95 {load.p95_ms:.1f} ms, errors {load.errors or 'none'}"
        for kind, load in found.loads.items()
        if not bound.holds(load)
    ]
    if (peak := found.peak_memory_mb) and peak > PEAK_MEMORY_MB:
        missed.append(f"{found.database}: peak memory {peak:.0f} MB is above {PEAK_MEMORY_MB:.0f}")
    if (start := found.start_again_s) and start > START_SECONDS:
        missed.append(f"{found.database}: ready after {start:.2f} s, above {START_SECONDS:.0f}")
    return missed


def for_machines(runs: Sequence[Measured]) -> dict[str, Any]:
    """Everything, with the machine, the commit and the command."""
    return {
        "machine": machine(),
        "commit": commit(),
        "command": " ".join(["scripts/bench", *sys.argv[1:]]),
        "missed": [miss for run in runs for miss in misses(run)],
        "runs": [asdict(run) for run in runs],
    }


def for_people(runs: Sequence[Measured]) -> str:
    """A Markdown table with one column a run."""
    columns = [dict(_rows(run)) for run in runs]
    names = list(dict.fromkeys(name for column in columns for name in column))
    head = ["", *(run.database for run in runs)]
    lines = [head, ["---"] * len(head)]
    lines += [[name, *(column.get(name, "–") for column in columns)] for name in names]
    widths = [max(len(line[index]) for line in lines) for index in range(len(head))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _rows(run: Measured) -> Iterator[tuple[str, str]]:
    for kind, load in run.loads.items():
        name = f"{load.offered_rate:.0f} events/s, {kind} differ"
        yield (
            f"{name}: p50 / p95 / p99 ms",
            f"{load.p50_ms:.1f} / {load.p95_ms:.1f} / {load.p99_ms:.1f}",
        )
        yield f"{name}: errors", str(load.errors or "none")
        if shares := run.processor_shares.get(kind):
            of = (shares.server, shares.database, shares.generator, shares.others)
            told = " / ".join(f"{share:.2f}" for share in of)
            yield f"{name}: cores, server / database / generator / others", told
    yield from _single_figures(run)
    if run.visible_idle:
        yield "visible as event / issue, idle, ms", _visible(run.visible_idle)
    if run.visible_under_load:
        yield "visible as event / issue, under load, ms", _visible(run.visible_under_load)
    for read in run.reads:
        failed = f", {read.failed} of {read.requests} failed" if read.failed else ""
        yield f"{read.what}: p50 / p95 ms", f"{read.p50_ms:.1f} / {read.p95_ms:.1f}{failed}"


def _single_figures(run: Measured) -> Iterator[tuple[str, str]]:
    figures = (
        ("highest rate that holds, events/s", run.highest_rate, "{:.0f}"),
        ("that of a server that only unpacks and parses", run.floor_rate, "{:.0f}"),
        ("peak memory, MB", run.peak_memory_mb, "{:.0f}"),
        ("idle memory, MB", run.idle_memory_mb, "{:.0f}"),
        ("bytes on disk an event", run.disk_bytes_an_event, "{:.0f}"),
        ("first start to ready, s", run.start_first_s, "{:.2f}"),
        ("later start to ready, s", run.start_again_s, "{:.2f}"),
        ("events stored for the reads", run.stored_events or None, "{:,}"),
        ("storing them, s", run.filling_s, "{:.0f}"),
    )
    for name, value, form in figures:
        if value is not None:
            yield name, form.format(value)


def _visible(seen: Any) -> str:
    return f"{seen.event_ms:.0f} / {seen.issue_ms:.0f}"


def machine() -> str:
    """Kernel, processors and Python of this machine."""
    return f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def commit() -> str:
    """The commit of this checkout, marked when files were changed since."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
