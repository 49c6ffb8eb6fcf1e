"""`urgentry demo`."""

import argparse
import sys
from typing import Any

from urgentry.commands import passwords
from urgentry.config import Settings


def add(commands: Any) -> None:
    """Adds the command to the parser's."""
    command = commands.add_parser(
        "demo",
        help="make an organization with weeks behind it, to look around in",
        description="Makes a made-up shop with projects, people and four weeks of errors, traces, "
        "logs, sessions and check-ins. On SQLite, while no server runs.",
    )
    command.add_argument("--org", default="demo", metavar="SLUG", help="the organization (demo)")
    command.add_argument("--email", required=True, metavar="ADDRESS", help="the owner's account")
    passwords.add(command)
    command.set_defaults(command=_demo)


async def _demo(settings: Settings, arguments: argparse.Namespace) -> int:
    from urgentry.demo.play import play  # noqa: PLC0415 - a server needs none of it

    made = await play(
        settings,
        organization=arguments.org,
        email=arguments.email,
        password=passwords.chosen(settings, arguments),
        tell=_say,
    )
    _say(f"Sign in at {settings.base_url}/{made.organization}/issues/ as {made.email}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
