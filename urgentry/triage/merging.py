"""Several issues become one, and one becomes two: hashes move, and the counts with them."""

from collections.abc import Collection, Sequence

import orjson

from urgentry.domain.activity import ActivityKind
from urgentry.domain.issue import Issue
from urgentry.errors import ApiError
from urgentry.storage import activity, events, issues, recording, regrouping
from urgentry.storage.database import Transaction
from urgentry.storage.events import EventSelection, StoredEvent
from urgentry.storage.recording import NewIssue
from urgentry.storage.regrouping import IssueText
from urgentry.triage.journal import Actor, Journal

_MAX_SEARCH_CHARS = 2_000


async def merge(tx: Transaction, found: Sequence[Issue], *, by: Actor, at: int) -> Issue:
    """Merges issues of one project into the one with most events, which is returned as it was.

    ApiError 400 when they are fewer than two or of several projects. Must be the last thing that
    the transaction does.
    """
    if len(found) < 2:  # noqa: PLR2004 - one issue is nothing to merge
        raise ApiError(400, "Merging needs at least two issues.")
    if len({issue.project_id for issue in found}) > 1:
        raise ApiError(400, "Merging across multiple projects is not supported")
    target, *merged = sorted(found, key=lambda issue: (-issue.times_seen, issue.id))
    ids = sorted(issue.id for issue in merged)
    await activity.move_entries(tx, ids, target.id)
    await regrouping.absorb_issues(tx, ids, target.id)
    await _recount(tx, target)
    journal = Journal(by, at)
    for issue in merged:
        journal.tell(issue.project_id, issue.id, "merged", into=target.id)
    journal.log(target, ActivityKind.MERGE, issues=[{"id": str(each)} for each in ids])
    await journal.write(tx)
    return target


async def merged(tx: Transaction, found: Sequence[Issue], *, by: Actor, at: int) -> Issue:
    """As `merge`; the issue as it is afterwards."""
    target = await merge(tx, found, by=by, at=at)
    [issue] = await issues.list_issues(tx, [target.id])
    return issue


async def unmerge(
    tx: Transaction, issue: Issue, hashes: Collection[bytes], *, by: Actor, at: int
) -> int:
    """Moves some hashes of an issue, with all that they counted, to a new issue; its id.

    ApiError 400 when none of the hashes is the issue's, or none would stay. Must be the last thing
    that the transaction does.
    """
    owned = await issues.list_hashes(tx, issue.id)
    moving = [each for each in owned if each.hash in hashes]
    if not moving:
        raise ApiError(400, "None of these hashes belongs to the issue.")
    if len(moving) == len(owned):
        raise ApiError(400, "An issue must keep at least one hash.")
    ids = [each.id for each in moving]
    made = await _make_issue(tx, issue, at=at)
    await regrouping.move_hashes(tx, ids, source_id=issue.id, target_id=made.id)
    for each in (issue, made):
        await _recount(tx, each)
        await _describe(tx, each, by)
    journal = Journal(by, at)
    fingerprints = [each.hash.hex() for each in moving]
    journal.log(
        issue,
        ActivityKind.UNMERGE_SOURCE,
        fingerprints=fingerprints,
        destination={"id": made.id},
    )
    journal.log(
        made, ActivityKind.UNMERGE_DESTINATION, fingerprints=fingerprints, source={"id": issue.id}
    )
    await journal.write(tx)
    return made.id


async def _recount(tx: Transaction, issue: Issue) -> None:
    if not await regrouping.recount(tx, issue.id):
        raise ApiError(409, "The issue was merged or deleted meanwhile.")


async def _make_issue(tx: Transaction, issue: Issue, *, at: int) -> Issue:
    """An issue that is as the old one until it is counted and described."""
    new = NewIssue(
        project_id=issue.project_id,
        type=issue.type,
        title=issue.title,
        culprit=issue.culprit,
        level=int(issue.level),
        platform=issue.platform,
        logger=issue.logger,
        metadata=orjson.dumps(issue.metadata).decode(),
        search_text=issue.title.casefold(),
        created_at=at,
        priority=int(issue.priority),
        first_seen=issue.first_seen,
        last_seen=issue.last_seen,
        release_id=None,
    )
    [(issue_id, _)] = await recording.insert_issues(tx, [new])
    [made] = await issues.list_issues(tx, [issue_id])
    return made


async def _describe(tx: Transaction, issue: Issue, by: Actor) -> None:
    """Calls an issue what its newest event is called, where one is still kept."""
    selection = EventSelection(
        organization_id=by.organization_id, project_id=issue.project_id, issue_id=issue.id
    )
    for stored in await events.list_newest(tx, selection, limit=1):
        await regrouping.describe(tx, issue.id, _text(stored, issue))


def _text(stored: StoredEvent, issue: Issue) -> IssueText:
    event = stored.payload()
    title = event.get("title") or issue.title
    culprit = event.get("culprit") or ""
    metadata = event.get("metadata") or {}
    logentry = event.get("logentry") or {}
    words = [logentry.get("formatted") or logentry.get("message") or "", title, culprit]
    words += [value for value in metadata.values() if isinstance(value, str)]
    return IssueText(
        title=title,
        culprit=culprit,
        level=int(stored.level),
        metadata=orjson.dumps(metadata).decode(),
        search_text=" ".join(filter(None, words)).casefold()[:_MAX_SEARCH_CHARS],
    )
