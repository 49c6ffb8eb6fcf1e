"""Changing which events a project does not want."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from urgentry.access.decision import Access, found
from urgentry.domain.filters import (
    FilterSettings,
    networks_problem,
    read_filter_settings,
    stored_filter_settings,
)
from urgentry.domain.patterns import list_problem, patterns_problem
from urgentry.domain.project import Project
from urgentry.errors import FieldError
from urgentry.storage import projects
from urgentry.storage.database import Transaction
from urgentry.tenancy.changes import tell

OPTIONS: Final[Mapping[str, str]] = {
    "filters:react-hydration-errors": "react_hydration_errors",
    "filters:chunk-load-error": "chunk_load_error",
    "filters:blacklisted_ips": "ip_addresses",
    "filters:releases": "releases",
    "filters:error_messages": "error_messages",
    "sentry:csp_ignored_sources_defaults": "csp_known_sources",
    "sentry:csp_ignored_sources": "csp_sources",
}
"""The settings that Sentry's API has among a project's options, by the names there."""

_PROBLEMS: Mapping[str, Callable[[str], str | None]] = {
    "ip_addresses": networks_problem,
    "releases": patterns_problem,
    "error_messages": patterns_problem,
    "csp_sources": list_problem,
}


def filter_settings_of(project: Project) -> FilterSettings:
    """What the project filters."""
    return read_filter_settings(project.settings)


def changed(settings: FilterSettings, wanted: Mapping[str, Any]) -> FilterSettings:
    """The settings with some replaced, by their names. FieldError, by the names of `OPTIONS`, for
    a list that cannot be."""
    names = {field: option for option, field in OPTIONS.items()}
    wrong = {
        names[field]: [problem]
        for field, problem_of in _PROBLEMS.items()
        if field in wanted and (problem := problem_of(wanted[field]))
    }
    if wrong:
        raise FieldError(wrong)
    return msgspec.structs.replace(settings, **wanted)


async def change_filters(tx: Transaction, access: Access, wanted: Mapping[str, Any]) -> Project:
    """Changes what the chosen project filters, from the next event on."""
    access.require("project:write", "project:admin")
    project = found(access.project)
    settings = stored_filter_settings(changed(filter_settings_of(project), wanted))
    new = msgspec.structs.replace(project, settings=project.settings | settings)
    await projects.update_project(tx, new)
    await tell(
        tx, "project.updated", organization_id=project.organization_id, project_id=project.id
    )
    return new
