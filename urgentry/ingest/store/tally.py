"""A batch's events summed by key, so that a thousand events of one issue are one row of each
roll-up. Pure; built by `store` inside its transaction.
"""

from typing import TypeVar

from urgentry.domain.event import UNCOUNTED_TAGS, EventUser, PreparedEvent, hour_of
from urgentry.storage.hashes import Seen
from urgentry.storage.rollups import HourKey, UserKey
from urgentry.storage.tag_rollups import TagValueKey

_Key = TypeVar("_Key")


class Tally:
    """Sums by hash. Add each event once with the ids that were resolved for it."""

    def __init__(self) -> None:
        self.hashes: dict[int, Seen] = {}
        self.projects: dict[int, int] = {}
        """The project of each hash."""
        self.issues: dict[int, int] = {}
        """The issue of each hash."""
        self.hours: dict[HourKey, int] = {}
        self.environments: dict[tuple[int, int], Seen] = {}
        self.releases: dict[tuple[int, int], Seen] = {}
        self.project_releases: dict[tuple[int, int], Seen] = {}
        self.tags: dict[TagValueKey, Seen] = {}
        self.users: dict[UserKey, Seen] = {}
        self.people: dict[tuple[int, int], EventUser] = {}
        """Users by project and key."""

    def add(
        self,
        event: PreparedEvent,
        *,
        hash_id: int,
        issue_id: int,
        environment_id: int,
        release_id: int | None,
    ) -> None:
        """Counts one event."""
        at = event.timestamp
        self.projects[hash_id] = event.project_id
        self.issues[hash_id] = issue_id
        _count(self.hashes, hash_id, at)
        hour = HourKey(hash_id, environment_id, hour_of(at))
        self.hours[hour] = self.hours.get(hour, 0) + 1
        _count(self.environments, (hash_id, environment_id), at)
        if release_id is not None:
            _count(self.releases, (hash_id, release_id), at)
            _count(self.project_releases, (release_id, event.project_id), at)
        for key, value in event.tags:
            if key not in UNCOUNTED_TAGS:
                _count(self.tags, TagValueKey(hash_id, key, value), at)
        if event.user is not None:
            _count(self.users, UserKey(hash_id, event.user.key), at)
            self.people[event.project_id, event.user.key] = event.user


def _count(seen: dict[_Key, Seen], key: _Key, at: int) -> None:
    known = seen.get(key)
    seen[key] = Seen(1, at, at) if known is None else known.and_also(at)
