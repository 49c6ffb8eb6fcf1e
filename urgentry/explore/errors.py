"""Counts of errors, and of every other event that makes issues, over groups and time. Called by
api.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from urgentry import clock
from urgentry.domain.issue import Issue, Level
from urgentry.domain.project import Project
from urgentry.domain.short_id import format_short_id
from urgentry.errors import ApiError
from urgentry.storage import environments, issues
from urgentry.storage.database import Transaction
from urgentry.storage.event_counts import (
    EventCount,
    EventScope,
    Part,
    count_groups,
    list_tagsets,
)

MOST_ROWS = 100_000

Group = tuple[Any, ...]


class Column(msgspec.Struct, frozen=True):
    """A field that events are told apart by, under the name that the API gives it."""

    name: str
    part: Part | None
    """None for what the project alone tells."""

    @property
    def tag(self) -> str:
        """The tag that it is, where it is one."""
        return self.name.removeprefix("tags[").removesuffix("]")


_OF_ISSUE = ("issue", "issue.id", "title", "culprit", "issue.type")
_OF_PROJECT = ("project", "project.name", "project.id")
_PARTS = {
    **dict.fromkeys(_OF_ISSUE, Part.ISSUE),
    "environment": Part.ENVIRONMENT,
    "release": Part.RELEASE,
    "level": Part.LEVEL,
}


def column(name: str) -> Column:
    """The column of a name; what is nothing else is a tag."""
    if name in _OF_PROJECT:
        return Column(name, None)
    return Column(name, _PARTS.get(name, Part.TAGSET))


class Tally(msgspec.Struct):
    """What is known of a group of events; times in microseconds."""

    events: int = 0
    first_seen: int | None = None
    last_seen: int | None = None
    users: set[int] = msgspec.field(default_factory=set)
    issues: set[int] = msgspec.field(default_factory=set)

    def add(self, count: EventCount) -> None:
        """Takes some events more."""
        self.events += count.events
        first, last = self.first_seen, self.last_seen
        self.first_seen = count.first_seen if first is None else min(first, count.first_seen)
        self.last_seen = count.last_seen if last is None else max(last, count.last_seen)
        if count.user_key is not None:
            self.users.add(count.user_key)
        if count.issue_id is not None:
            self.issues.add(count.issue_id)


Tallies = dict[Group, dict[int, Tally]]
"""By group and slot."""


async def tally_errors(
    tx: Transaction,
    scope: EventScope,
    columns: Sequence[Column],
    projects: Mapping[int, Project],
    *,
    also: Iterable[Part] = (),
    width: int | None = None,
) -> Tallies:
    """The events of a scope by the values of columns, in slots of so many microseconds or in one;
    `also` is told apart without being a group. ApiError 400 for more groups than can be kept."""
    parts = {each.part for each in columns if each.part} | set(also)
    whole = max(1, scope.end - scope.start)
    counts = await count_groups(tx, scope, parts, width=width or whole, most=MOST_ROWS + 1)
    if len(counts) > MOST_ROWS:
        raise ApiError(400, "There are too many groups: pick fewer fields or a shorter period.")
    names = await _read_names(tx, counts, projects)
    tallies: Tallies = {}
    for count in counts:
        group = tuple(names.value(each, count) for each in columns)
        tallies.setdefault(group, {}).setdefault(count.slot, Tally()).add(count)
    return tallies


class _Names(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind the ids of counts."""

    projects: Mapping[int, Project]
    issues: Mapping[int, Issue]
    environments: Mapping[int, str]
    releases: Mapping[int, str]
    tagsets: Mapping[int, Mapping[str, str]]

    def value(self, column: Column, count: EventCount) -> Any:
        """What events have in a column; None where they have nothing."""
        project = self.projects[count.project_id]
        match column.part:
            case None:
                return project.id if column.name == "project.id" else project.slug
            case Part.ISSUE:
                return self._of_issue(column.name, count.issue_id, project)
            case Part.ENVIRONMENT:
                return self.environments.get(count.environment_id or 0) or None
            case Part.RELEASE:
                return self.releases.get(count.release_id or 0)
            case Part.LEVEL:
                return Level(count.level).name.lower() if count.level is not None else None
            case _:
                return self.tagsets.get(count.tagset_id or 0, {}).get(column.tag)

    def _of_issue(self, name: str, issue_id: int | None, project: Project) -> Any:
        issue = self.issues.get(issue_id or 0)
        if issue is None or name == "issue.id":
            return issue_id
        match name:
            case "issue":
                return format_short_id(project.slug, issue.short_id)
            case "title":
                return issue.title
            case "culprit":
                return issue.culprit
            case _:
                return issue.type


async def _read_names(
    tx: Transaction, counts: Sequence[EventCount], projects: Mapping[int, Project]
) -> _Names:
    issue_ids = {each.issue_id for each in counts if each.issue_id is not None}
    tagset_ids = {each.tagset_id for each in counts if each.tagset_id is not None}
    release_ids = {each.release_id for each in counts if each.release_id is not None}
    has_environments = any(each.environment_id is not None for each in counts)
    listed = await environments.list_environments(tx, projects) if has_environments else []
    found = await issues.list_issues(tx, issue_ids) if issue_ids else []
    return _Names(
        projects=projects,
        issues={issue.id: issue for issue in found},
        environments={each.id: each.name for each in listed},
        releases=await issues.list_release_versions(tx, release_ids) if release_ids else {},
        tagsets=await list_tagsets(tx, tagset_ids) if tagset_ids else {},
    )


def merged(slots: Iterable[Tally]) -> Tally:
    """Several tallies as one."""
    whole = Tally()
    for each in slots:
        whole.events += each.events
        whole.users |= each.users
        whole.issues |= each.issues
        if each.first_seen is not None and each.last_seen is not None:
            first, last = whole.first_seen, whole.last_seen
            whole.first_seen = each.first_seen if first is None else min(first, each.first_seen)
            whole.last_seen = each.last_seen if last is None else max(last, each.last_seen)
    return whole


def seconds_of(scope: EventScope) -> float:
    """How long the period of a scope is."""
    return (scope.end - scope.start) / clock.SECOND
