"""An issue as the API shows it: the part that every answer has, and what a list adds."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from urgentry import clock
from urgentry.api.shapes.accounts import account_shape
from urgentry.api.timestamps import iso
from urgentry.domain.issue import Issue, Resolution, Status, Substatus
from urgentry.domain.issue_kind import kind_of, told_type
from urgentry.domain.organization import Organization
from urgentry.domain.short_id import format_short_id
from urgentry.storage.stats import Seen
from urgentry.triage.reading import Surroundings

Json = dict[str, Any]

_STATUS = {
    Status.UNRESOLVED: "unresolved",
    Status.RESOLVED: "resolved",
    Status.ARCHIVED: "ignored",
}
_INBOX_REASONS = {Substatus.NEW: 0, Substatus.REGRESSED: 2, Substatus.ESCALATING: 5}
_INBOX_ONGOING = 6


class IssueView(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer about issues is made with."""

    organization: Organization
    base_url: str
    surroundings: Surroundings


def issue_shape(issue: Issue, view: IssueView) -> Json:
    """An issue in full, without lists of its own."""
    around = view.surroundings
    project = around.projects[issue.project_id]
    seen = counts_shape(issue, around.seen)
    kind = kind_of(issue.type)
    return {
        "id": str(issue.id),
        "shareId": None,
        "shortId": format_short_id(project.slug, issue.short_id),
        "title": issue.title,
        "culprit": issue.culprit,
        "permalink": permalink(issue, view),
        "logger": issue.logger or None,
        "level": issue.level.name.lower(),
        "status": _STATUS[issue.status],
        "statusDetails": status_details(issue, around),
        "substatus": issue.substatus.value if issue.substatus else None,
        "isPublic": False,
        "platform": issue.platform,
        "priority": issue.priority.name.lower(),
        "priorityLockedAt": iso(issue.status_changed_at) if issue.priority_locked else None,
        "seerFixabilityScore": None,
        "seerAutofixLastTriggered": None,
        "seerExplorerAutofixLastTriggered": None,
        "project": {
            "id": str(project.id),
            "name": project.name,
            "slug": project.slug,
            "platform": project.platform or None,
        },
        "type": told_type(issue.type),
        "issueType": kind.slug,
        "issueCategory": kind.category,
        "metadata": _metadata(issue),
        "numComments": around.notes.get(issue.id, 0),
        "assignedTo": assignee_shape(issue, around),
        "isBookmarked": issue.id in around.bookmarked,
        "isSubscribed": False,
        "subscriptionDetails": None,
        "hasSeen": issue.id in around.viewed,
        "annotations": [],
        "isUnhandled": issue.id in around.unhandled,
        **seen,
        "derivedData": _derived(issue),
    }


def list_shape(
    issue: Issue, view: IssueView, *, stats: Mapping[str, list[int]], collapse: Collection[str]
) -> Json:
    """An issue in a list. `stats` holds (start, count) pairs by period; parts named in `collapse`
    are left out."""
    shape = issue_shape(issue, view) | {
        "stats": stats,
        "lifetime": counts_shape(issue, None) | {"stats": None},
        "filtered": None,
        "sessionCount": 0,
        "inbox": inbox_shape(issue),
        "owners": {"type": "", "owner": "", "date_added": iso(issue.first_seen)},
        "integrationIssues": [],
        "sentryAppIssues": [],
        "latestEventHasAttachments": False,
        "matchingEventId": None,
        "matchingEventEnvironment": None,
    }
    hidden = set(collapse) | ({"isUnhandled"} if "unhandled" in collapse else set())
    if "base" in collapse:
        kept = ("id", "stats", "lifetime", "filtered", "isUnhandled", "count", "userCount")
        shape = {name: shape[name] for name in (*kept, "firstSeen", "lastSeen")}
    return {name: value for name, value in shape.items() if name not in hidden}


def permalink(issue: Issue, view: IssueView) -> str:
    """The page of an issue."""
    return f"{view.base_url}/organizations/{view.organization.slug}/issues/{issue.id}/"


