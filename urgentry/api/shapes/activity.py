"""Entries of an issue's log."""

from collections.abc import Mapping
from typing import Any

from urgentry.api.shapes.accounts import account_shape
from urgentry.api.timestamps import iso
from urgentry.domain.account import Account
from urgentry.domain.activity import Activity, ActivityKind
from urgentry.domain.issue import Issue


def activity_shape(entry: Activity, people: Mapping[int, Account]) -> dict[str, Any]:
    """An entry; the user is null where nobody did it."""
    account = people.get(entry.account_id) if entry.account_id is not None else None
    return {
        "id": str(entry.id),
        "type": entry.kind,
        "user": account_shape(account) if account else None,
        "data": entry.detail,
        "dateCreated": iso(entry.at),
    }


def first_seen_shape(issue: Issue) -> dict[str, Any]:
    """The entry with which every log begins; it is not stored."""
    return {
        "id": "0",
        "type": ActivityKind.FIRST_SEEN.value,
        "user": None,
        "data": {"priority": issue.priority.name.lower()},
        "dateCreated": iso(issue.first_seen),
    }
