"""Reads the body of a change to issues as decisions, in Sentry's words."""

from typing import Any

import msgspec

from urgentry import clock
from urgentry.api.fields import Fields
from urgentry.domain.issue import Priority, Resolution, Substatus
from urgentry.errors import FieldError
from urgentry.storage.database import Transaction
from urgentry.triage.assignees import find_assignee
from urgentry.triage.decisions import (
    Archive,
    Bookmark,
    Decision,
    MarkReviewed,
    MarkSeen,
    Resolve,
    SetPriority,
    Unresolve,
)

_STATUSES = ("resolved", "unresolved", "ignored", "muted", "resolvedInNextRelease")
_CONDITIONS = ("ignoreDuration", "ignoreCount", "ignoreUserCount")
_UNSUPPORTED_DETAILS = (
    *("inCommit", "inFutureRelease", "inUpcomingRelease", "ignoreWindow", "ignoreUserWindow"),
    "snoozeDuration",
)
_MOST_MINUTES = 60 * 24 * 366 * 5
_LONGEST_VERSION = 250


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a body asks for: decisions, and perhaps to merge the issues."""

    decisions: list[Decision]
    merges: bool
    assignee: str | None
    """Whom to assign to, still as text; "" is nobody, None leaves it as it is."""

    @property
    def is_status_alone(self) -> bool:
        """Whether only the status changes: then a search may stand for a list of ids."""
        has_status = any(isinstance(each, Resolve | Unresolve | Archive) for each in self.decisions)
        return has_status and not self.merges


def read_change(body: dict[str, Any], *, now: int) -> Change:
    """The change that a body asks for. FieldError where it cannot be made."""
    fields = Fields(body)
    decisions: list[Decision] = []
    status = fields.choice("status", _STATUSES)
    substatus = fields.choice("substatus", [each.value for each in Substatus])
    details = fields.object("statusDetails") or fields
    _refuse_unsupported(body)
    decision = _status(status, substatus, details, now)
    if decision is not None:
        decisions.append(decision)
    decisions += _marks(fields)
    assignee = _assignee(fields, body)
    _refuse_flags(fields)
    if substatus and not status:
        fields.refuse("substatus", "A substatus needs its status.")
    merges = bool(_merge_flag(fields, body))
    fields.check()
    return Change(decisions=decisions, merges=merges, assignee=assignee)


async def complete(tx: Transaction, organization_id: int, change: Change) -> list[Decision]:
    """The decisions, with the assignee looked up. FieldError when there is no such person or
    team."""
    if change.assignee is None:
        return change.decisions
    assign = await find_assignee(tx, organization_id, change.assignee)
    if assign is None:
        raise FieldError({"assignedTo": ["Could not parse actor. Format should be `type:id`."]})
    return [*change.decisions, assign]


def echo(change: Change, body: dict[str, Any]) -> dict[str, Any]:
    """What a bulk change answers: the body as it was understood."""
    known = (
        *("status", "statusDetails", "substatus", "isBookmarked", "hasSeen"),
        *("priority", "inbox", "isSubscribed"),
    )
    shown = {name: body[name] for name in known if body.get(name) is not None}
    shown["isPublic"] = False
    for decision in change.decisions:
        match decision:
            case Resolve():
                shown["status"] = "resolved"
            case Unresolve():
                shown |= {"status": "unresolved", "substatus": decision.substatus.value}
            case Archive():
                shown |= {"status": "ignored", "substatus": decision.substatus.value}
    if change.is_status_alone:
        shown.setdefault("statusDetails", {})
    return shown


def _status(
    status: str | None, substatus: str | None, details: Fields, now: int
) -> Decision | None:
    match status:
        case "resolved" | "resolvedInNextRelease":
            return _resolve(details, in_next=status == "resolvedInNextRelease")
        case "unresolved":
            known = (Substatus.NEW, Substatus.REGRESSED, Substatus.ESCALATING)
            chosen = Substatus(substatus) if substatus in known else Substatus.ONGOING
            return Unresolve(substatus=chosen)
        case "ignored" | "muted":
            return _archive(details, substatus, now)
        case _:
            return None


def _refuse_unsupported(body: dict[str, Any]) -> None:
    details = body.get("statusDetails")
    given = {**body, **details} if isinstance(details, dict) else body
    asked = [name for name in _UNSUPPORTED_DETAILS if given.get(name)]
    if asked:
        raise FieldError({name: ["This is not supported."] for name in asked})


def _refuse_flags(fields: Fields) -> None:
    for name in ("isPublic", "discard", "isSubscribed", "inbox"):
        if fields.flag(name):
            fields.refuse(name, "This is not supported.")


def _resolve(details: Fields, *, in_next: bool) -> Resolve:
    wants_next = details.flag("inNextRelease")
    version = details.text("inRelease", longest=_LONGEST_VERSION)
    details.check()
    if version:
        return Resolve(resolution=Resolution.IN_RELEASE, version=version)
    if in_next or wants_next:
        return Resolve(resolution=Resolution.NEXT_RELEASE)
    return Resolve()


def _archive(details: Fields, substatus: str | None, now: int) -> Archive:
    minutes, events, users = (
        details.integer(name, least=1, most=_MOST_MINUTES if "Duration" in name else 10**12)
        for name in _CONDITIONS
    )
    details.check()
    return Archive(
        until_at=None if minutes is None else now + minutes * clock.MINUTE,
        more_events=events,
        more_users=users,
        forever=substatus == Substatus.ARCHIVED_FOREVER.value,
    )


def _marks(fields: Fields) -> list[Decision]:
    marks: list[Decision] = []
    marked, seen, inbox = (fields.flag(name) for name in ("isBookmarked", "hasSeen", "inbox"))
    if marked is not None:
        marks.append(Bookmark(marked))
    if seen is not None:
        marks.append(MarkSeen(seen))
    if inbox is False:
        marks.append(MarkReviewed())
    priority = fields.choice("priority", [each.name.lower() for each in Priority])
    if priority is not None:
        marks.append(SetPriority(Priority[priority.upper()]))
    return marks


def _assignee(fields: Fields, body: dict[str, Any]) -> str | None:
    if "assignedTo" not in body:
        return None
    if body["assignedTo"] is None:
        return ""
    return fields.text("assignedTo", longest=_LONGEST_VERSION, may_be_empty=True)


def _merge_flag(fields: Fields, body: dict[str, Any]) -> bool | None:
    """Old clients send 1."""
    return True if body.get("merge") in (1, "1") else fields.flag("merge")
