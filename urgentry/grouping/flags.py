"""The released grouping configurations: one engine, and a frozen set of flags for each (spec §13).

A released set is never edited, since stored issues were found by its hashes; a new behaviour is a
new flag and a new identifier.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

DEFAULT_CONFIG: Final = "newstyle:2026-01-20"

_STACK_FIRST = ("stacktrace", "type", "ns_error", "value")
_TYPE_FIRST = ("type", "value", "ns_error", "stacktrace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What distinguishes one released configuration from another."""

    base_rules: str
    """Which built-in stack-trace rules stand before the project's own."""
    parameterization: str
    """Which generation of patterns replaces ids in messages."""
    exception_order: tuple[str, ...] = _TYPE_FIRST
    """Order of an exception's parts, which is the order in which they are hashed."""
    single_frame_ignores_urls: bool = False
    """A lone JavaScript frame without function is ignored when (else: unless) it is a URL."""
    cleans_spawn_main: bool = True
    """Integers in Python's multiprocessing bootstrap line are replaced."""
    names_unknown_variables: bool = True
    """An unknown fingerprint variable becomes `<unrecognized-variable-X>`, else stays literal."""
    cleans_fingerprints: bool = True
    """A fingerprint entry that equals the message is parameterised."""
    app_decides: bool = True
    """Of two equal variants `app` keeps the hash; `system` needs no `app` and blocks none."""
    app_frames_only: bool = True
    """No rule can make a system frame contribute to the app variant."""
    sparse_groups_in_full: bool = True
    """A group of exceptions with no leaf uses the whole list, else its root."""
    unwraps_main_exception: bool = True
    """Titles name what a framework's wrapper hides."""
    title_chars: int = 256


_CORPUS_2023 = Flags(
    base_rules="2023-01-11",
    parameterization="2024",
    exception_order=_STACK_FIRST,
    single_frame_ignores_urls=True,
    cleans_spawn_main=False,
    names_unknown_variables=False,
    cleans_fingerprints=False,
    app_decides=False,
    app_frames_only=False,
    sparse_groups_in_full=False,
    unwraps_main_exception=False,
    title_chars=100,
)
_TODAY_2023 = Flags(
    base_rules="2023-01-11",
    parameterization="2026",
    exception_order=_STACK_FIRST,
    single_frame_ignores_urls=True,
    cleans_spawn_main=False,
    names_unknown_variables=False,
)

RELEASED: Final = MappingProxyType(
    {
        "newstyle:2023-01-11": _CORPUS_2023,
        "newstyle:2023-01-11@2026": _TODAY_2023,
        "newstyle:2025-11-21": Flags(
            base_rules="2026-01-20", parameterization="2026", names_unknown_variables=False
        ),
        DEFAULT_CONFIG: Flags(base_rules="2026-01-20", parameterization="2026"),
    }
)
"""Identifier → flags. The plain 2023 one is as Sentry computed it in 2024, `@2026` as today."""
