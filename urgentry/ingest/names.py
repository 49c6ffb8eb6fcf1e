"""Ids of names that events carry again and again: environments, releases, tag sets.

The write transaction asks for those it does not know; what a commit has made true is remembered.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

import msgspec
import orjson

from urgentry.domain.event import PreparedEvent, day_of
from urgentry.ingest.attributes import KnownAttributes
from urgentry.storage import recording
from urgentry.storage.database import Transaction
from urgentry.storage.tag_rollups import TagValueKey

_REMEMBERED = 20_000

Key = TypeVar("Key")

TagsetKey = tuple[int, bytes]
NameKey = tuple[int, str]


class Names(msgspec.Struct, frozen=True):
    """Ids by what they stand for: (project or organization id, name or digest)."""

    environments: dict[NameKey, int]
    releases: dict[NameKey, int]
    tagsets: dict[TagsetKey, int]

    @property
    def projects(self) -> set[int]:
        """The projects whose events these names are of."""
        return {project_id for project_id, _ in self.tagsets}


class KnownNames:
    """Remembers names across batches; each process has one."""

    def __init__(self) -> None:
        self._known = Names({}, {}, {})
        self._day = 0
        self.started_projects: set[int] = set()
        """Projects that are known to have had an event."""
        self.tag_values: set[TagValueKey] = set()
        """Tag values that are known to have a row for their hash."""
        self.attributes = KnownAttributes()

    async def resolve(self, tx: Transaction, events: Iterable[PreparedEvent], *, at: int) -> Names:
        """The ids of every name in the events, made where they did not exist."""
        events = list(events)
        environments = {(event.project_id, event.environment) for event in events}
        releases = {(event.organization_id, event.release) for event in events if event.release}
        tagsets = {tagset_key(event): event for event in events}
        if (day := day_of(at)) != self._day:
            self._day = day
            self._known.tagsets.clear()  # the day on which each is used is written anew
        known = self._known
        return Names(
            await self.resolve_environments(tx, environments, at=at),
            await self.resolve_releases(tx, releases, at=at),
            {
                **_pick(known.tagsets, tagsets),
                **await recording.intern_tagsets(
                    tx,
                    {
                        key: _tags_json(event)
                        for key, event in tagsets.items()
                        if key not in known.tagsets
                    },
                    day=day,
                ),
            },
        )

    async def resolve_environments(
        self, tx: Transaction, wanted: Collection[NameKey], *, at: int
    ) -> dict[NameKey, int]:
        """The ids of environments by (project id, name), made where they did not exist."""
        known = self._known.environments
        missing = set(wanted) - known.keys()
        found = await recording.intern_environments(tx, missing, seen=at)
        return {**_pick(known, wanted), **found}

    async def resolve_releases(
        self, tx: Transaction, wanted: Collection[NameKey], *, at: int
    ) -> dict[NameKey, int]:
        """The ids of releases by (organization id, version), made where they did not exist."""
        known = self._known.releases
        missing = set(wanted) - known.keys()
        found = await recording.intern_releases(tx, missing, seen=at)
        return {**_pick(known, wanted), **found}

    def learn_places(
        self, environments: Mapping[NameKey, int], releases: Mapping[NameKey, int]
    ) -> None:
        """Remembers what a committed transaction resolved."""
        _remember(self._known.environments, environments)
        _remember(self._known.releases, releases)

    def learn(self, names: Names, tag_values: Collection[TagValueKey]) -> None:
        """Remembers what a committed transaction resolved, and the tag values that it counted."""
        self.learn_places(names.environments, names.releases)
        _remember(self._known.tagsets, names.tagsets)
        self.started_projects |= names.projects
        if len(self.tag_values) + len(tag_values) > _REMEMBERED:
            self.tag_values.clear()
        self.tag_values.update(tag_values)

    def forget(self) -> None:
        """Somebody changed settings: names may be gone."""
        self._known = Names({}, {}, {})
        self.started_projects = set()


def tagset_key(event: PreparedEvent) -> TagsetKey:
    """Project and digest of an event's interned tags."""
    return event.project_id, _digest(event.interned_tags)


def _digest(tags: tuple[tuple[str, str], ...]) -> bytes:
    return hashlib.blake2b(orjson.dumps(tags), digest_size=16).digest()


def _tags_json(event: PreparedEvent) -> str:
    return orjson.dumps(dict(event.interned_tags)).decode()


def _pick(known: Mapping[Key, int], wanted: Iterable[Key]) -> dict[Key, int]:
    return {key: known[key] for key in wanted if key in known}


def _remember(known: dict[Key, int], resolved: Mapping[Key, int]) -> None:
    if len(known) + len(resolved) > _REMEMBERED:
        known.clear()
    known.update(resolved)
