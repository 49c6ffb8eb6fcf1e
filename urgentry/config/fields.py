"""How a setting is declared and how its text is parsed; used by `settings` only.

A parser raises `ValueError` with the words that complete "… is not …".
"""

import re
from collections.abc import Callable
from dataclasses import field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

from urgentry.domain.event import RETENTION_DAYS

MIN_KEY_CHARS = 32

_ON = frozenset({"yes", "true", "on", "1"})
_OFF = frozenset({"no", "false", "off", "0"})

Network = IPv4Network | IPv6Network
Parser = Callable[[str], Any]


def setting(
    default: Any,
    about: str,
    *,
    parse: Parser = str,
    shown: str | None = None,
    secret: bool = False,
) -> Any:
    """A field that the environment may set. `shown` words the default for people; a secret is
    never echoed."""
    metadata = {"about": about, "parse": parse, "secret": secret}
    metadata["shown"] = shown if shown is not None else str(default)
    return field(default=default, repr=not secret, metadata=metadata)


def whole_number(low: int, high: int) -> Parser:
    """Parses a decimal number from `low` to `high`, both included."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,19}", text) or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def choice(*allowed: str) -> Parser:
    """Parses one of a few words, in any case."""

    def parse(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return text.lower()

    return parse


def switch(text: str) -> bool:
    """Parses yes or no, also as true or false, on or off, 1 or 0."""
    if text.lower() not in {*_ON, *_OFF}:
        raise ValueError("yes or no")
    return text.lower() in _ON


def bucket_name(text: str) -> str:
    """Parses the name of an S3 bucket, as strictly as most stores do."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", text) or ".." in text:
        raise ValueError("a bucket's name: 3 to 63 small letters, digits, dots and hyphens")
    return text


def object_prefix(text: str) -> str:
    """Parses what keys in a bucket begin with; slashes around it do not count."""
    parts = text.strip("/").split("/")
    if not all(re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", part) for part in parts) or any(
        part in {".", ".."} for part in parts
    ):
        raise ValueError("a path such as team/urgentry of letters, digits, dots, _ and -")
    return "/".join(parts)


def bundle_url(text: str) -> str:
    """Parses where bundles of the browser SDK are; empty for nowhere."""
    if text.lower() == "none":
        return ""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or text.count("%s") > 2:  # noqa: PLR2004
        raise ValueError("an http(s) address with at most two %s, or none")
    return text


def versions(text: str) -> tuple[str, ...]:
    """Parses a comma list of versions of three numbers."""
    given = tuple(part.strip() for part in text.split(",") if part.strip())
    if not given or not all(re.fullmatch(r"\d{1,4}\.\d{1,4}\.\d{1,4}", one) for one in given):
        raise ValueError("a comma list of versions such as 9.47.2")
    return given


def retention_days(text: str) -> int:
    """Parses a length of retention from the closed list."""
    if text not in {str(days) for days in RETENTION_DAYS}:
        raise ValueError("one of " + ", ".join(map(str, RETENTION_DAYS)))
    return int(text)


def networks(text: str) -> tuple[Network, ...]:
    """Parses a comma list of addresses and CIDR ranges."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("a comma list of addresses or CIDR ranges, such as 10.0.0.0/8") from None


def secret_keys(text: str) -> tuple[str, ...]:
    """Parses a comma list of keys that are long enough not to be guessed."""
    keys = tuple(part.strip() for part in text.split(",") if part.strip())
    if not keys or any(len(key) < MIN_KEY_CHARS for key in keys):
        raise ValueError(f"a comma list of keys with at least {MIN_KEY_CHARS} characters each")
    return keys


def base_url(text: str) -> str:
    """Parses the address that people and SDKs use, without a trailing slash."""
    parts = _http_address(text, "https://errors.example.com")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("an address without a path: urgentry needs a host name of its own")
    return text.rstrip("/")


def sentry_dsn(text: str) -> str:
    """Parses where an SDK sends to; empty for nowhere."""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if text and not (whole and parts.username and parts.path.rpartition("/")[2].isdecimal()):
        raise ValueError("a DSN such as https://key@errors.example.com/1")
    return text


def endpoint(text: str) -> str:
    """Parses the address of another server, without a trailing slash."""
    parts = _http_address(text, "https://s3.example.com")
    if parts.query or parts.fragment:
        raise ValueError("an address without a query, such as https://s3.example.com")
    return text.rstrip("/")


def _http_address(text: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or "@" in parts.netloc:
        raise ValueError(f"an address such as {example}")
    return parts


def database_dsn(text: str) -> str:
    """Checks the scheme; the drivers read the rest."""
    if not text.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ValueError("sqlite:///relative, sqlite:////absolute or postgresql://…")
    return text