def counts_shape(issue: Issue, seen: Mapping[int, Seen] | None) -> Json:
    """How often and when: everywhere, or in the environments that `seen` counts. Users are not
    counted by environment."""
    if seen is None:
        events, first, last = issue.times_seen, issue.first_seen, issue.last_seen
    else:
        found = seen.get(issue.id)
        if found is None:
            return {"count": "0", "userCount": 0, "firstSeen": None, "lastSeen": None}
        events, first, last = found.events, found.first_seen, found.last_seen
    return {
        "count": str(events),
        "userCount": issue.users_seen,
        "firstSeen": iso(first),
        "lastSeen": iso(last),
    }


def status_details(issue: Issue, around: Surroundings) -> Json:
    """How it was resolved, or until when it is archived."""
    if issue.status is Status.RESOLVED:
        details = _resolution(issue, around)
        return details | _actor(issue.resolved_by, around) if details else {}
    if issue.status is Status.ARCHIVED:
        details = _archive(issue)
        return details | _actor(issue.archived_by, around) if details else {}
    return {}


def assignee_shape(issue: Issue, around: Surroundings) -> Json | None:
    """Whom an issue is assigned to."""
    if issue.assignee_team_id is not None:
        team = around.teams.get(issue.assignee_team_id)
        return {"type": "team", "id": str(team.id), "name": team.slug} if team else None
    if issue.assignee_account_id is None:
        return None
    account = around.accounts.get(issue.assignee_account_id)
    if account is None:
        return None
    return {
        "type": "user",
        "id": str(account.id),
        "name": account.display_name,
        "email": account.email,
    }


def inbox_shape(issue: Issue) -> Json:
    """Why it waits for a review, in Sentry's numbers."""
    reason = _INBOX_REASONS.get(issue.substatus, _INBOX_ONGOING) if issue.substatus else None
    return {
        "reason": _INBOX_ONGOING if reason is None else reason,
        "reason_details": None,
        "date_added": iso(issue.status_changed_at),
    }


def _resolution(issue: Issue, around: Surroundings) -> Json:
    match issue.resolution:
        case Resolution.NEXT_RELEASE:
            return {"inNextRelease": True}
        case Resolution.IN_RELEASE:
            return {"inRelease": around.releases.get(issue.resolution_release_id or 0, "")}
        case _:
            return {}


def _archive(issue: Issue) -> Json:
    """Counts are told as what is still to come since the issue was archived."""
    details: Json = {}
    if issue.archive_until_at is not None:
        details["ignoreUntil"] = iso(issue.archive_until_at)
    if issue.archive_until_times_seen is not None:
        details["ignoreCount"] = max(0, issue.archive_until_times_seen - issue.times_seen)
    if issue.archive_until_users_seen is not None:
        details["ignoreUserCount"] = max(0, issue.archive_until_users_seen - issue.users_seen)
    return details


def _actor(account_id: int | None, around: Surroundings) -> Json:
    account = around.accounts.get(account_id) if account_id else None
    return {"actor": account_shape(account)} if account else {}


def _metadata(issue: Issue) -> Json:
    """What the title is made of; Sentry's clients read either the three members of an error or
    the title."""
    if "type" in issue.metadata:
        return {"filename": "", "value": "", **issue.metadata}
    return {"title": issue.title, **issue.metadata}


def _derived(issue: Issue) -> Json:
    """What Sentry's assistant would say; nobody works on issues here but people."""
    return {
        "blocker": "none",
        "progress": "none",
        "status": _STATUS[issue.status],
        "viewCount": 0,
        "hasOpenFixPr": False,
        "isAssigned": bool(issue.assignee_account_id or issue.assignee_team_id),
        "hasRootCause": False,
        "lastCompletedAutofixStep": "none",
        "lastProgressedAt": None,
    }


def buckets_shape(counts: list[int] | None, *, first_bucket: int, width: int, buckets: int) -> Any:
    """Counts of spans of `width` hours as [start in seconds, events]."""
    seconds = width * clock.HOUR // clock.SECOND
    spans = counts or [0] * buckets
    return [[(first_bucket + place) * seconds, count] for place, count in enumerate(spans)]
