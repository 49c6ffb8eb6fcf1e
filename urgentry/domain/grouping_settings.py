"""How a project wants its events grouped: a released configuration, its own rules, and what it
grouped by until lately."""

from typing import Any, Final

import msgspec

from urgentry import clock

TRANSITION: Final = 90 * clock.DAY
"""How long after a change of configuration an event is also looked up as it was grouped before, so
that it finds the issue of its like. Sentry's own upgrade takes as long."""

_TWINS: Final = {
    "newstyle:2023-01-11": ("newstyle:2023-01-11@2026",),
    "newstyle:2023-01-11@2026": ("newstyle:2023-01-11",),
}
"""One name, computed in two ways: as Sentry did in 2024 and does today. A project that comes from
there has issues of both."""


class GroupingSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What ingest groups a project's events by."""

    config: str
    enhancements: str = ""
    """The project's own stack-trace rules."""
    fingerprinting: str = ""
    """The project's own fingerprint rules."""
    former: tuple[str, ...] = ()
    """Configurations whose hashes still lead events to their issues, the latest first."""
    former_until: int = 0
    """Microseconds."""

    def former_at(self, at: int) -> tuple[str, ...]:
        """The former configurations that count at a time."""
        return self.former if at < self.former_until else ()

    def moved(self, config: str, *, at: int) -> "GroupingSettings":
        """These settings under another configuration, with a transition from what counted so far.
        Going back to the same one changes nothing."""
        if config == self.config:
            return self
        left = (self.config, *_TWINS.get(self.config, ()), *self.former_at(at))
        former = tuple(dict.fromkeys(name for name in left if name != config))
        return msgspec.structs.replace(
            self, config=config, former=former, former_until=at + TRANSITION
        )


def read_grouping_settings(config: str, stored: dict[str, Any]) -> GroupingSettings:
    """From a project's configuration and its stored settings."""
    return GroupingSettings(
        config=config,
        enhancements=stored.get("grouping_enhancements", ""),
        fingerprinting=stored.get("fingerprinting_rules", ""),
        former=tuple(stored.get("former_grouping_configs", ())),
        former_until=stored.get("former_grouping_until", 0),
    )


def stored_grouping_settings(settings: GroupingSettings) -> dict[str, Any]:
    """What `read_grouping_settings` reads, but for the configuration itself."""
    return {
        "grouping_enhancements": settings.enhancements,
        "fingerprinting_rules": settings.fingerprinting,
        "former_grouping_configs": list(settings.former),
        "former_grouping_until": settings.former_until,
    }
