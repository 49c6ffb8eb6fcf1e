"""What happened to an issue by somebody's hand or by itself, as its log tells it."""

from enum import StrEnum
from typing import Any

import msgspec


class ActivityKind(StrEnum):
    """The words of Sentry's API."""

    FIRST_SEEN = "first_seen"
    NOTE = "note"
    SET_RESOLVED = "set_resolved"
    SET_RESOLVED_IN_RELEASE = "set_resolved_in_release"
    SET_UNRESOLVED = "set_unresolved"
    SET_IGNORED = "set_ignored"
    SET_REGRESSION = "set_regression"
    SET_ESCALATING = "set_escalating"
    SET_PRIORITY = "set_priority"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    MERGE = "merge"
    UNMERGE_SOURCE = "unmerge_source"
    UNMERGE_DESTINATION = "unmerge_destination"
    MARK_REVIEWED = "mark_reviewed"
    AUTO_SET_ONGOING = "auto_set_ongoing"


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the log; `account_id` is None where nobody did it."""

    id: int
    issue_id: int
    project_id: int
    kind: str
    account_id: int | None
    detail: dict[str, Any]
    at: int
