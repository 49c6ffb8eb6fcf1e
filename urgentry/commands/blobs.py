"""`urgentry blobs move`."""

import argparse
import sys
from typing import Any

from urgentry.blobs.moving import move
from urgentry.config import Settings
from urgentry.errors import ConfigError
from urgentry.opening import open_former_blobs, open_present_blobs

EXIT_DAMAGED = 1


def add(commands: Any) -> None:
    """Adds the command to the parser's."""
    command = commands.add_parser(
        "blobs",
        help="move blobs between a disk and an object store",
        description="move: carries what is left in URGENTRY_BLOBS_FORMER_STORE over to "
        "URGENTRY_BLOBS_STORE, beside running servers. May be run again. The exit status is "
        f"{EXIT_DAMAGED} when damaged blobs were left where they are.",
    )
    command.add_argument("action", choices=("move",))
    command.add_argument(
        "--keep", action="store_true", help="copy only: leave what was copied in the former store"
    )
    command.set_defaults(command=_blobs)


async def _blobs(settings: Settings, arguments: argparse.Namespace) -> int:
    former = open_former_blobs(settings.blobs)
    if former is None:
        raise ConfigError(
            "URGENTRY_BLOBS_FORMER_STORE says nothing",
            hint="set it to where the blobs were, for this command and for the servers",
        )
    present = open_present_blobs(settings.blobs)
    try:
        moved = await move(present, former, keep=arguments.keep)
    finally:
        await former.close()
        await present.close()
    done = "copied" if arguments.keep else "moved"
    sys.stdout.write(
        f"{done} {moved.blobs} blobs of {moved.bytes} bytes from "
        f"{settings.blobs.former_store} to {settings.blobs.store}\n"
    )
    if moved.damaged:
        sys.stdout.write(f"{moved.damaged} damaged blobs stay where they are: see the log\n")
    return EXIT_DAMAGED if moved.damaged else 0
