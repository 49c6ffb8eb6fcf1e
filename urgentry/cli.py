"""The command line: `urgentry serve`, `migrate`, `bootstrap`; arguments only."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

import uvloop

from urgentry import __version__
from urgentry.app import open_settings_database, serve
from urgentry.config import Settings
from urgentry.errors import SchemaMismatch, UrgentryError
from urgentry.logs import set_up_logging
from urgentry.storage import migrate as schema

EXIT_ERROR = 1
EXIT_MIGRATION_PENDING = 3

Command = Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment()
        set_up_logging(level=settings.log_level, json=settings.log_format == "json")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            code: int = runner.run(parsed.command(settings, parsed))
    except KeyboardInterrupt:
        return EXIT_ERROR
    except (UrgentryError, BaseExceptionGroup) as error:
        for cause in _causes(error):
            _complain(cause)
        return EXIT_ERROR
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="urgentry",
        description="A self-hosted error tracker that every Sentry SDK can talk to.",
        epilog="Settings come from URGENTRY_* variables; docs/settings.md lists them.",
    )
    parser.add_argument("--version", action="version", version=f"urgentry {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_migrate(commands)
    return parser


def _add_serve(commands: Any) -> None:
    command = commands.add_parser(
        "serve",
        help="run the server",
        description="Runs the server. SQLite is migrated at the start; PostgreSQL only with "
        "--migrate, otherwise the server waits, not ready, until somebody migrates.",
    )
    command.add_argument(
        "--migrate", action="store_true", help="bring PostgreSQL's schema up to date first"
    )
    command.set_defaults(command=_serve)


def _add_migrate(commands: Any) -> None:
    command = commands.add_parser(
        "migrate",
        help="bring the database's schema forward or back",
        description="Applies the migrations that are missing. Safe to run again, and by several "
        "processes at once.",
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument(
        "--check",
        action="store_true",
        help=f"change nothing; exit with {EXIT_MIGRATION_PENDING} when the schema does not serve "
        "this program",
    )
    what.add_argument("--plan", action="store_true", help="change nothing; list the steps")
    command.add_argument("--to", type=int, metavar="N", help="go to schema version N, also back")
    command.add_argument("--force", action="store_true", help="go back even where data is lost")
    command.set_defaults(command=_migrate)


async def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    await serve(settings, migrate=arguments.migrate)
    return 0


async def _migrate(settings: Settings, arguments: argparse.Namespace) -> int:
    database = open_settings_database(settings)
    try:
        if arguments.check:
            return await _check_schema(database)
        if arguments.plan:
            steps = await schema.plan(database, to=arguments.to)
        else:
            steps = await schema.migrate(database, to=arguments.to, force=arguments.force)
    finally:
        await database.close()
    for step in steps:
        _say(_describe(step))
    if not steps:
        _say("the schema is up to date")
    return 0


async def _check_schema(database: Any) -> int:
    try:
        await schema.check(database)
    except SchemaMismatch as error:
        _complain(error)
        return EXIT_MIGRATION_PENDING
    _say("the schema serves this program")
    return 0


def _describe(step: schema.Step) -> str:
    notes = [step.phase]
    if step.wal_heavy:
        notes.append(f"writes much: {step.wal_heavy}")
    if step.direction == "reverse" and step.loses:
        notes.append(f"loses {step.loses}")
    return f"{step.direction} {step.version:04d} {step.name} ({'; '.join(notes)})"


def _causes(error: BaseException) -> Iterator[UrgentryError]:
    """What was raised on purpose; anything else is a bug and goes on as it is."""
    if isinstance(error, UrgentryError):
        yield error
    elif isinstance(error, BaseExceptionGroup):
        ours, others = error.split(UrgentryError)
        if others is not None:
            raise error
        for part in ours.exceptions if ours is not None else ():
            yield from _causes(part)


def _complain(error: UrgentryError) -> None:
    sys.stderr.write(f"urgentry: {error}\n")
    if error.hint:
        sys.stderr.write(f"  hint: {error.hint}\n")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
