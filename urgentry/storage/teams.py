"""Teams and who is in them."""

from collections.abc import Iterable

import orjson

from urgentry.domain.organization import Team, TeamMember, TeamRole
from urgentry.storage.database import Row, Transaction


async def insert_team(
    tx: Transaction, *, organization_id: int, slug: str, name: str, at: int
) -> Team:
    """Makes a team; `UniqueViolation` when the organization has one of this slug."""
    row = await tx.one(
        "teams.insert_team", organization_id=organization_id, slug=slug, name=name, created_at=at
    )
    assert row is not None  # noqa: S101 - RETURNING answers with the row
    return _team(row)


async def get_team(tx: Transaction, organization_id: int, team_id: int) -> Team | None:
    """One team of an organization."""
    row = await tx.one("teams.get_team", organization_id=organization_id, id=team_id)
    return _team(row) if row else None


async def find_team(tx: Transaction, organization_id: int, slug: str) -> Team | None:
    """The team of a slug."""
    row = await tx.one("teams.find_team", organization_id=organization_id, slug=slug)
    return _team(row) if row else None


async def list_teams(tx: Transaction, organization_id: int) -> list[Team]:
    """The teams of an organization, by slug."""
    rows = await tx.all("teams.list_teams", organization_id=organization_id)
    return [_team(row) for row in rows]


async def list_of_project(tx: Transaction, project_id: int) -> list[Team]:
    """The teams that a project belongs to, by slug."""
    rows = await tx.all("teams.list_of_project", project_id=project_id)
    return [_team(row) for row in rows]


async def update_team(tx: Transaction, team: Team) -> None:
    """Stores slug and name; `UniqueViolation` when the slug is taken."""
    await tx.run("teams.update_team", id=team.id, slug=team.slug, name=team.name)


async def delete_team(tx: Transaction, team: Team) -> None:
    """Removes a team; its projects and members stay, its issues lose their assignee."""
    organization_id = team.organization_id
    await tx.run("teams.unassign_issues", id=team.id, organization_id=organization_id)
    await tx.run("teams.unlink_projects", id=team.id)
    await tx.run("teams.delete_places", id=team.id)
    await tx.run("teams.delete_team", id=team.id)


async def add_member(
    tx: Transaction, *, team_id: int, member_id: int, role: TeamRole = TeamRole.CONTRIBUTOR
) -> bool:
    """Puts a member into a team; whether they were not there yet."""
    params = {"team_id": team_id, "member_id": member_id, "role": role.value}
    return await tx.run("teams.add_member", **params) > 0


async def remove_member(tx: Transaction, *, team_id: int, member_id: int) -> bool:
    """Takes a member out of a team; whether they were in it."""
    return await tx.run("teams.remove_member", team_id=team_id, member_id=member_id) > 0


async def set_member_role(tx: Transaction, *, team_id: int, member_id: int, role: TeamRole) -> bool:
    """Changes what a member is in a team; whether they are in it."""
    params = {"team_id": team_id, "member_id": member_id, "role": role.value}
    return await tx.run("teams.set_member_role", **params) > 0


async def list_places(tx: Transaction, member_ids: Iterable[int]) -> list[TeamMember]:
    """The teams of members, by team."""
    ids = orjson.dumps(sorted(set(member_ids))).decode()
    return [_place(row) for row in await tx.all("teams.list_places", ids=ids)]


async def list_team_places(tx: Transaction, team_id: int) -> list[TeamMember]:
    """Who is in a team."""
    return [_place(row) for row in await tx.all("teams.list_team_places", team_id=team_id)]


def _team(row: Row) -> Team:
    return Team(
        id=row["id"],
        organization_id=row["organization_id"],
        slug=row["slug"],
        name=row["name"],
        created_at=row["created_at"],
        member_count=row["member_count"],
    )


def _place(row: Row) -> TeamMember:
    return TeamMember(
        team_id=row["team_id"],
        team_slug=row["team_slug"],
        member_id=row["member_id"],
        role=TeamRole(row["role"]),
    )
