"""The patterns that Sentry used in 2024; hashes of `newstyle:2023-01-11` were made with them."""

from typing import Final

from urgentry.grouping.messages import dates
from urgentry.grouping.messages.networks import EMAIL, IPV4, IPV6
from urgentry.grouping.messages.substitute import (
    AFTER_FOREIGN,
    COLON_NEAR,
    MID_WORD,
    SYMBOL,
    WORD_START,
    substitution,
)

_DATES: Final = (
    dates.RFC_1123,
    dates.LONG,
    dates.RFC_850,
    dates.RFC_3339,
    dates.SQL,
    dates.KITCHEN,
    dates.DAY,
    dates.CTIME,
    dates.DATETIME_REPR,
)

PATTERNS: Final = {
    "email": EMAIL,
    "url": r"\b(?:wss?|https?|ftp)://[^\s]+",
    "ip": f"{IPV6}|{IPV4}",
    "uuid": r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b",
    "sha1": r"\b[0-9a-fA-F]{40}\b",
    "md5": r"\b[0-9a-fA-F]{32}\b",
    "date": dates.any_of(_DATES),
    "duration": r"(?<!\d)\d++ms\b|\d(?:\.\d++)?s\b",
    "hex": r"\b0[xX][0-9a-fA-F]++\b",
    "float": r"-\d++\.\d++\b|\b\d++\.\d++\b",
    "int": r"-\d++\b|\b\d++\b",
    "quoted_str": r"(?<==)(?:'[^'\n]*+'|\"[^\"\n]*+\")",
    "bool": r"(?<==)(?:True|true|False|false)\b",
}

_BRANCHES: Final = {
    WORD_START: tuple(name for name in PATTERNS if name != "quoted_str"),
    AFTER_FOREIGN: ("email",),
    COLON_NEAR: ("ip",),
    MID_WORD: ("date", "duration"),
    SYMBOL: ("email", "ip", "float", "int", "quoted_str"),
}

replace_ids = substitution(PATTERNS, _BRANCHES)
