"""Issues of a project that are like one of them, for people to look at and perhaps to merge."""

import asyncio
from collections.abc import Iterable

import msgspec

from urgentry.domain.issue import Issue
from urgentry.grouping.similarity import Likeness, compare, features_of, overlap, shingles
from urgentry.storage import events, hashes, issues
from urgentry.storage.database import Database
from urgentry.storage.events import StoredEvent
from urgentry.storage.issues import IssueSelection

_SEARCHED = 2_000
"""Issues whose names are compared: those that were seen last."""
_COMPARED = 100
"""Issues whose newest events are compared: those with the likest names."""
_SLICE = 100
"""Names that are compared before others have their turn."""
_LEAST = 0.35


class Similar(msgspec.Struct, frozen=True, kw_only=True):
    """An issue, and how alike its newest event is."""

    issue: Issue
    likeness: Likeness


async def find_similar(
    database: Database, issue: Issue, *, organization_id: int, limit: int
) -> list[Similar]:
    """The likest first; none whose score is below 0.35, none without a stored event.

    Names (type, message, culprit) pick candidates among the 2,000 issues of the project that were
    seen last, as reading an event of each would take long; the newest events decide.
    """
    selection = IssueSelection(organization_id=organization_id, project_ids=(issue.project_id,))
    async with database.read() as tx:
        page = await issues.list_page(tx, selection, limit=_SEARCHED)
    candidates = await _likest_names(issue, (one for one in page.issues if one.id != issue.id))
    asked = {one.id: one for one in (issue, *candidates)}
    async with database.read() as tx:
        newest = await hashes.list_newest_of_issues(tx, asked)
        latest = await events.list_latest_of_hashes(tx, newest.values())
    own = latest.get(newest.get(issue.id, 0))
    if own is None:
        return []
    found = await _compared(
        own,
        (latest[newest[one]] for one in asked if one in newest and newest[one] in latest),
        asked,
    )
    found.sort(key=lambda similar: (-similar.likeness.score, -similar.issue.last_seen))
    return [similar for similar in found if similar.issue.id != issue.id][:limit]


async def _likest_names(issue: Issue, others: Iterable[Issue]) -> list[Issue]:
    own = _Name.of(issue)
    ranked: list[tuple[float, int, Issue]] = []
    for number, other in enumerate(others):
        ranked.append((own.likeness(_Name.of(other)), -number, other))
        if number % _SLICE == 0:
            await asyncio.sleep(0)
    ranked.sort(reverse=True)
    return [other for likeness, _, other in ranked[:_COMPARED] if likeness > 0]


async def _compared(
    own: StoredEvent, others: Iterable[StoredEvent], known: dict[int, Issue]
) -> list[Similar]:
    features = features_of(own.payload())
    found: list[Similar] = []
    for other in others:
        likeness = compare(features, features_of(other.payload()))
        if likeness.score >= _LEAST:
            found.append(Similar(issue=known[other.issue_id], likeness=likeness))
        await asyncio.sleep(0)
    return found


class _Name(msgspec.Struct, frozen=True, kw_only=True):
    """What an issue's row tells of its events."""

    words: frozenset[str]
    facts: frozenset[str]

    @classmethod
    def of(cls, issue: Issue) -> "_Name":
        told = issue.metadata
        facts = (
            issue.culprit,
            *(str(told.get(name) or "") for name in ("type", "function", "filename")),
        )
        return cls(
            words=shingles(str(told.get("value") or issue.title)),
            facts=frozenset(f"{number}{fact}" for number, fact in enumerate(facts) if fact),
        )

    def likeness(self, other: "_Name") -> float:
        return (overlap(self.words, other.words) or 0) + len(self.facts & other.facts)
