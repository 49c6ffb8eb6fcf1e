"""The grouping stage: event → hashes and what an issue list shows, by the project's configuration.

Called for events of type error and default, after they were normalised.
"""

from functools import lru_cache
from typing import Any, Final

import msgspec

from urgentry.grouping import (
    Description,
    Grouping,
    GroupingConfig,
    compile_config,
    describe,
    group_event,
)

_CONFIGS_KEPT: Final = 32


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    grouping: Grouping
    description: Description

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """16 bytes each, in the order in which they decide."""
        return self.grouping.hashes


def group(
    event: dict[str, Any], config_id: str, *, enhancements: str = "", fingerprinting: str = ""
) -> Grouped:
    """Prepares the event's frames in place, and answers its hashes and description.

    Raises InvalidRule or KeyError for settings that were not checked when they were saved.
    """
    config = compiled(config_id, enhancements, fingerprinting)
    grouping = group_event(event, config)
    return Grouped(grouping=grouping, description=describe(event, grouping))


@lru_cache(maxsize=_CONFIGS_KEPT)
def compiled(config_id: str, enhancements: str, fingerprinting: str) -> GroupingConfig:
    """Projects with equal settings share a configuration, and so what was seen under it."""
    return compile_config(config_id, enhancements=enhancements, fingerprinting=fingerprinting)
