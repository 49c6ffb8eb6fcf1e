"""Making, changing and deleting projects, and giving them to teams."""

from typing import Any

import msgspec

from urgentry import clock
from urgentry.access.decision import Access, found
from urgentry.access.tokens import new_key
from urgentry.domain.filters import first_filters, stored_filter_settings
from urgentry.domain.organization import Team, slug_problem, slugify
from urgentry.domain.project import MAX_SLUG_LENGTH, Project
from urgentry.errors import ApiError, FieldError
from urgentry.storage import keys, projects
from urgentry.storage.database import Transaction
from urgentry.tenancy.changes import tell

DEFAULT_KEY_LABEL = "Default"
_MAX_SUFFIX = 1000


async def create_project(
    tx: Transaction,
    access: Access,
    *,
    name: str,
    slug: str | None = None,
    platform: str = "",
    teams: list[Team],
    retention_days: int,
) -> Project:
    """A new project with a first key. Without a slug, one is made of the name."""
    access.require("project:write", "project:admin")
    organization_id = access.organization.id
    project = await projects.insert_project(
        tx,
        organization_id=organization_id,
        slug=await _free_slug(tx, organization_id, name=name, slug=slug),
        name=name,
        platform=platform,
        retention_days=retention_days,
        settings=first_settings(platform),
        at=clock.now(),
    )
    for team in teams:
        await projects.link_team(tx, project_id=project.id, team_id=team.id)
    await insert_default_key(tx, project.id)
    await tell(tx, "project.created", organization_id=organization_id, project_id=project.id)
    return project


async def update_project(
    tx: Transaction,
    access: Access,
    *,
    slug: str | None = None,
    name: str | None = None,
    platform: str | None = None,
    settings: dict[str, Any] | None = None,
) -> Project:
    """Changes what is given of the chosen project; `settings` are laid over those that are."""
    access.require("project:write", "project:admin")
    old = found(access.project)
    if slug is not None and slug != old.slug:
        await _free_slug(tx, old.organization_id, name=old.name, slug=slug)
    new = msgspec.structs.replace(
        old,
        slug=old.slug if slug is None else slug,
        name=old.name if name is None else name,
        platform=old.platform if platform is None else platform,
        settings=old.settings | (settings or {}),
    )
    await projects.update_project(tx, new)
    await tell(tx, "project.updated", organization_id=old.organization_id, project_id=old.id)
    return new


async def delete_project(tx: Transaction, access: Access) -> None:
    """Removes the chosen project with its issues; a job removes its events."""
    access.require("project:admin")
    project = found(access.project)
    await projects.delete_project(tx, project.id, at=clock.now())
    await tell(
        tx,
        "project.deleted",
        organization_id=project.organization_id,
        project_id=project.id,
    )


async def give_to_team(tx: Transaction, access: Access, team: Team) -> None:
    """Gives the chosen project to a team."""
    access.require("project:write", "project:admin")
    project = found(access.project)
    await projects.link_team(tx, project_id=project.id, team_id=team.id)
    await tell(
        tx, "project.updated", organization_id=project.organization_id, project_id=project.id
    )


async def take_from_team(tx: Transaction, access: Access, team: Team) -> None:
    """Takes the chosen project from a team; 404 when it was not the team's."""
    access.require("project:write", "project:admin")
    project = found(access.project)
    found(await projects.unlink_team(tx, project_id=project.id, team_id=team.id) or None)
    await tell(
        tx, "project.updated", organization_id=project.organization_id, project_id=project.id
    )


def first_settings(platform: str) -> dict[str, Any]:
    """What is set of a project when it is made, by what it is for."""
    return stored_filter_settings(first_filters(platform))


async def insert_default_key(tx: Transaction, project_id: int) -> None:
    """The key that a project begins with."""
    await keys.insert_key(
        tx,
        project_id=project_id,
        public_key=new_key(),
        secret_key=new_key(),
        label=DEFAULT_KEY_LABEL,
        at=clock.now(),
    )


async def _free_slug(tx: Transaction, organization_id: int, *, name: str, slug: str | None) -> str:
    if slug is None:
        return await _slug_of_name(tx, organization_id, name)
    problem = slug_problem(slug, longest=MAX_SLUG_LENGTH)
    if problem is not None:
        raise FieldError({"slug": [problem]})
    if await projects.find_project(tx, organization_id, slug) is not None:
        raise ApiError(409, "A project with this slug already exists.")
    return slug


async def _slug_of_name(tx: Transaction, organization_id: int, name: str) -> str:
    base = slugify(name, fallback="project")
    taken = {project.slug for project in await projects.list_projects(tx, organization_id)}
    if base not in taken:
        return base
    numbered = (f"{base}-{number}" for number in range(2, _MAX_SUFFIX + len(taken)))
    return next(slug for slug in numbered if slug not in taken)
