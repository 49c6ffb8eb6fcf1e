"""Changing how a project groups its events."""

from collections.abc import Callable

import msgspec

from urgentry import clock
from urgentry.access.decision import Access, found
from urgentry.domain.grouping_settings import (
    GroupingSettings,
    read_grouping_settings,
    stored_grouping_settings,
)
from urgentry.domain.project import Project
from urgentry.errors import FieldError
from urgentry.grouping import RELEASED, InvalidRule, check_enhancements, check_fingerprinting
from urgentry.storage import projects
from urgentry.storage.database import Transaction
from urgentry.tenancy.changes import tell

MAX_RULES_CHARS = 64 << 10
MAX_RULES = 1_000


class GroupingChange(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants; None keeps what is."""

    config: str | None = None
    enhancements: str | None = None
    fingerprinting: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is wanted."""
        return self == GroupingChange()


def grouping_settings_of(project: Project) -> GroupingSettings:
    """How the project groups."""
    return read_grouping_settings(project.grouping_config, project.settings)


def changed(settings: GroupingSettings, change: GroupingChange, *, at: int) -> GroupingSettings:
    """The settings with the change made. FieldError, in the API's names and with line and column,
    for what cannot be."""
    wrong: dict[str, list[str]] = {}
    if change.config is not None and change.config not in RELEASED:
        wrong["groupingConfig"] = [f'"{change.config}" is not a valid choice.']
    for name, text, check in (
        ("groupingEnhancements", change.enhancements, check_enhancements),
        ("fingerprintingRules", change.fingerprinting, check_fingerprinting),
    ):
        if text is not None and (problem := _problem(text, check)):
            wrong[name] = [problem]
    if wrong:
        raise FieldError(wrong)
    moved = settings.moved(change.config, at=at) if change.config else settings
    return msgspec.structs.replace(
        moved,
        enhancements=_chosen(change.enhancements, settings.enhancements),
        fingerprinting=_chosen(change.fingerprinting, settings.fingerprinting),
    )


async def change_grouping(tx: Transaction, access: Access, change: GroupingChange) -> Project:
    """Changes how the chosen project groups from the next event on. Issues stay as they are."""
    access.require("project:write", "project:admin")
    project = found(access.project)
    settings = changed(grouping_settings_of(project), change, at=clock.now())
    new = msgspec.structs.replace(
        project,
        grouping_config=settings.config,
        settings=project.settings | stored_grouping_settings(settings),
    )
    await projects.update_project(tx, new)
    await tell(
        tx, "project.updated", organization_id=project.organization_id, project_id=project.id
    )
    return new


def _problem(text: str, check: Callable[[str], int]) -> str | None:
    if len(text) > MAX_RULES_CHARS:
        return f"Ensure this field has no more than {MAX_RULES_CHARS} characters."
    try:
        count = check(text)
    except InvalidRule as error:
        return f"Invalid rule in {error}"
    too_many = f"There are {count} rules; at most {MAX_RULES} are possible."
    return too_many if count > MAX_RULES else None


def _chosen(wanted: str | None, present: str) -> str:
    return present if wanted is None else wanted.replace("\r\n", "\n")
