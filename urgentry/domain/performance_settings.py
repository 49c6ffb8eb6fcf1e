"""What a project takes for a performance problem: which detectors look, and from where on; pure.

The names are those of Sentry's API for it.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

_STORED: Final = "performance"
_MOST_MS: Final = 10_000
PATHS: Final = "large_http_payload_filtered_paths"
"""The setting that is a text."""


class PerformanceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Durations in milliseconds, sizes in bytes."""

    n_plus_one_db_queries_detection_enabled: bool = True
    n_plus_one_db_count: int = 5
    """So many times the same query below one span."""
    n_plus_one_db_duration_threshold: int = 100
    """What they took together."""
    slow_db_queries_detection_enabled: bool = True
    slow_db_query_duration_threshold: int = 1_000
    consecutive_http_spans_detection_enabled: bool = True
    consecutive_http_spans_min_time_saved_threshold: int = 2_000
    """What would be saved if all ran at the time of the longest."""
    large_http_payload_detection_enabled: bool = True
    large_http_payload_size_threshold: int = 300_000
    large_http_payload_filtered_paths: str = ""
    """Paths that may be large, between commas; `*` stands for anything."""


LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "n_plus_one_db_count": (5, 100),
    "n_plus_one_db_duration_threshold": (50, _MOST_MS),
    "slow_db_query_duration_threshold": (100, _MOST_MS),
    "consecutive_http_spans_min_time_saved_threshold": (1_000, _MOST_MS),
    "large_http_payload_size_threshold": (100_000, 10_000_000),
}
"""The least and the most that each may be."""
MAX_PATHS_CHARS: Final = 1_000
SWITCHES: Final = tuple(
    name for name in PerformanceSettings.__struct_fields__ if name.endswith("_enabled")
)


def read_performance_settings(stored: Mapping[str, Any]) -> PerformanceSettings:
    """From a project's stored settings."""
    return msgspec.convert(stored.get(_STORED, {}), PerformanceSettings)


def stored_performance_settings(settings: PerformanceSettings) -> dict[str, Any]:
    """What the reader above reads: what differs from how a project begins."""
    usual = PerformanceSettings()
    return {
        _STORED: {
            name: value
            for name in usual.__struct_fields__
            if (value := getattr(settings, name)) != getattr(usual, name)
        }
    }
