"""The grouping stage: event → hashes and what an issue list shows, by the project's configuration.

Called for events of type error and default, after they were normalised.
"""

from functools import lru_cache
from typing import Any, Final

import msgspec

from urgentry.domain.grouping_settings import GroupingSettings
from urgentry.grouping import (
    RELEASED,
    Description,
    Grouping,
    GroupingConfig,
    StackMemory,
    compile_config,
    describe,
    explain_event,
    group_event,
)

_CONFIGS_KEPT: Final = 32
_MEMORY: Final = StackMemory()


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    grouping: Grouping
    description: Description
    former: tuple[bytes, ...] = ()
    """Hashes by which the event was found before the project changed its configuration."""

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """16 bytes each, in the order in which they decide."""
        own = self.grouping.hashes
        return (*own, *(value for value in self.former if value not in own)) if self.former else own


def group(event: dict[str, Any], settings: GroupingSettings, *, at: int) -> Grouped:
    """Prepares the event's frames in place, and answers its hashes and description. `at` says
    whether a transition between configurations still lasts.

    Raises InvalidRule or KeyError for settings that were not checked when they were saved.
    """
    former = [
        value
        for config_id in settings.former_at(at)
        for value in group_event(event, project_config(settings, config_id)).hashes
    ]
    grouping = group_event(event, project_config(settings))
    return Grouped(
        grouping=grouping,
        description=describe(event, grouping),
        former=tuple(dict.fromkeys(former)),
    )


def explain(event: dict[str, Any], settings: GroupingSettings) -> Grouping | None:
    """The grouping of a stored event worked out again, under the configuration that it was grouped
    by and the project's rules of today. None for an event that no released one grouped."""
    stored = event.get("grouping_config")
    config_id = stored.get("id") if isinstance(stored, dict) else None
    if config_id not in RELEASED:
        return None
    return explain_event(event, project_config(settings, config_id))


def project_config(settings: GroupingSettings, config_id: str | None = None) -> GroupingConfig:
    """The configuration of a project, or another one with the project's rules."""
    return _compiled(config_id or settings.config, settings.enhancements, settings.fingerprinting)


@lru_cache(maxsize=_CONFIGS_KEPT)
def _compiled(config_id: str, enhancements: str, fingerprinting: str) -> GroupingConfig:
    """Projects with equal settings share a configuration, and so what was seen under it."""
    return compile_config(
        config_id, enhancements=enhancements, fingerprinting=fingerprinting, memory=_MEMORY
    )
