"""An issue as a row of the list and the head of its page show it."""

from collections.abc import Sequence

import msgspec

from urgentry.domain.distinct import EXACT_LIMIT
from urgentry.domain.feedback import FEEDBACK_TYPE
from urgentry.domain.issue import Issue, Priority, Resolution, Status, Substatus
from urgentry.domain.issue_kind import kind_of
from urgentry.domain.short_id import format_short_id
from urgentry.triage.reading import Surroundings
from urgentry.web.charts import spark_path
from urgentry.web.formats import exact, plural


class Assignee(msgspec.Struct, frozen=True, kw_only=True):
    """A person or a team."""

    name: str
    is_team: bool


class Badge(msgspec.Struct, frozen=True, kw_only=True):
    """A word about an issue's state; `kind` is the class that colours it."""

    text: str
    kind: str = ""
    hint: str = ""


class IssueView(msgspec.Struct, frozen=True, kw_only=True):
    """One issue, ready to print."""

    id: int
    short_id: str
    address: str
    project: str
    platform: str
    level: str
    kind: str
    """The type of the error, or the title where there is none."""
    text: str
    """What the error says."""
    culprit: str
    badges: list[Badge]
    status: str
    priority: str
    is_priority_manual: bool
    is_bookmarked: bool
    is_viewed: bool
    notes: int
    events: int
    users: int
    is_users_estimate: bool
    first_seen: int
    last_seen: int
    first_release: str
    last_release: str
    assignee: Assignee | None
    spark: str
    spark_title: str


def issue_view(
    issue: Issue, around: Surroundings, *, base: str, counts: Sequence[int] = ()
) -> IssueView:
    """An issue with what a page knows around it; `counts` are for its sparkline."""
    project = around.projects[issue.project_id]
    short_id = format_short_id(project.slug, issue.short_id)
    seen = around.seen.get(issue.id) if around.seen is not None else None
    kind, said = _headline(issue)
    return IssueView(
        id=issue.id,
        short_id=short_id,
        address=f"{base}/issues/{short_id}/",
        project=project.slug,
        platform=issue.platform,
        level=issue.level.name.lower(),
        kind=kind,
        text=said,
        culprit=issue.culprit,
        badges=badges_of(issue, around),
        status=issue.status.name.lower(),
        priority=issue.priority.name.lower(),
        is_priority_manual=issue.priority_locked,
        is_bookmarked=issue.id in around.bookmarked,
        is_viewed=issue.id in around.viewed,
        notes=around.notes.get(issue.id, 0),
        events=seen.events if seen else issue.times_seen,
        users=issue.users_seen,
        is_users_estimate=issue.users_seen > EXACT_LIMIT,
        first_seen=seen.first_seen if seen else issue.first_seen,
        last_seen=seen.last_seen if seen else issue.last_seen,
        first_release=around.releases.get(issue.first_release_id or 0, ""),
        last_release=around.releases.get(issue.last_release_id or 0, ""),
        assignee=assignee_of(issue, around),
        spark=spark_path(counts),
        spark_title=f"{plural(sum(counts), 'event')} in this period",
    )


def _headline(issue: Issue) -> tuple[str, str]:
    """What an issue is called, and what is said there."""
    if issue.type == FEEDBACK_TYPE:
        return "User feedback", str(issue.metadata.get("message") or "")
    if kind_of(issue.type).is_found:
        return issue.title, str(issue.metadata.get("value") or "")
    kind = issue.metadata.get("type")
    if kind:
        return str(kind), str(issue.metadata.get("value") or "")
    return issue.title or "<no title>", ""


def assignee_of(issue: Issue, around: Surroundings) -> Assignee | None:
    """Who an issue is assigned to."""
    if issue.assignee_team_id is not None:
        team = around.teams.get(issue.assignee_team_id)
        return Assignee(name=team.name, is_team=True) if team else None
    account = around.accounts.get(issue.assignee_account_id or 0)
    return Assignee(name=account.display_name, is_team=False) if account else None


_UNRESOLVED_BADGES = {
    Substatus.NEW: Badge(text="New", kind="accent", hint="First seen lately; nobody reviewed it"),
    Substatus.REGRESSED: Badge(
        text="Regressed", kind="danger", hint="It was resolved and came back"
    ),
    Substatus.ESCALATING: Badge(text="Escalating", kind="warn", hint="Happens much more often"),
}


def badges_of(issue: Issue, around: Surroundings) -> list[Badge]:
    """The words beside an issue's title."""
    badges = [_status_badge(issue, around)]
    if issue.id in around.unhandled:
        badges.append(Badge(text="Unhandled", kind="danger", hint="Nothing caught this error"))
    if issue.priority is Priority.HIGH and issue.priority_locked:
        badges.append(Badge(text="High priority", kind="warn"))
    return [badge for badge in badges if badge is not None]


def _status_badge(issue: Issue, around: Surroundings) -> Badge | None:
    if issue.status is Status.RESOLVED:
        return Badge(text=_resolved_text(issue, around), kind="ok")
    if issue.status is Status.ARCHIVED:
        return Badge(text=archived_text(issue))
    return _UNRESOLVED_BADGES.get(issue.substatus or Substatus.ONGOING)


def _resolved_text(issue: Issue, around: Surroundings) -> str:
    version = around.releases.get(issue.resolution_release_id or 0, "")
    if issue.resolution is Resolution.NEXT_RELEASE:
        return "Resolved in the next release"
    if issue.resolution is Resolution.IN_RELEASE and version:
        return f"Resolved in {version}"
    return "Resolved"


def archived_text(issue: Issue) -> str:
    """Until when an issue is out of sight."""
    if issue.archive_until_at is not None:
        return f"Archived until {exact(issue.archive_until_at)}"
    if issue.archive_until_times_seen is not None:
        return f"Archived until {plural(issue.archive_until_times_seen, 'event')}"
    if issue.archive_until_users_seen is not None:
        return f"Archived until {plural(issue.archive_until_users_seen, 'user')}"
    if issue.substatus is Substatus.ARCHIVED_FOREVER:
        return "Archived"
    return "Archived until it escalates"
