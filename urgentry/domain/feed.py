"""The change log that live pages, caches and other replicas follow."""

from enum import StrEnum
from typing import Any

import msgspec


class FeedKind(StrEnum):
    """What an entry tells."""

    EVENTS = "events"
    """Events of an issue arrived; `detail` has count, is_new, regressed and what a row shows."""
    ISSUE = "issue"
    """Somebody changed an issue: status, assignee, merge, deletion; `detail.action` says which."""
    SETTINGS = "settings"
    """Keys, projects or organizations changed: forget what is cached."""


class FeedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `seq` is gap-free in commit order and is the id of the live stream."""

    kind: FeedKind
    organization_id: int
    project_id: int = 0
    issue_id: int = 0
    detail: dict[str, Any] = {}
    at: int = 0
    seq: int = 0
