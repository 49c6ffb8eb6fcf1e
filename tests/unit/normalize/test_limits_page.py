"""The page about normalisation tells every limit as it is."""

import re
from pathlib import Path

from urgentry.ingest.normalize import limits

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "normalization.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
BAGS = {
    *("EXTRA", "CONTEXT", "MODULES", "REQUEST_BODY", "REQUEST_ENV", "HEADERS", "COOKIES", "QUERY"),
    *("FRAME_VARS", "MECHANISM_DATA", "BREADCRUMB_DATA", "LOG_PARAMS", "UNTYPED"),
}


def _told(name: str, value: int | tuple[int, int]) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if name in BAGS:
        return f"depth {value[0]}, {value[1]:,} bytes"
    if name == "MODULES_KEPT":
        return f"{value[0]} lists of {value[1]:,} bytes"
    return f"{value[0]:,} + {value[1]}"


def test_every_limit_is_told() -> None:
    known = {name: _told(name, value) for name, value in vars(limits).items() if name.isupper()}
    assert dict(ROW.findall(PAGE.read_text())) == known
