"""The DSN: where a client sends to, under which key, for which project.

Only key and project count: the host and scheme of a DSN are never compared with a request's.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from urgentry.protocol.outcome import Reason, Rejected, invalid

KEY_LENGTH = 32
_MAX_PROJECT_ID = 2**64 - 1
_MEMORABLE_CHARS = 256
_PROJECT_ID = re.compile(r"[0-9]{1,20}")


class PublicKey(msgspec.Struct, frozen=True):
    """A DSN's public key with the flags that a client may append: `<key>.no-cache`."""

    key: str
    no_cache: bool = False


class Dsn(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed DSN. `host` carries the port; `path` is empty or begins with a slash."""

    scheme: str
    public_key: str
    host: str
    path: str = ""
    project_id: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.public_key}@{self.host}{self.path}/{self.project_id}"


def parse_dsn(text: str) -> Dsn:
    """Reads `{scheme}://{key}[:{secret}]@{host}[:{port}]{/path}/{project}`.

    The deprecated secret is accepted and forgotten. ValueError says what is wrong.
    """
    return _remembered(text) if len(text) <= _MEMORABLE_CHARS else _parse(text)


def _parse(text: str) -> Dsn:
    url = urlsplit(text)
    if url.scheme not in ("http", "https"):
        raise ValueError("a DSN's scheme is http or https")
    if not url.hostname or not url.username:
        raise ValueError("a DSN has a public key and a host")
    _ = url.port  # raises ValueError when it is not a port number
    path, _, project = url.path.rstrip("/").rpartition("/")
    project_id = project_number(project)
    key = split_flags(url.username)
    if project_id is None or key is None:
        raise ValueError("a DSN has a key of 32 characters and a numeric project id")
    host = url.netloc.rpartition("@")[2]
    return Dsn(scheme=url.scheme, public_key=key.key, host=host, path=path, project_id=project_id)


# A client sends the same DSN with each envelope.
_remembered = lru_cache(maxsize=1024)(_parse)


def format_dsn(base_url: str, public_key: str, project_id: int) -> str:
    """The DSN to hand to a client whose server answers at `base_url`."""
    scheme, _, rest = base_url.rstrip("/").partition("://")
    return f"{scheme}://{public_key}@{rest}/{project_id}"


def split_flags(text: str) -> PublicKey | None:
    """A public key without its flags; None unless it is 32 printable ASCII characters."""
    key, _, flags = text.partition(".")
    if len(key) != KEY_LENGTH or not key.isascii() or not key.isprintable():
        return None
    return PublicKey(key, no_cache="no-cache" in flags.split("."))


def project_number(text: str) -> int | None:
    """A project id as the wire writes it: an unsigned 64-bit decimal."""
    if not _PROJECT_ID.fullmatch(text):
        return None
    number = int(text)
    return number if number <= _MAX_PROJECT_ID else None


def project_from_path(segment: str) -> int:
    """The project id of a request's path. Rejected with 400 when it is not one."""
    number = project_number(segment)
    if number is None:
        raise bad_project()
    return number


def bad_project() -> Rejected:
    """The answer to a path whose project is not a number."""
    return invalid(Reason.PROJECT_ID, "bad project path parameter")
