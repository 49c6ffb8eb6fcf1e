"""The three ways in which a command is told the password of a new account."""

import argparse
import sys

from urgentry.config import Settings
from urgentry.opening import bootstrap_password, read_password_file


def add(command: argparse.ArgumentParser) -> None:
    """Adds the options to a command's parser; `chosen` reads them."""
    password = command.add_mutually_exclusive_group()
    password.add_argument("--password", metavar="TEXT", help="the password of a new account")
    password.add_argument("--password-file", metavar="FILE", help="read it from a file")
    password.add_argument("--password-stdin", action="store_true", help="read it from a line")


def chosen(settings: Settings, arguments: argparse.Namespace) -> str | None:
    """From an option, standard input or a file, else from the environment."""
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    if arguments.password_file:
        return read_password_file(arguments.password_file)
    return arguments.password or bootstrap_password(settings)
