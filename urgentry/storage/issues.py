"""Issues: reading them one by one and by page, and writing what people decide about them.

`triage` writes through this module, `api` and `web` read. Counting what arrives is `recording`.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec
import orjson

from urgentry import clock
from urgentry.domain.condition import ALWAYS, Condition
from urgentry.domain.event import hour_of
from urgentry.domain.issue import Issue, Level, Priority, Resolution, Status, Substatus
from urgentry.storage.conditions import render
from urgentry.storage.database import Row, Transaction
from urgentry.storage.json_lists import integers
from urgentry.storage.queries import Query, library

_SCOPE = ("organization_id", "project_id", "project_ids")


class Sort(StrEnum):
    """The orders of the list, all from the most to the least."""

    DATE = "date"
    NEW = "new"
    FREQ = "freq"
    USER = "user"
    INBOX = "inbox"
    PRIORITY = "priority"
    TRENDS = "trends"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a sorted list: right after an issue, or right before it."""

    position: int
    """What the list is sorted by, at that issue."""
    issue_id: int
    before: bool = False


class IssueSelection(msgspec.Struct, frozen=True, kw_only=True):
    """Which issues: those of some projects that meet a condition."""

    organization_id: int
    project_ids: tuple[int, ...]
    condition: Condition = ALWAYS


class IssuePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page in order; `positions` are what its issues are sorted by."""

    issues: list[Issue]
    positions: list[int]
    has_more: bool
    """In the direction in which the page was asked for."""


class IssueHash(msgspec.Struct, frozen=True, kw_only=True):
    """A hash that leads to an issue."""

    id: int
    project_id: int
    hash: bytes
    first_seen: int
    last_seen: int
    times_seen: int
    users_seen: int
    unstored: int
    """Events among those seen that were counted and not stored."""


async def get_issue(tx: Transaction, issue_id: int) -> Issue | None:
    """An issue by its id; one that was merged away is the issue it went to."""
    row = await tx.one("issues.get_issue", issue_id=issue_id)
    if row is None:
        target = await tx.value("issues.find_redirect", issue_id=issue_id)
        row = await tx.one("issues.get_issue", issue_id=target) if target is not None else None
    return issue_of(row) if row else None


async def list_issues(tx: Transaction, issue_ids: Iterable[int]) -> list[Issue]:
    """Those issues that exist, by id."""
    return [issue_of(row) for row in await tx.all("issues.list_issues", ids=integers(issue_ids))]


async def find_by_short_id(
    tx: Transaction, organization_id: int, slug: str, number: int
) -> int | None:
    """The id of the issue that has or had a short id."""
    issue_id: int | None = await tx.value(
        "issues.find_by_short_id", organization_id=organization_id, slug=slug, short_id=number
    )
    return issue_id


async def list_page(
    tx: Transaction,
    selection: IssueSelection,
    *,
    sort: Sort = Sort.DATE,
    place: Place | None = None,
    limit: int,
) -> IssuePage:
    """A page of up to `limit` issues, from a place in the order on (or up to it)."""
    backwards = place is not None and place.before
    name = "issues.list_page_before" if backwards else "issues.list_page"
    sorting = library().fragment(f"issues.sort_{sort.value}")
    query, params = _select(name, selection, sort=sorting, place=_place(place, sorting))
    params |= {"trend_hour": hour_of(clock.now()) - 24, "limit": limit + 1}
    if place is not None:
        params |= {"position": place.position, "issue_id": place.issue_id}
    rows = await tx.all(query, **_needed(query, params))
    kept = (rows[-limit:] if backwards else rows[:limit]) if len(rows) > limit else rows
    return IssuePage(
        issues=[issue_of(row) for row in kept],
        positions=[row["sorted_by"] for row in kept],
        has_more=len(rows) > limit,
    )


async def count_matching(tx: Transaction, selection: IssueSelection, *, limit: int) -> int:
    """How many issues are selected, counted up to `limit`."""
    query, params = _select("issues.count_matching", selection)
    count: int = await tx.value(query, **_needed(query, params | {"limit": limit}))
    return count


async def list_matching_ids(tx: Transaction, selection: IssueSelection, *, limit: int) -> list[int]:
    """Ids of the selected issues, newest first, up to `limit`."""
    query, params = _select("issues.list_matching_ids", selection)
    rows = await tx.all(query, **_needed(query, params | {"limit": limit}))
    return [row["id"] for row in rows]


def _select(name: str, selection: IssueSelection, **slots: Query) -> tuple[Query, dict[str, Any]]:
    """The query `name` for a selection, and every parameter that its text may have."""
    condition = render(selection.condition)
    single = len(selection.project_ids) == 1
    projects = library().fragment("issues.projects_one" if single else "issues.projects_many")
    query = library().compose(name, projects=projects, condition=condition.query, **slots)
    scope = {
        "organization_id": selection.organization_id,
        "project_id": selection.project_ids[0] if single else 0,
        "project_ids": integers(selection.project_ids),
    }
    return query, scope | condition.params


def _place(place: Place | None, sorting: Query) -> Query:
    if place is None:
        return library().fragment("issues.place_any")
    return library().compose(
        "issues.place_before" if place.before else "issues.place_after", sort=sorting
    )


def _needed(query: Query, params: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name in query.params}


async def list_hashes(tx: Transaction, issue_id: int) -> list[IssueHash]:
    """The hashes of an issue, the busiest first."""
    rows = await tx.all("issues.list_hashes", issue_id=issue_id)
    return [msgspec.convert({**row, "hash": bytes(row["hash"])}, IssueHash) for row in rows]


async def set_resolved(
    tx: Transaction,
    issue_id: int,
    *,
    resolution: Resolution,
    release_id: int | None,
    account_id: int | None,
    at: int,
) -> None:
    """Resolves an issue, from a release on where one is given."""
    await tx.run(
        "issues.set_resolved",
        issue_id=issue_id,
        resolution=resolution.value,
        release_id=release_id,
        account_id=account_id,
        at=at,
    )


async def set_unresolved(tx: Transaction, issue_id: int, *, substatus: Substatus, at: int) -> None:
    """Opens an issue again."""
    await tx.run("issues.set_unresolved", issue_id=issue_id, substatus=substatus.value, at=at)


async def set_archived(
    tx: Transaction,
    issue_id: int,
    *,
    substatus: Substatus,
    until_at: int | None,
    until_times_seen: int | None,
    until_users_seen: int | None,
    account_id: int | None,
    at: int,
) -> None:
    """Archives an issue until a time, or until its total counts reach a number."""
    await tx.run(
        "issues.set_archived",
        issue_id=issue_id,
        substatus=substatus.value,
        until_at=until_at,
        until_times_seen=until_times_seen,
        until_users_seen=until_users_seen,
        account_id=account_id,
        at=at,
    )


async def set_substatus(tx: Transaction, issue_id: int, substatus: Substatus) -> None:
    """Says anew why an issue stands where it stands."""
    await tx.run("issues.set_substatus", issue_id=issue_id, substatus=substatus.value)


async def list_waiting(tx: Transaction, *, before: int, limit: int) -> dict[int, list[int]]:
    """Open issues (by id, by organization id) that have been new, regressed or escalating since
    before a time."""
    waiting: dict[int, list[int]] = {}
    for row in await tx.all("issues.list_waiting", before=before, limit=limit):
        waiting.setdefault(row["organization_id"], []).append(row["id"])
    return waiting


async def set_ongoing(tx: Transaction, issue_ids: Iterable[int], *, before: int) -> list[Issue]:
    """Makes those of them ongoing that still wait since before a time; these, as they are now."""
    rows = await tx.all("issues.set_ongoing", ids=integers(issue_ids), before=before)
    return [issue_of(row) for row in rows]


class ArchivedIssue(NamedTuple):
    """An issue that is archived until it escalates; `first_seen` in microseconds."""

    id: int
    organization_id: int
    first_seen: int


async def list_archived_until_escalating(
    tx: Transaction, *, active_since: int, after: int, limit: int
) -> list[ArchivedIssue]:
    """Those archived before a time that had events since then, in order of their ids, from the one
    after an id on."""
    rows = await tx.all(
        "issues.list_archived_until_escalating",
        active_since=active_since,
        after=after,
        limit=limit,
    )
    return [ArchivedIssue(row["id"], row["organization_id"], row["first_seen"]) for row in rows]


async def set_escalating(tx: Transaction, issue_ids: Iterable[int], *, at: int) -> list[Issue]:
    """Brings back those of them that are still archived until they escalate; these, as they are
    now."""
    rows = await tx.all("issues.set_escalating", ids=integers(issue_ids), at=at)
    return [issue_of(row) for row in rows]


async def set_priority(tx: Transaction, issue_id: int, priority: Priority) -> None:
    """Sets the priority by hand; it stays."""
    await tx.run("issues.set_priority", issue_id=issue_id, priority=int(priority))


async def set_assignee(
    tx: Transaction, issue_id: int, *, account_id: int | None, team_id: int | None
) -> None:
    """Assigns an issue to a person, a team or nobody."""
    await tx.run("issues.set_assignee", issue_id=issue_id, account_id=account_id, team_id=team_id)


async def set_bookmark(
    tx: Transaction, issue_id: int, account_id: int, *, marked: bool, at: int
) -> None:
    """Marks an issue for a person, or takes the mark away."""
    if marked:
        await tx.run("issues.add_bookmark", account_id=account_id, issue_id=issue_id, at=at)
    else:
        await tx.run("issues.remove_bookmark", account_id=account_id, issue_id=issue_id)


async def set_viewed(
    tx: Transaction, issue_id: int, account_id: int, *, viewed: bool, at: int
) -> None:
    """Says that a person looked at an issue, or did not."""
    if viewed:
        await tx.run("issues.mark_viewed", account_id=account_id, issue_id=issue_id, at=at)
    else:
        await tx.run("issues.unmark_viewed", account_id=account_id, issue_id=issue_id)


async def list_viewers(tx: Transaction, issue_id: int) -> list[tuple[int, int]]:
    """(account id, time in microseconds) of those who looked at an issue, the latest first."""
    rows = await tx.all("issues.list_viewers", issue_id=issue_id)
    return [(row["account_id"], row["viewed_at"]) for row in rows]


async def list_bookmarked(tx: Transaction, account_id: int, issue_ids: Iterable[int]) -> set[int]:
    """Of issues: those that a person marked."""
    rows = await tx.all("issues.list_bookmarked", account_id=account_id, ids=integers(issue_ids))
    return {row["issue_id"] for row in rows}


async def list_viewed(tx: Transaction, account_id: int, issue_ids: Iterable[int]) -> set[int]:
    """Of issues: those that a person looked at."""
    rows = await tx.all("issues.list_viewed", account_id=account_id, ids=integers(issue_ids))
    return {row["issue_id"] for row in rows}


async def list_unhandled(tx: Transaction, issue_ids: Iterable[int]) -> set[int]:
    """Of issues: those with an event whose error nobody caught."""
    rows = await tx.all("issues.list_unhandled", ids=integers(issue_ids))
    return {row["issue_id"] for row in rows}


async def list_release_versions(tx: Transaction, release_ids: Iterable[int]) -> dict[int, str]:
    """Versions by release id."""
    rows = await tx.all("issues.list_release_versions", ids=integers(release_ids))
    return {row["id"]: row["version"] for row in rows}


async def list_latest_releases(tx: Transaction, project_ids: Iterable[int]) -> dict[int, int]:
    """The id of the newest release of each project that has one."""
    rows = await tx.all("issues.list_latest_releases", project_ids=integers(project_ids))
    return {row["project_id"]: row["release_id"] for row in rows}


def issue_of(row: Row) -> Issue:
    """The issue that a row of the table is."""
    return Issue(
        id=row["id"],
        project_id=row["project_id"],
        short_id=row["short_id"],
        type=row["type"],
        title=row["title"],
        culprit=row["culprit"],
        level=Level(row["level"]),
        platform=row["platform"],
        logger=row["logger"],
        metadata=orjson.loads(row["metadata"]),
        status=Status(row["status"]),
        substatus=Substatus(row["substatus"]) if row["substatus"] else None,
        status_changed_at=row["status_changed_at"],
        priority=Priority(row["priority"]),
        priority_locked=bool(row["priority_locked"]),
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        times_seen=row["times_seen"],
        users_seen=row["users_seen"],
        first_release_id=row["first_release_id"],
        last_release_id=row["last_release_id"],
        resolution=Resolution(row["resolution"]) if row["resolution"] else None,
        resolution_release_id=row["resolution_release_id"],
        resolved_by=row["resolved_by"],
        archive_until_at=row["archive_until_at"],
        archive_until_times_seen=row["archive_until_times_seen"],
        archive_until_users_seen=row["archive_until_users_seen"],
        archived_by=row["archived_by"],
        assignee_account_id=row["assignee_account_id"],
        assignee_team_id=row["assignee_team_id"],
    )
