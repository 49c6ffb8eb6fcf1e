"""Writes decisions: the issues' rows, their logs and the feed, in the caller's transaction.

A decision that changes nothing about an issue leaves no trace.
"""

from collections.abc import Sequence

from urgentry.domain.activity import ActivityKind
from urgentry.domain.issue import Issue, Resolution, Status, Substatus
from urgentry.errors import FieldError
from urgentry.storage import issues, releases
from urgentry.storage.database import Transaction
from urgentry.triage.decisions import (
    Archive,
    Assign,
    Bookmark,
    Decision,
    MarkReviewed,
    MarkSeen,
    Resolve,
    SetPriority,
    Unresolve,
)
from urgentry.triage.journal import Actor, Journal

_WAITING = (Substatus.NEW, Substatus.REGRESSED, Substatus.ESCALATING)
LATEST = "latest"


async def apply(
    tx: Transaction,
    found: Sequence[Issue],
    decisions: Sequence[Decision],
    *,
    by: Actor,
    at: int,
) -> None:
    """Applies decisions to issues, as the last thing that the transaction does.

    FieldError when a resolution names a release that is not there.
    """
    journal = Journal(by, at)
    for decision in decisions:
        targets = await _releases(tx, found, decision, by)
        for issue in sorted(found, key=lambda issue: issue.id):
            await _apply(tx, issue, decision, journal, targets.get(issue.project_id))
    await journal.write(tx)


async def _apply(
    tx: Transaction, issue: Issue, decision: Decision, journal: Journal, release_id: int | None
) -> None:
    match decision:
        case Resolve():
            await _resolve(tx, issue, decision, journal, release_id)
        case Unresolve():
            await _unresolve(tx, issue, decision, journal)
        case Archive():
            await _archive(tx, issue, decision, journal)
        case Assign():
            await _assign(tx, issue, decision, journal)
        case SetPriority():
            await _set_priority(tx, issue, decision, journal)
        case MarkReviewed():
            await _mark_reviewed(tx, issue, journal)
        case Bookmark() | MarkSeen():
            await _mark(tx, issue, decision, journal)


async def _resolve(
    tx: Transaction, issue: Issue, how: Resolve, journal: Journal, release_id: int | None
) -> None:
    same = (issue.status, issue.resolution, issue.resolution_release_id)
    if same == (Status.RESOLVED, how.resolution, release_id):
        return
    await issues.set_resolved(
        tx,
        issue.id,
        resolution=how.resolution,
        release_id=release_id,
        account_id=journal.by.account_id,
        at=journal.at,
    )
    if how.resolution is Resolution.NOW:
        journal.log(issue, ActivityKind.SET_RESOLVED)
        return
    versions = await issues.list_release_versions(tx, [release_id] if release_id else [])
    version = versions.get(release_id or 0, "")
    in_release = how.resolution is Resolution.IN_RELEASE
    detail = {"version": version if in_release else ""}
    if not in_release:
        detail["current_release_version"] = version
    journal.log(issue, ActivityKind.SET_RESOLVED_IN_RELEASE, **detail)


async def _unresolve(tx: Transaction, issue: Issue, how: Unresolve, journal: Journal) -> None:
    if issue.status is Status.UNRESOLVED:
        if issue.substatus is not how.substatus:
            await issues.set_substatus(tx, issue.id, how.substatus)
            journal.tell(issue.project_id, issue.id, "set_substatus")
        return
    await issues.set_unresolved(tx, issue.id, substatus=how.substatus, at=journal.at)
    journal.log(issue, ActivityKind.SET_UNRESOLVED)


async def _archive(tx: Transaction, issue: Issue, how: Archive, journal: Journal) -> None:
    is_plain = how.substatus is not Substatus.ARCHIVED_UNTIL_CONDITION_MET
    if issue.status is Status.ARCHIVED and issue.substatus is how.substatus and is_plain:
        return
    events, users = how.more_events, how.more_users
    await issues.set_archived(
        tx,
        issue.id,
        substatus=how.substatus,
        until_at=how.until_at,
        until_times_seen=None if events is None else issue.times_seen + events,
        until_users_seen=None if users is None else issue.users_seen + users,
        account_id=journal.by.account_id,
        at=journal.at,
    )
    journal.log(
        issue,
        ActivityKind.SET_IGNORED,
        ignoreUntil=how.until_at,
        ignoreCount=events,
        ignoreUserCount=users,
        ignoreUntilEscalating=how.substatus is Substatus.ARCHIVED_UNTIL_ESCALATING,
    )


async def _assign(tx: Transaction, issue: Issue, to: Assign, journal: Journal) -> None:
    if (issue.assignee_account_id, issue.assignee_team_id) == (to.account_id, to.team_id):
        return
    await issues.set_assignee(tx, issue.id, account_id=to.account_id, team_id=to.team_id)
    if to.account_id is not None:
        journal.log(issue, ActivityKind.ASSIGNED, assignee=str(to.account_id), assigneeType="user")
    elif to.team_id is not None:
        journal.log(issue, ActivityKind.ASSIGNED, assignee=str(to.team_id), assigneeType="team")
    else:
        journal.log(issue, ActivityKind.UNASSIGNED)


async def _set_priority(tx: Transaction, issue: Issue, how: SetPriority, journal: Journal) -> None:
    if issue.priority is how.priority and issue.priority_locked:
        return
    await issues.set_priority(tx, issue.id, how.priority)
    if issue.priority is not how.priority:
        name = how.priority.name.lower()
        journal.log(issue, ActivityKind.SET_PRIORITY, priority=name)


async def _mark_reviewed(tx: Transaction, issue: Issue, journal: Journal) -> None:
    if issue.status is Status.UNRESOLVED and issue.substatus in _WAITING:
        await issues.set_substatus(tx, issue.id, Substatus.ONGOING)
        journal.log(issue, ActivityKind.MARK_REVIEWED)


async def _mark(tx: Transaction, issue: Issue, how: Bookmark | MarkSeen, journal: Journal) -> None:
    """Marks are a person's own; an organization's token has none."""
    account_id = journal.by.account_id
    if account_id is None:
        return
    if isinstance(how, Bookmark):
        await issues.set_bookmark(tx, issue.id, account_id, marked=how.marked, at=journal.at)
        journal.tell(issue.project_id, issue.id, "bookmark")
    else:
        await issues.set_viewed(tx, issue.id, account_id, viewed=how.seen, at=journal.at)


async def _releases(
    tx: Transaction, found: Sequence[Issue], decision: Decision, by: Actor
) -> dict[int, int]:
    """For a resolution with a release: its id for each project of the issues."""
    if not isinstance(decision, Resolve) or decision.resolution is Resolution.NOW:
        return {}
    projects = {issue.project_id for issue in found}
    in_release = decision.resolution is Resolution.IN_RELEASE
    if in_release and decision.version != LATEST:
        release = await releases.find_release(tx, by.organization_id, decision.version)
        if release is None:
            raise FieldError({"inRelease": ["Unable to find a release with the given version."]})
        return dict.fromkeys(projects, release.id)
    latest = await issues.list_latest_releases(tx, projects)
    if projects - latest.keys():
        name = "inRelease" if in_release else "inNextRelease"
        raise FieldError({name: ["No release data present in the system to base resolution on."]})
    return latest
