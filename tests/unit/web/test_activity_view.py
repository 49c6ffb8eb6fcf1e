"""Entries of an issue's log as sentences."""

from typing import Any

import pytest

from urgentry.domain.activity import Activity, ActivityKind
from urgentry.web.view.activity import Names, entry

NOBODY = Names(accounts={}, teams={})


def said(kind: str, detail: dict[str, Any] | None = None, account_id: int | None = None) -> str:
    activity = Activity(
        id=1,
        issue_id=1,
        project_id=1,
        kind=kind,
        account_id=account_id,
        detail=detail or {},
        at=0,
    )
    shown = entry(activity, NOBODY, reader=None)
    return f"{shown.who} {shown.did}"


@pytest.mark.parametrize(
    ("kind", "detail", "sentence"),
    [
        ("set_resolved_in_release", {"version": "1.2"}, "resolved it in 1.2"),
        ("set_resolved_in_release", {}, "resolved it in the next release"),
        ("set_ignored", {"ignoreUntilEscalating": True}, "archived it until it escalates"),
        (
            "set_escalating",
            {"forecast": 40},
            "noticed that it escalates: more than 40 events an hour",
        ),
        ("set_priority", {"priority": "high"}, "set the priority to high"),
        ("merge", {"issues": [{"id": "1"}]}, "merged 1 issue into it"),
        ("assigned", {"assignee": "7", "assigneeType": "team"}, "assigned it to a team"),
        ("of_a_later_version", {}, "of_a_later_version"),
    ],
)
def test_sentences(kind: str, detail: dict[str, Any], sentence: str) -> None:
    assert said(kind, detail) == f"urgentry {sentence}"


@pytest.mark.parametrize("kind", ActivityKind)
def test_every_kind_is_told_in_words(kind: ActivityKind) -> None:
    assert "_" not in said(kind, account_id=7)
