"""What blobs are called. A key is made here and nowhere else: nothing that a client sends but the
digest of its content ever stands in one.

`20270214/attachments/12/<sha256>` is content of project 12 that is not needed from that day on, so
that retention removes a day as a whole; `kept/debug_files/12/<sha256>` has no such day.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

KEPT: Final = "kept"

_EPOCH = date(1970, 1, 1)
_DAY = re.compile(r"[0-9]{8}")
_KIND = re.compile(r"[a-z][a-z_]{0,31}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"(?:[0-9]{8}|kept)/[a-z][a-z_]{0,31}/[0-9]{1,19}/[0-9a-f]{64}")
_PREFIX = re.compile(r"(?:(?:[0-9]{8}|kept)/(?:[a-z][a-z_]{0,31}/(?:[0-9]{1,19}/)?)?)?")


def expiring_key(kind: str, owner_id: int, digest: str, *, expires_day: int) -> str:
    """The key of content that is not needed from a day (since the epoch, UTC) on. `owner_id` is
    the project (or organization) whose content it is, `digest` its SHA-256 in hex."""
    return _key(day_folder(expires_day), kind, owner_id, digest)


def kept_key(kind: str, owner_id: int, digest: str) -> str:
    """The key of content that is needed for as long as a row names it."""
    return _key(KEPT, kind, owner_id, digest)


def day_folder(expires_day: int) -> str:
    """The first part of the keys of a day of expiry."""
    return f"{_EPOCH + timedelta(days=expires_day):%Y%m%d}"


def folder_day(folder: str) -> int | None:
    """The day of expiry (since the epoch) that a key's first part tells; None where it is none."""
    if not _DAY.fullmatch(folder):
        return None
    try:
        return (datetime.strptime(folder, "%Y%m%d").replace(tzinfo=UTC).date() - _EPOCH).days
    except ValueError:
        return None


def checked_key(key: str) -> str:
    """The key, when it is one. ValueError otherwise: it did not come from here."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a blob's key: {key!r}")
    return key


def checked_prefix(prefix: str) -> str:
    """The prefix, when whole parts of keys begin with it. ValueError otherwise."""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"not a prefix of blobs' keys: {prefix!r}")
    return prefix


def _key(folder: str, kind: str, owner_id: int, digest: str) -> str:
    if not _KIND.fullmatch(kind) or not _DIGEST.fullmatch(digest):
        raise ValueError(f"no key can be made of {kind!r} and {digest!r}")
    return f"{folder}/{kind}/{owner_id}/{digest}"
