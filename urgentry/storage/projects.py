"""Projects and the teams that they belong to."""

from collections.abc import Iterable
from typing import Any

import msgspec
import orjson

from urgentry.domain.project import Project
from urgentry.storage.database import Row, Transaction


class TeamLink(msgspec.Struct, frozen=True, kw_only=True):
    """A team that a project belongs to."""

    team_id: int
    slug: str
    name: str


async def insert_project(
    tx: Transaction,
    *,
    organization_id: int,
    slug: str,
    name: str,
    platform: str,
    retention_days: int,
    at: int,
    settings: dict[str, Any] | None = None,
) -> Project:
    """Makes a project with its counter of short ids; `UniqueViolation` when the slug is taken."""
    row = await tx.one(
        "projects.insert_project",
        organization_id=organization_id,
        slug=slug,
        name=name,
        platform=platform,
        retention_days=retention_days,
        settings=orjson.dumps(settings or {}).decode(),
        created_at=at,
    )
    assert row is not None  # noqa: S101 - RETURNING answers with the row
    await tx.run("projects.insert_counter", project_id=row["id"])
    return _project(row)


async def get_project(tx: Transaction, project_id: int) -> Project | None:
    """One project."""
    row = await tx.one("projects.get_project", id=project_id)
    return _project(row) if row else None


async def find_project(tx: Transaction, organization_id: int, slug: str) -> Project | None:
    """The project of a slug."""
    row = await tx.one("projects.find_project", organization_id=organization_id, slug=slug)
    return _project(row) if row else None


async def list_projects(tx: Transaction, organization_id: int) -> list[Project]:
    """The projects of an organization, by slug."""
    rows = await tx.all("projects.list_projects", organization_id=organization_id)
    return [_project(row) for row in rows]


async def list_of_organizations(tx: Transaction, organization_ids: Iterable[int]) -> list[Project]:
    """The projects of several organizations, by slug."""
    ids = orjson.dumps(sorted(set(organization_ids))).decode()
    return [_project(row) for row in await tx.all("projects.list_of_organizations", ids=ids)]


async def list_of_teams(tx: Transaction, team_ids: Iterable[int]) -> list[Project]:
    """The projects that belong to any of these teams, by slug."""
    ids = orjson.dumps(sorted(set(team_ids))).decode()
    return [_project(row) for row in await tx.all("projects.list_of_teams", ids=ids)]


async def update_project(tx: Transaction, project: Project) -> None:
    """Stores slug, name, platform, grouping, settings; `UniqueViolation` for a taken slug."""
    await tx.run(
        "projects.update_project",
        id=project.id,
        slug=project.slug,
        name=project.name,
        platform=project.platform,
        grouping_config=project.grouping_config,
        settings=orjson.dumps(project.settings).decode(),
    )


async def link_team(tx: Transaction, *, project_id: int, team_id: int) -> bool:
    """Gives a project to a team; whether it was not its yet."""
    return await tx.run("projects.link_team", project_id=project_id, team_id=team_id) > 0


async def unlink_team(tx: Transaction, *, project_id: int, team_id: int) -> bool:
    """Takes a project from a team; whether it was its."""
    return await tx.run("projects.unlink_team", project_id=project_id, team_id=team_id) > 0


async def list_links(tx: Transaction, project_ids: Iterable[int]) -> dict[int, list[TeamLink]]:
    """The teams of projects by project id; a project without a team is left out."""
    links: dict[int, list[TeamLink]] = {}
    ids = orjson.dumps(sorted(set(project_ids))).decode()
    for row in await tx.all("projects.list_links", ids=ids):
        link = TeamLink(team_id=row["id"], slug=row["slug"], name=row["name"])
        links.setdefault(row["project_id"], []).append(link)
    return links


async def delete_project(tx: Transaction, project_id: int, *, at: int) -> None:
    """Removes a project with its keys. A job removes its issues and the rest: see
    `project_leftovers`."""
    for query in (
        "projects.delete_keys",
        "projects.delete_links",
        "projects.delete_counter",
        "projects.delete_quotas",
        "projects.delete_project",
    ):
        await tx.run(query, id=project_id)
    await tx.run("projects.insert_deleted_project", id=project_id, at=at)


def _project(row: Row) -> Project:
    return Project(
        id=row["id"],
        organization_id=row["organization_id"],
        slug=row["slug"],
        name=row["name"],
        platform=row["platform"],
        retention_days=row["retention_days"],
        grouping_config=row["grouping_config"],
        settings=orjson.loads(row["settings"]),
        created_at=row["created_at"],
        first_event_at=row["first_event_at"],
    )
