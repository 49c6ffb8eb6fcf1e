"""The log of an issue in sentences; pure."""

from collections.abc import Mapping
from typing import Any

import msgspec

from urgentry.domain.account import Account
from urgentry.domain.activity import Activity, ActivityKind
from urgentry.domain.organization import Team
from urgentry.web.formats import plural
from urgentry.web.view.values import number, text

_ICONS = {
    ActivityKind.NOTE: "mail",
    ActivityKind.SET_RESOLVED: "check",
    ActivityKind.SET_RESOLVED_IN_RELEASE: "check",
    ActivityKind.SET_UNRESOLVED: "refresh",
    ActivityKind.SET_REGRESSION: "warning",
    ActivityKind.SET_IGNORED: "archive",
    ActivityKind.SET_ESCALATING: "activity",
    ActivityKind.ASSIGNED: "user",
    ActivityKind.UNASSIGNED: "user",
    ActivityKind.MERGE: "merge",
    ActivityKind.UNMERGE_SOURCE: "branch",
    ActivityKind.UNMERGE_DESTINATION: "branch",
    ActivityKind.SET_PRIORITY: "flag",
    ActivityKind.MARK_REVIEWED: "eye",
    ActivityKind.FIRST_SEEN: "activity",
}
_SENTENCES = {
    ActivityKind.FIRST_SEEN: "saw it for the first time",
    ActivityKind.SET_RESOLVED: "resolved it",
    ActivityKind.SET_UNRESOLVED: "reopened it",
    ActivityKind.SET_REGRESSION: "noticed that it came back",
    ActivityKind.UNASSIGNED: "assigned it to nobody",
    ActivityKind.MARK_REVIEWED: "marked it as reviewed",
    ActivityKind.AUTO_SET_ONGOING: "made it an ongoing issue",
    ActivityKind.UNMERGE_SOURCE: "split part of it off",
    ActivityKind.UNMERGE_DESTINATION: "split it off another issue",
}


_KINDS = frozenset(ActivityKind)


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Whom entries speak of, by id."""

    accounts: Mapping[int, Account]
    teams: Mapping[int, Team]

    def account(self, account_id: int | None) -> str:
        account = self.accounts.get(account_id or 0)
        return account.display_name if account else "Somebody"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log."""

    id: int
    icon: str
    who: str
    is_person: bool
    did: str
    note: str
    at: int
    is_mine: bool


def entry(activity: Activity, names: Names, *, reader: int | None) -> Entry:
    """An entry as a sentence: who did what."""
    kind = activity.kind
    is_note = kind == ActivityKind.NOTE
    return Entry(
        id=activity.id,
        icon=_ICONS.get(ActivityKind(kind), "activity")
        if kind in set(ActivityKind)
        else "activity",
        who=names.account(activity.account_id) if activity.account_id else "urgentry",
        is_person=activity.account_id is not None,
        did="commented" if is_note else _sentence(kind, activity.detail, names),
        note=text(activity.detail.get("text")) if is_note else "",
        at=activity.at,
        is_mine=is_note and reader is not None and activity.account_id == reader,
    )


def mentioned(activities: list[Activity]) -> set[int]:
    """The accounts that entries speak of."""
    people = {each.account_id for each in activities if each.account_id is not None}
    for each in activities:
        assignee = text(each.detail.get("assignee"))
        if each.detail.get("assigneeType") == "user" and assignee.isdigit():
            people.add(int(assignee))
    return people


def _sentence(kind: str, detail: dict[str, Any], names: Names) -> str:
    match kind:
        case ActivityKind.SET_RESOLVED_IN_RELEASE:
            version = text(detail.get("version"))
            sentence = f"resolved it in {version or 'the next release'}"
        case ActivityKind.SET_IGNORED:
            sentence = _archived(detail)
        case ActivityKind.ASSIGNED:
            sentence = f"assigned it to {_assignee(detail, names)}"
        case ActivityKind.SET_ESCALATING:
            forecast = number(detail.get("forecast")) or 0
            sentence = f"noticed that it escalates: more than {plural(forecast, 'event')} an hour"
        case ActivityKind.SET_PRIORITY:
            sentence = f"set the priority to {text(detail.get('priority'))}"
        case ActivityKind.MERGE:
            sentence = f"merged {plural(len(detail.get('issues') or ()), 'issue')} into it"
        case _:
            sentence = _SENTENCES.get(ActivityKind(kind), kind) if kind in _KINDS else kind
    return sentence


def _archived(detail: dict[str, Any]) -> str:
    if detail.get("ignoreCount"):
        return f"archived it until it happens {plural(int(detail['ignoreCount']), 'more time')}"
    if detail.get("ignoreUserCount"):
        return f"archived it until {plural(int(detail['ignoreUserCount']), 'more user')} see it"
    if detail.get("ignoreUntil"):
        return "archived it for a time"
    return (
        "archived it until it escalates" if detail.get("ignoreUntilEscalating") else "archived it"
    )


def _assignee(detail: dict[str, Any], names: Names) -> str:
    number = text(detail.get("assignee"))
    if not number.isdigit():
        return "somebody"
    if detail.get("assigneeType") == "team":
        team = names.teams.get(int(number))
        return f"#{team.slug}" if team else "a team"
    return names.account(int(number))
