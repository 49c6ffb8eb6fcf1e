"""One issue: everything about it, its hashes, its log."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access
from urgentry.api.endpoint import Call, json_response
from urgentry.api.issue_lookup import enter_issue
from urgentry.api.issue_question import read_environments
from urgentry.api.pagination import page_of, read_per_page
from urgentry.api.shapes.accounts import account_shape
from urgentry.api.shapes.activity import activity_shape, first_seen_shape
from urgentry.api.shapes.events import event_row
from urgentry.api.shapes.issues import IssueView, buckets_shape, inbox_shape, issue_shape
from urgentry.api.shapes.releases import release_shape
from urgentry.api.timestamps import iso
from urgentry.domain.event import day_of, hour_of
from urgentry.domain.issue import Issue
from urgentry.grouping.similarity import Likeness
from urgentry.storage import (
    accounts,
    activity,
    attachments,
    events,
    feedback,
    issues,
    releases,
    stats,
    tags,
)
from urgentry.storage.database import Transaction
from urgentry.storage.events import EventSelection
from urgentry.triage.reading import read_surroundings
from urgentry.triage.similar import find_similar

_LOG_ENTRIES = 100
_HOURS = 24
_SIMILAR = 25
_DAYS = 30

Json = dict[str, Any]


async def show(call: Call) -> Response:
    """An issue with its log, viewers, tags, releases and counts."""
    collapse = frozenset(call.query.getlist("collapse"))
    async with call.database.read() as tx:
        access, issue = await enter_issue(call, tx, "event:read")
        shape = await shape_issue(call, tx, access, issue)
        shape |= await _people(tx, issue)
        if "release" not in collapse:
            shape |= await _releases(tx, access, issue)
        if "tags" not in collapse:
            shape["tags"] = await _tags(tx, issue)
        if "stats" not in collapse:
            shape["stats"] = await _stats(tx, issue, read_environments(call))
        expand = call.query.getlist("expand")
        reports = await feedback.count_of_issue(
            tx, issue.project_id, issue.id, today=day_of(clock.now())
        )
        has_files = "latestEventHasAttachments" in expand and await _has_files(tx, access, issue)
    shape |= {"userReportCount": reports, "participants": []}
    return json_response(shape | _expanded(issue, expand, has_files=has_files))


async def _has_files(tx: Transaction, access: Access, issue: Issue) -> bool:
    selection = EventSelection(
        organization_id=access.organization.id, project_id=issue.project_id, issue_id=issue.id
    )
    today = day_of(clock.now())
    latest = await events.list_newest(tx, selection, limit=1)
    return bool(latest) and bool(
        await attachments.list_attachments(tx, issue.project_id, latest[0].event_id, today=today)
    )


def _expanded(issue: Issue, wanted: list[str], *, has_files: bool) -> Json:
    """The parts that are told only when asked for."""
    parts: Json = {
        "inbox": inbox_shape(issue),
        "owners": None,
        "integrationIssues": [],
        "sentryAppIssues": [],
        "latestEventHasAttachments": has_files,
    }
    return {name: part for name, part in parts.items() if name in wanted}


async def shape_issue(call: Call, tx: Transaction, access: Access, issue: Issue) -> Json:
    """The part of an issue that every answer has."""
    [shape] = await shape_issues(call, tx, access, [issue])
    return shape


async def shape_issues(
    call: Call, tx: Transaction, access: Access, found: Sequence[Issue]
) -> list[Json]:
    """The same of several, in their order."""
    around = await read_surroundings(
        tx,
        found,
        organization_id=access.organization.id,
        account_id=access.account_id,
        environments=read_environments(call),
    )
    view = IssueView(
        organization=access.organization, base_url=call.deps.base_url, surroundings=around
    )
    return [issue_shape(issue, view) for issue in found]


async def list_activities(call: Call) -> Response:
    """The log of an issue, newest first."""
    async with call.database.read() as tx:
        _, issue = await enter_issue(call, tx, "event:read")
        log = await _log(tx, issue)
    return json_response({"activity": log})


async def list_hashes(call: Call) -> Response:
    """The hashes that lead to an issue, each with its newest event."""
    async with call.database.read() as tx:
        _, issue = await enter_issue(call, tx, "event:read")
        shown, headers = page_of(call, await issues.list_hashes(tx, issue.id))
        latest = await events.list_latest_of_hashes(tx, [each.id for each in shown])
    content = []
    for each in shown:
        stored = latest.get(each.id)
        content.append(
            {
                "id": each.hash.hex(),
                "latestEvent": event_row(stored, stored.payload()) if stored else None,
                "mergedBySeer": False,
                "seerMatchDistance": None,
            }
        )
    return json_response(content, headers=headers)


async def list_similar(call: Call) -> Response:
    """Issues that are like this one: pairs of the issue and its scores, from 0 to 1, the likest
    first. Null stands for a part that neither has."""
    limit = read_per_page(call, default=_SIMILAR)
    async with call.database.read() as tx:
        access, issue = await enter_issue(call, tx, "event:read")
    found = await find_similar(
        call.database, issue, organization_id=access.organization.id, limit=limit
    )
    async with call.database.read() as tx:
        shapes = await shape_issues(call, tx, access, [similar.issue for similar in found])
    scores = (_scores(similar.likeness) for similar in found)
    return json_response(list(zip(shapes, scores, strict=True)))


def _scores(likeness: Likeness) -> Json:
    """By Sentry's names for the parts, with the type and the whole besides."""
    has_frames = likeness.frames is not None or likeness.type is not None
    message = "exception" if has_frames else "message"
    return {
        "exception:stacktrace:frames": likeness.frames,
        f"{message}:message:character-shingles": likeness.message,
        "exception:type": likeness.type,
        "score": round(likeness.score, 4),
    }


