"""Gathers what lists of projects show beside their rows, in a fixed number of queries."""

from urgentry.api.shapes.projects import ProjectFacts
from urgentry.domain.project import Project
from urgentry.storage import environments, projects, releases
from urgentry.storage.database import Transaction
from urgentry.storage.received import list_received


async def facts_of(tx: Transaction, listed: list[Project]) -> ProjectFacts:
    """Teams, environments and newest release of projects, and of which kinds they have data."""
    ids = [project.id for project in listed]
    if not ids:
        return ProjectFacts(links={}, latest={}, environments={})
    names: dict[int, list[str]] = {}
    for environment in await environments.list_environments(tx, ids):
        if environment.name and not environment.is_hidden:
            names.setdefault(environment.project_id, []).append(environment.name)
    return ProjectFacts(
        links=await projects.list_links(tx, ids),
        latest=await releases.list_latest(tx, ids),
        environments=names,
        with_sessions=await releases.list_with_sessions(tx, ids),
        received=await list_received(tx, ids),
    )
