"""Changing what a project takes for a performance problem."""

from collections.abc import Mapping
from typing import Any

import msgspec

from urgentry.access.decision import Access, found
from urgentry.domain.performance_settings import (
    LIMITS,
    MAX_PATHS_CHARS,
    PATHS,
    PerformanceSettings,
    read_performance_settings,
    stored_performance_settings,
)
from urgentry.domain.project import Project
from urgentry.errors import FieldError
from urgentry.storage import projects
from urgentry.storage.database import Transaction
from urgentry.tenancy.changes import tell


def performance_settings_of(project: Project) -> PerformanceSettings:
    """What the project looks for."""
    return read_performance_settings(project.settings)


def changed(settings: PerformanceSettings, wanted: Mapping[str, Any]) -> PerformanceSettings:
    """The settings with some replaced, by their names. FieldError for what cannot be."""
    wrong = {
        name: [f"Choose a number from {least:,} to {most:,}."]
        for name, (least, most) in LIMITS.items()
        if name in wanted and not least <= wanted[name] <= most
    }
    if len(wanted.get(PATHS, "")) > MAX_PATHS_CHARS:
        wrong[PATHS] = [f"Ensure this field has no more than {MAX_PATHS_CHARS:,} characters."]
    if wrong:
        raise FieldError(wrong)
    return msgspec.structs.replace(settings, **wanted)


async def change_performance(
    tx: Transaction, access: Access, wanted: Mapping[str, Any] | None
) -> Project:
    """Changes what the chosen project looks for, from the next transaction on; None for how a
    project begins."""
    access.require("project:write", "project:admin")
    project = found(access.project)
    settings = (
        PerformanceSettings()
        if wanted is None
        else changed(performance_settings_of(project), wanted)
    )
    stored = project.settings | stored_performance_settings(settings)
    new = msgspec.structs.replace(project, settings=stored)
    await projects.update_project(tx, new)
    await tell(
        tx, "project.updated", organization_id=project.organization_id, project_id=project.id
    )
    return new
