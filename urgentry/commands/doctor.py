"""`urgentry doctor`."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from urgentry.config import Settings
from urgentry.doctor.examine import examine
from urgentry.doctor.finding import Finding, failed, ok
from urgentry.errors import ConfigError

EXIT_FAILED = 1


def add(commands: Any) -> None:
    """Adds the command to the parser's."""
    command = commands.add_parser(
        "doctor",
        help="look at everything that a server needs",
        description="Looks at settings, data directory, ports, database, pooler, clock and blob "
        f"store. The exit status is {EXIT_FAILED} when a server would not work.",
    )
    command.add_argument("--json", action="store_true", help="answer one JSON object")
    command.set_defaults(command=_doctor, refuse_settings=_refuse)


async def _doctor(settings: Settings, arguments: argparse.Namespace) -> int:
    findings = [ok("settings", "all are understood")]
    findings += [finding async for finding in examine(settings)]
    return _tell(findings, as_json=arguments.json)


def _refuse(error: ConfigError, arguments: argparse.Namespace) -> None:
    hint = error.hint or "docs/settings.md tells what it may be"
    _tell([failed("settings", str(error), hint)], as_json=arguments.json)


def _tell(findings: Sequence[Finding], *, as_json: bool) -> int:
    """Writes what was found; the exit status."""
    states = {finding.state for finding in findings}
    state = next(one for one in ("failed", "warning", "ok") if one in states)
    if as_json:
        answer = msgspec.json.encode({"state": state, "checks": findings})
        sys.stdout.write(f"{answer.decode()}\n")
    else:
        for finding in findings:
            sys.stdout.write(f"{finding.state:8}{finding.check:16}{finding.text}\n")
            if finding.hint:
                sys.stdout.write(f"{'':24}hint: {finding.hint}\n")
    return EXIT_FAILED if state == "failed" else 0
