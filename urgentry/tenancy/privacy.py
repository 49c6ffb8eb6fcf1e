"""Changing what is removed from the data of a project, or of all projects of an organization."""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from urgentry.access.decision import Access, found
from urgentry.domain.organization import Organization
from urgentry.domain.privacy_settings import (
    DataRules,
    read_organization_rules,
    read_project_rules,
    stored_rules,
)
from urgentry.domain.project import Project
from urgentry.errors import FieldError
from urgentry.privacy import InvalidRules, check_config, check_field
from urgentry.storage import organizations, projects
from urgentry.storage.database import Transaction
from urgentry.tenancy.changes import tell

MAX_FIELDS: Final = 200
MAX_RULES_CHARS: Final = 64 << 10


class RulesChange(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants; None keeps what is."""

    scrub_data: bool | None = None
    scrub_defaults: bool | None = None
    scrub_ip_addresses: bool | None = None
    sensitive_fields: tuple[str, ...] | None = None
    safe_fields: tuple[str, ...] | None = None
    advanced: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is wanted."""
        return self == RulesChange()


def project_rules_of(project: Project) -> DataRules:
    """What the project itself sets."""
    return read_project_rules(project.settings)


def organization_rules_of(organization: Organization) -> DataRules:
    """What the organization asks of all its projects."""
    return read_organization_rules(organization.settings)


def changed(rules: DataRules, change: RulesChange) -> DataRules:
    """The rules with the change made. FieldError, in the API's names and saying where, for what
    cannot be."""
    wrong: dict[str, list[str]] = {}
    for name, fields in (
        ("sensitiveFields", change.sensitive_fields),
        ("safeFields", change.safe_fields),
    ):
        if problem := _fields_problem(fields or ()):
            wrong[name] = [problem]
    if change.advanced and (problem := _advanced_problem(change.advanced)):
        wrong["relayPiiConfig"] = [problem]
    if wrong:
        raise FieldError(wrong)
    wanted = {
        name: value
        for name in change.__struct_fields__
        if (value := getattr(change, name)) is not None
    }
    return msgspec.structs.replace(rules, **wanted)


async def change_project_privacy(tx: Transaction, access: Access, change: RulesChange) -> Project:
    """Changes what is removed from the chosen project's data from now on. What is stored stays."""
    access.require("project:write", "project:admin")
    project = found(access.project)
    rules = changed(project_rules_of(project), change)
    new = msgspec.structs.replace(project, settings=project.settings | stored_rules(rules))
    await projects.update_project(tx, new)
    await tell(
        tx, "project.updated", organization_id=project.organization_id, project_id=project.id
    )
    return new


async def change_organization_privacy(
    tx: Transaction, access: Access, change: RulesChange
) -> Organization:
    """The same for all projects of the organization."""
    access.require("org:write", "org:admin")
    organization = access.organization
    rules = changed(organization_rules_of(organization), change)
    settings = organization.settings | stored_rules(rules)
    new = msgspec.structs.replace(organization, settings=settings)
    await organizations.update_organization(tx, new)
    await tell(tx, "organization.updated", organization_id=organization.id)
    return new


def _fields_problem(fields: Iterable[str]) -> str | None:
    listed = list(fields)
    if len(listed) > MAX_FIELDS:
        return f"At most {MAX_FIELDS} fields are possible."
    problems = (_problem(field, check_field) for field in listed)
    return next(filter(None, problems), None)


def _advanced_problem(text: str) -> str | None:
    if len(text) > MAX_RULES_CHARS:
        return f"Ensure this field has no more than {MAX_RULES_CHARS} characters."
    return _problem(text, check_config)


def _problem(text: str, check: Callable[[str], None]) -> str | None:
    try:
        check(text)
    except InvalidRules as error:
        return str(error)
    return None
