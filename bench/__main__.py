"""`python -m bench`: measures the server on each database and says whether the targets are met."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from bench.databases import DATABASES, provided
from bench.report import for_machines, for_people, misses
from bench.scenario import Measured, Plan, measure_server, measure_target
from bench.target import target_of
from tests.server.running_server import RunningServer

RESULTS = Path(__file__).parent / "results"
MISSED_TARGET = 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a check of half a minute a database")
    parser.add_argument(
        "--database", choices=DATABASES, action="append", help="default: all, one after the other"
    )
    parser.add_argument("--rate", type=float, default=400.0, help="events a second to hold")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to hold it")
    parser.add_argument("--p95-ms", type=float, default=15.0, help="the slowest that still holds")
    parser.add_argument(
        "--step-seconds", type=float, default=15.0, help="a step of the climb; 0: no climb"
    )
    parser.add_argument("--events", type=int, default=0, help="events to store before the reads")
    parser.add_argument("--issues", type=int, default=2_000, help="of how many issues these are")
    parser.add_argument(
        "--read-rate", type=float, default=0.0, help="events a second that come in meanwhile"
    )
    parser.add_argument(
        "--kind",
        choices=("numbers", "ids"),
        action="append",
        help="how events differ: in every number, or in ids, times and users only; default: both",
    )
    parser.add_argument(
        "--profile", action="store_true", help="a flame graph of the server under each load"
    )
    parser.add_argument(
        "--postgres-delay-ms", type=float, default=0.0, help="added to each answer of PostgreSQL"
    )
    other = parser.add_argument_group("another server")
    other.add_argument("--dsn", help="measure the server behind this DSN, from outside")
    other.add_argument("--token", default="", help="a token of its API, for the reads")
    other.add_argument("--organization", default="", help="slug")
    other.add_argument("--project", default="", help="slug")
    given = parser.parse_args()
    if given.profile and given.dsn:
        parser.error("--profile looks at a process of this machine: not together with --dsn")
    return given


def _plan(given: argparse.Namespace, folder: Path) -> Plan:
    kinds = tuple(given.kind or ("numbers", "ids"))
    flame_graphs = folder if given.profile else None
    if given.quick:
        return Plan(
            seconds=12.0,
            warm_up_seconds=2.0,
            rate=given.rate,
            p95_ms=given.p95_ms,
            kinds=kinds[:1],
            flame_graphs=flame_graphs,
        )
    return Plan(
        seconds=given.seconds,
        warm_up_seconds=5.0,
        rate=given.rate,
        p95_ms=given.p95_ms,
        kinds=kinds,
        step_seconds=given.step_seconds,
        stored_events=given.events,
        stored_issues=given.issues,
        read_rate=given.read_rate,
        read_seconds=30.0,
        flame_graphs=flame_graphs,
    )


async def _measure(given: argparse.Namespace, plan: Plan) -> list[Measured]:
    if given.dsn:
        target = target_of(
            given.dsn,
            token=given.token,
            organization=given.organization,
            project=given.project,
        )
        return [await measure_target(target, plan)]
    return [
        await _measure_own(name, plan, given.postgres_delay_ms)
        for name in given.database or DATABASES
    ]


async def _measure_own(name: str, plan: Plan, delay_ms: float) -> Measured:
    with tempfile.TemporaryDirectory(prefix="urgentry-bench-") as directory:
        folder = Path(directory)
        with provided(name, folder, delay_ms=delay_ms) as database:
            server = RunningServer(folder / "server", database_dsn=database.dsn)
            try:
                return await measure_server(server, plan, database)
            finally:
                server.stop()


def main() -> int:
    """Measures, writes both reports and answers 1 when a target was missed."""
    given = _arguments()
    name = time.strftime("%Y%m%dT%H%M%S")
    folder, path = RESULTS / name, RESULTS / f"{name}.json"
    (folder if given.profile else RESULTS).mkdir(parents=True, exist_ok=True)
    runs = uvloop.run(_measure(given, _plan(given, folder)))
    path.write_text(json.dumps(for_machines(runs), indent=2, default=str) + "\n")
    sys.stdout.write(f"{for_people(runs)}\n\nFigures for machines: {path}\n")
    for graph in (graph for run in runs for graph in run.flame_graphs):
        sys.stdout.write(f"Flame graph: {graph}\n")
    missed = [miss for run in runs for miss in misses(run)]
    for miss in missed:
        sys.stdout.write(f"MISSED {miss}\n")
    return MISSED_TARGET if missed else 0


if __name__ == "__main__":
    sys.exit(main())
