"""What is asked of errors: projects, environments, period, search, and what is computed of them.

Read from the query of a request in Sentry's words, as `signal_question` reads what is asked of
spans and logs.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from urgentry import clock
from urgentry.access.decision import Access
from urgentry.api.endpoint import Call
from urgentry.api.issue_question import read_environments, read_projects
from urgentry.api.signal_question import SCOPES, read_period
from urgentry.api.timestamps import iso_or_none
from urgentry.domain.condition import ALWAYS, AllOf
from urgentry.domain.event import UNCOUNTED_TAGS
from urgentry.domain.project import Project
from urgentry.errors import ApiError
from urgentry.explore.errors import Column, Tally, column
from urgentry.search.events import event_condition, in_environments
from urgentry.search.scope import SearchScope
from urgentry.storage.event_counts import EventScope, Part

DATASETS = frozenset({"errors", "discover"})
_UNFIT = re.compile(r"[^A-Za-z0-9]+")


class ErrorQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question with what the answer names it by."""

    access: Access
    dataset: str
    projects: dict[int, Project]
    scope: EventScope
    now: int


class Computed(msgspec.Struct, frozen=True, kw_only=True):
    """A column that is computed of a group; `rank` is what it is sorted by."""

    name: str
    type: str
    unit: str | None
    needs: Part | None
    value: Callable[[Tally, float], Any]
    rank: Callable[[Tally, float], float]

    @property
    def alias(self) -> str:
        """The name as `sort` may write it: `count_unique_user`."""
        return _UNFIT.sub("_", self.name).strip("_")


async def read_error_question(call: Call) -> ErrorQuestion:
    """The question of a request. ApiError 400 where it cannot be understood, 404 for what the
    caller may not see."""
    async with call.database.read() as tx:
        access = await call.enter(tx, *SCOPES)
        projects = await read_projects(call, tx, access)
    now = clock.now()
    ids = [project.id for project in projects]
    search = SearchScope(
        organization_id=access.organization.id,
        project_ids=tuple(ids),
        account_id=access.account_id,
        now=now,
    )
    parts = (
        event_condition(call.query.get("query") or "", search),
        in_environments(read_environments(call)),
    )
    start, end = read_period(call, now)
    return ErrorQuestion(
        access=access,
        dataset=call.query.get("dataset") or "errors",
        projects={project.id: project for project in projects},
        scope=EventScope(
            organization_id=access.organization.id,
            project_ids=ids,
            start=start,
            end=end,
            condition=AllOf(tuple(part for part in parts if part != ALWAYS)),
        ),
        now=now,
    )


def read_column(name: str) -> Column:
    """A field to group by. ApiError 400 for what nearly every event has its own of."""
    found = column(name)
    if found.part is Part.TAGSET and found.tag in UNCOUNTED_TAGS:
        raise ApiError(400, f"Errors cannot be grouped by {name}.")
    return found


def _count(name: str, value: Callable[[Tally], int], *, needs: Part | None = None) -> Computed:
    return Computed(
        name=name,
        type="integer",
        unit=None,
        needs=needs,
        value=lambda tally, _: value(tally),
        rank=lambda tally, _: value(tally),
    )


def _time(name: str, value: Callable[[Tally], int | None]) -> Computed:
    return Computed(
        name=name,
        type="date",
        unit=None,
        needs=None,
        value=lambda tally, _: iso_or_none(value(tally)),
        rank=lambda tally, _: value(tally) or 0,
    )


def _rate(name: str, of_seconds: int, unit: str) -> Computed:
    def rate(tally: Tally, seconds: float) -> float:
        return tally.events * of_seconds / seconds if seconds else 0.0

    return Computed(name=name, type="rate", unit=unit, needs=None, value=rate, rank=rate)


_FUNCTIONS = {
    each.name: each
    for each in (
        _count("count()", lambda tally: tally.events),
        _count("count_unique(user)", lambda tally: len(tally.users), needs=Part.USER),
        _count("count_unique(issue)", lambda tally: len(tally.issues), needs=Part.ISSUE),
        _time("last_seen()", lambda tally: tally.last_seen),
        _time("max(timestamp)", lambda tally: tally.last_seen),
        _time("first_seen()", lambda tally: tally.first_seen),
        _time("min(timestamp)", lambda tally: tally.first_seen),
        _rate("eps()", 1, "1/second"),
        _rate("epm()", 60, "1/minute"),
    )
}


def read_function(text: str) -> Computed:
    """The column that a text asks for. ApiError 400 for one that is not computed of errors."""
    found = _FUNCTIONS.get(text.replace(" ", ""))
    if found is None:
        known = ", ".join(_FUNCTIONS)
        raise ApiError(400, f"{text} is not computed of errors; there are {known}.")
    return found
