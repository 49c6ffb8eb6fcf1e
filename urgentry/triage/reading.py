"""What a list or a page shows beside the issues themselves, read in a bounded number of queries."""

from collections.abc import Iterable, Sequence

import msgspec

from urgentry.domain.account import Account
from urgentry.domain.issue import Issue
from urgentry.domain.organization import Team
from urgentry.domain.project import Project
from urgentry.storage import accounts, activity, issues, projects, stats, teams
from urgentry.storage.database import Transaction
from urgentry.storage.stats import Seen


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """By id: what the issues of a page refer to, and what they are to the reader."""

    projects: dict[int, Project]
    accounts: dict[int, Account]
    teams: dict[int, Team]
    releases: dict[int, str]
    """Versions."""
    bookmarked: set[int]
    viewed: set[int]
    unhandled: set[int]
    notes: dict[int, int]
    seen: dict[int, Seen] | None
    """What issues have in the environments that were asked for; None when none was."""


async def read_surroundings(
    tx: Transaction,
    found: Sequence[Issue],
    *,
    organization_id: int,
    account_id: int | None,
    environments: Sequence[str] = (),
) -> Surroundings:
    """Everything that a page of issues shows, whatever their number."""
    ids = [issue.id for issue in found]
    owned = await projects.list_projects(tx, organization_id)
    wants_teams = any(issue.assignee_team_id for issue in found)
    known_teams = await teams.list_teams(tx, organization_id) if wants_teams else []
    people = _ids(
        person
        for issue in found
        for person in (issue.assignee_account_id, issue.resolved_by, issue.archived_by)
    )
    versions = _ids(
        release
        for issue in found
        for release in (
            issue.first_release_id,
            issue.last_release_id,
            issue.resolution_release_id,
        )
    )
    seen = await stats.list_environment_counts(tx, ids, environments) if environments else None
    return Surroundings(
        projects={project.id: project for project in owned},
        accounts=await accounts.list_accounts(tx, people) if people else {},
        teams={team.id: team for team in known_teams},
        releases=await issues.list_release_versions(tx, versions) if versions else {},
        bookmarked=await issues.list_bookmarked(tx, account_id, ids) if account_id else set(),
        viewed=await issues.list_viewed(tx, account_id, ids) if account_id else set(),
        unhandled=await issues.list_unhandled(tx, ids),
        notes=await activity.count_notes(tx, ids),
        seen=seen,
    )


def _ids(candidates: Iterable[int | None]) -> set[int]:
    return {each for each in candidates if each is not None}