async def _people(tx: Transaction, issue: Issue) -> Json:
    viewers = await issues.list_viewers(tx, issue.id)
    known = await accounts.list_accounts(tx, [account_id for account_id, _ in viewers])
    return {
        "activity": await _log(tx, issue),
        "seenBy": [
            account_shape(known[account_id]) | {"lastSeen": iso(at)}
            for account_id, at in viewers
            if account_id in known
        ],
    }


async def _log(tx: Transaction, issue: Issue) -> list[Json]:
    entries = await activity.list_entries(tx, issue.id, limit=_LOG_ENTRIES)
    people = await accounts.list_accounts(
        tx, {entry.account_id for entry in entries if entry.account_id is not None}
    )
    log = [activity_shape(entry, people) for entry in entries]
    return [*log, first_seen_shape(issue)]


async def _releases(tx: Transaction, access: Access, issue: Issue) -> Json:
    shapes: Json = {}
    ids = {"firstRelease": issue.first_release_id, "lastRelease": issue.last_release_id}
    versions = await issues.list_release_versions(tx, {each for each in ids.values() if each})
    for name, release_id in ids.items():
        version = versions.get(release_id or 0)
        release = (
            await releases.find_release(tx, access.organization.id, version) if version else None
        )
        shapes[name] = release_shape(release, []) if release else None
    return shapes


async def _tags(tx: Transaction, issue: Issue) -> list[Json]:
    return [
        {
            "key": tag.key,
            "name": tag.key,
            "totalValues": tag.events,
            "uniqueValues": tag.value_count,
        }
        for tag in await tags.list_tags(tx, issue.id, top=1)
    ]


async def _stats(tx: Transaction, issue: Issue, environments: tuple[str, ...]) -> Json:
    now = clock.now()
    shapes: Json = {}
    for name, width, buckets, last in (
        ("24h", 1, _HOURS, hour_of(now)),
        ("30d", 24, _DAYS, day_of(now)),
    ):
        first = last - buckets + 1
        counts = await stats.list_counts(
            tx,
            [issue.id],
            first_bucket=first,
            buckets=buckets,
            width=width,
            environments=environments,
        )
        shapes[name] = buckets_shape(
            counts.get(issue.id), first_bucket=first, width=width, buckets=buckets
        )
    return shapes
