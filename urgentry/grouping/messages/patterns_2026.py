"""The patterns of 2026, which the current configurations use.

Texts longer than 8,192 characters are left alone, as Sentry leaves them.
"""

import re
from typing import Final

from urgentry.grouping.messages import dates
from urgentry.grouping.messages.networks import EMAIL, HOSTNAME, IPV4, IPV6_GUARDED
from urgentry.grouping.messages.substitute import (
    AFTER_FOREIGN,
    MID_WORD,
    SYMBOL,
    WORD_START,
    substitution,
)

_LONGEST: Final = 8192

_DATES: Final = (
    dates.RFC_1123,
    dates.LONG,
    dates.RFC_850_SHORT,
    dates.JAVASCRIPT,
    dates.RFC_3339,
    dates.SQL,
    dates.COMPACT,
    dates.KITCHEN_12,
    dates.KITCHEN_24,
    dates.DAY,
    dates.CTIME,
    dates.DATETIME_REPR,
)

PATTERNS: Final = {
    "email": EMAIL,
    "url": r"\b(?:wss?|https?|ftp)://[^\s]++",
    "hostname": HOSTNAME,
    "ip": f"{IPV6_GUARDED}|{IPV4}",
    "traceparent": (r"\b(?:00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]|1-[0-9a-f]{8}-[0-9a-f]{24})\b"),
    "uuid": r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b",
    "sha1": r"\b[0-9a-fA-F]{40}\b",
    "md5": r"\b[0-9a-fA-F]{32}\b",
    "date": dates.any_of(_DATES),
    "duration": r"(?<![\d])(?:\d++ms|\d++(?:\.\d++)?s)\b",
    "swift_txn_id": r"\btx[0-9a-f]{21}-[0-9a-f]{10}(?:-[0-9a-zA-Z]{1,64})?\b",
    "hex": (
        r"\b0[xX][0-9a-fA-F]++\b"
        r"|(?:(?<!\w)-)?\b(?:"
        r"(?=[a-f]{0,5}[0-9])(?=[0-9]{0,5}[a-f])[0-9a-f]{4,6}"
        r"|(?=[A-F]{0,5}[0-9])(?=[0-9]{0,5}[A-F])[0-9A-F]{4,6}"
        r"|[0-9a-f]{8,128}+|[0-9A-F]{8,128}+)\b"
    ),
    "git_sha": r"\b(?=[a-f]{0,6}[0-9])(?=[0-9]{0,6}[a-f])[0-9a-f]{7}\b",
    "float": r"(?:(?<!\w)-)?\b(?<!\d\.)\d++\.\d++\b(?!\.\d)",
    "int": r"(?:(?<!\w)-)?\b\d{1,7}\b",
    "quoted_str": r"(?<==)(?:'[^'\n]*+'|\"[^\"\n]*+\")",
    "bool": r"(?<==)(?:True|true|False|false)\b",
}

_BRANCHES: Final = {
    WORD_START: tuple(name for name in PATTERNS if name != "quoted_str"),
    AFTER_FOREIGN: ("email", "ip"),
    MID_WORD: ("date", "duration"),
    SYMBOL: ("email", "hostname", "ip", "hex", "float", "int", "quoted_str"),
}

# Text without any of these holds nothing to replace.
_INTERESTING = re.compile(r"[0-9@=]|\.[A-Za-z]|:[:/]|[A-Fa-f]{8}")
_substitute = substitution(PATTERNS, _BRANCHES)


def replace_ids(text: str) -> str:
    """The text with every id, number and date replaced by its kind in angle brackets."""
    if len(text) > _LONGEST or not _INTERESTING.search(text):
        return text
    return _substitute(text)
