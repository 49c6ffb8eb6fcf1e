"""How many dumps and reports of crashes are kept of each kind of crash."""

from typing import Any, Final

NONE: Final = 0
UNLIMITED: Final = -1
MOST: Final = 20
DEFAULT: Final = 5


def read_crash_reports_kept(stored: dict[str, Any]) -> int:
    """From a project's stored settings: how many of each hash, or `UNLIMITED`."""
    kept = stored.get("store_crash_reports")
    return kept if isinstance(kept, int) else DEFAULT
