"""Turns environment variables into field values; knows the form of names, not the settings."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import Field, fields
from ipaddress import ip_address
from typing import Any, TypeVar

from urgentry.errors import ConfigError

PREFIX = "URGENTRY_"
T = TypeVar("T")


def given_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """What was given under our prefix. An empty value is none; service links are not settings."""
    return {
        name: text
        for name, text in environ.items()
        if name.startswith(PREFIX) and text and not is_service_link(name, text)
    }


def read_group(kind: type[T], prefix: str, given: Mapping[str, str]) -> T:
    """Makes one dataclass of settings whose names begin with `prefix`."""
    values: dict[str, Any] = {}
    for declared in fields(kind):  # type: ignore[arg-type]
        name = PREFIX + prefix + declared.name.upper()
        if declared.metadata and name in given:
            values[declared.name] = _parsed(name, given[name].strip(), declared)
    return kind(**values)


def _parsed(name: str, text: str, declared: Field[Any]) -> Any:
    try:
        return declared.metadata["parse"](text)
    except ValueError as refusal:
        got = "its value" if declared.metadata["secret"] else repr(text)
        raise ConfigError(f"{name}: {got} is not {refusal}") from None


def refuse_unknown(given: Mapping[str, str], known: Iterable[str]) -> None:
    """`ConfigError` for the first name that is no setting, with the nearest one that is."""
    known = {name.removeprefix(PREFIX) for name in known}
    for name in sorted(given):
        if name.removeprefix(PREFIX) in known:
            continue
        nearest = difflib.get_close_matches(name.removeprefix(PREFIX), sorted(known), n=1)
        hint = f"did you mean {PREFIX}{nearest[0]}?" if nearest else "docs/settings.md has them all"
        raise ConfigError(f"{name} is not a setting", hint=hint)


def is_service_link(name: str, text: str) -> bool:
    """Whether Kubernetes put this here for a Service whose name begins with "urgentry"."""
    if re.fullmatch(r"URGENTRY_(\w+_)?PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?", name):
        return True
    if re.fullmatch(r"URGENTRY_(\w+_)?SERVICE_HOST", name):
        return _is_address(text)
    if re.fullmatch(r"URGENTRY_(\w+_)?SERVICE_PORT(_\w+)?", name):
        return text.isdecimal()
    if re.fullmatch(r"URGENTRY_(\w+_)?PORT", name):
        return text.startswith(("tcp://", "udp://", "sctp://"))
    return False


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False
