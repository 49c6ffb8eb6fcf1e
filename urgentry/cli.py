"""The command line: `urgentry serve`, `migrate`, `bootstrap`, and those of `commands`; arguments
only.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

import msgspec
import uvloop

from urgentry import __version__
from urgentry.commands import backup, blobs, demo, doctor, passwords
from urgentry.config import Settings
from urgentry.errors import ConfigError, SchemaMismatch, UrgentryError
from urgentry.logs import set_up_logging
from urgentry.opening import (
    is_embedded,
    open_settings_database,
)
from urgentry.serving import serve
from urgentry.storage import migrate as schema
from urgentry.tenancy.onboard import Wish, bootstrap

EXIT_ERROR = 1
EXIT_MIGRATION_PENDING = 3

Command = Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        settings = _settings(parsed)
        if settings is None:
            return EXIT_ERROR
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


def _settings(parsed: argparse.Namespace) -> Settings | None:
    """None when they are not sound and the command has said so in its own way."""
    try:
        return Settings.from_environment()
    except ConfigError as error:
        if "refuse_settings" not in parsed:
            raise
        parsed.refuse_settings(error, parsed)
        return None


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
    _add_bootstrap(commands)
    demo.add(commands)
    backup.add(commands)
    doctor.add(commands)
    blobs.add(commands)
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


def _add_bootstrap(commands: Any) -> None:
    command = commands.add_parser(
        "bootstrap",
        help="make an organization, a project and its owner",
        description="Makes what is missing and prints the DSN. Safe to run again, also beside a "
        "running server, which knows the new key within a second.",
    )
    command.add_argument("--org", required=True, metavar="SLUG", help="the organization")
    command.add_argument("--project", required=True, metavar="SLUG", help="its project")
    command.add_argument("--email", required=True, metavar="ADDRESS", help="the owner's account")
    passwords.add(command)
    command.add_argument(
        "--rotate-token", action="store_true", help="make a new API token in place of the first"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(command=_bootstrap)


async def _bootstrap(settings: Settings, arguments: argparse.Namespace) -> int:
    wish = Wish(
        organization=arguments.org,
        project=arguments.project,
        email=arguments.email,
        password=passwords.chosen(settings, arguments),
        auth_token=settings.bootstrap.auth_token or None,
        rotate_token=arguments.rotate_token,
        retention_days=settings.limits.event_retention_days,
    )
    database = open_settings_database(settings)
    try:
        if is_embedded(settings):
            await schema.migrate(database)
        await schema.check(database)
        made = await bootstrap(database, wish, base_url=settings.base_url)
    finally:
        await database.close()
    if arguments.format == "json":
        _say(msgspec.json.encode(made).decode())
    else:
        _say(f"DSN         {made.dsn}")
        _say(f"API token   {made.auth_token or 'made before; --rotate-token makes a new one'}")
        _say(f"Sign in at  {settings.base_url} as {made.email}")
    return 0


async def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    await serve(settings, migrate=arguments.migrate)
    return 0


async def _migrate(settings: Settings, arguments: argparse.Namespace) -> int:
    database = open_settings_database(settings, is_limited=False)
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
