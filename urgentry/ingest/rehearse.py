"""Groups recent stored events anew under settings that nobody has saved yet, so that a person sees
what they would do. Called by the settings page."""

import asyncio
from collections.abc import Sequence

from urgentry import clock
from urgentry.domain.grouping_settings import GroupingSettings
from urgentry.grouping import compile_config, group_event
from urgentry.grouping.config import GroupingConfig
from urgentry.grouping.preview import Preview, Regrouped, preview_of
from urgentry.storage import events, hashes
from urgentry.storage.database import Database
from urgentry.storage.events import EventSelection, StoredEvent

_NEWEST = 150
_ISSUES = 150


async def rehearse(
    database: Database, settings: GroupingSettings, *, organization_id: int, project_id: int
) -> Preview:
    """Lets the newest events of the project come again under the settings, and the newest one of
    each of the issues that were seen last."""
    selection = EventSelection(organization_id=organization_id, project_id=project_id)
    stored = await _sample(database, selection)
    configs = _configs(settings)
    regrouped: list[Regrouped] = []
    for event in stored:
        if found := _hashes(event, configs):
            regrouped.append(Regrouped(issue_id=event.issue_id, hashes=found))
        await asyncio.sleep(0)  # events that come in meanwhile go first
    asked = {value for event in regrouped for value in event.hashes}
    async with database.read() as tx:
        owners = await hashes.find_owners(tx, project_id, asked)
    return preview_of(regrouped, owners)


async def _sample(database: Database, selection: EventSelection) -> Sequence[StoredEvent]:
    """Oldest first."""
    async with database.read() as tx:
        newest = await events.list_newest(tx, selection, limit=_NEWEST)
        recent = await hashes.list_recent(tx, selection.project_id, limit=_ISSUES)
        latest = await events.list_latest_of_hashes(tx, recent)
    found = {event.id: event for event in (*newest, *latest.values())}
    return sorted(found.values(), key=lambda event: event.timestamp)


def _configs(settings: GroupingSettings) -> list[GroupingConfig]:
    """Compiled for this once: what is tried out must not displace what is in use. The one that
    decides comes first, then those of a transition."""
    return [
        compile_config(
            config_id,
            enhancements=settings.enhancements,
            fingerprinting=settings.fingerprinting,
        )
        for config_id in (settings.config, *settings.former_at(clock.now()))
    ]


def _hashes(stored: StoredEvent, configs: Sequence[GroupingConfig]) -> tuple[bytes, ...]:
    event = stored.payload()
    found = [value for config in configs for value in group_event(event, config).hashes]
    return tuple(dict.fromkeys(found))
