"""What a list of issues or events is asked for: projects, environments, period, search.

Read from the query of a request in Sentry's words; used by every endpoint that lists or selects.
"""

import re
from datetime import UTC, datetime

import msgspec

from urgentry import clock
from urgentry.access.decision import Access, not_found, visible_projects
from urgentry.api.endpoint import Call
from urgentry.domain.condition import AllOf, Condition
from urgentry.domain.project import Project
from urgentry.errors import ApiError
from urgentry.search.issues import active_between, in_environments, search_condition
from urgentry.search.scope import SearchScope
from urgentry.storage.database import Transaction
from urgentry.storage.issues import IssueSelection

DEFAULT_QUERY = "is:unresolved"
EVERY_PROJECT = "-1"
_PERIOD = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS = {
    "s": clock.SECOND,
    "m": clock.MINUTE,
    "h": clock.HOUR,
    "d": clock.DAY,
    "w": 7 * clock.DAY,
}


class Span(msgspec.Struct, frozen=True):
    """A period in microseconds; None where it is open."""

    start: int | None
    end: int | None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked, and of whom."""

    access: Access
    projects: tuple[Project, ...]
    environments: tuple[str, ...]
    span: Span
    now: int

    @property
    def scope(self) -> SearchScope:
        return SearchScope(
            organization_id=self.access.organization.id,
            project_ids=self.project_ids,
            account_id=self.access.account_id,
            now=self.now,
        )

    @property
    def project_ids(self) -> tuple[int, ...]:
        return tuple(project.id for project in self.projects)

    def select(self, query: str) -> IssueSelection:
        """The issues that a search finds within all that was asked."""
        parts: list[Condition] = [search_condition([query], self.scope)]
        if self.environments:
            parts.append(in_environments(self.environments))
        if self.span != Span(None, None):
            parts.append(active_between((self.span.start, self.span.end)))
        condition = parts[0] if len(parts) == 1 else AllOf(tuple(parts))
        return IssueSelection(
            organization_id=self.access.organization.id,
            project_ids=self.project_ids,
            condition=condition,
        )


async def read_question(call: Call, tx: Transaction, access: Access) -> Question:
    """The question of a request. ApiError 404 for a project that the caller may not see."""
    now = clock.now()
    return Question(
        access=access,
        projects=await read_projects(call, tx, access),
        environments=read_environments(call),
        span=read_span(call, now),
        now=now,
    )


def read_query(call: Call) -> str:
    """The search text: unresolved issues where none is given, everything where it is empty."""
    text = call.query.get("query")
    return DEFAULT_QUERY if text is None else text


def read_environments(call: Call) -> tuple[str, ...]:
    """Names of environments; none means all."""
    return tuple(dict.fromkeys(call.query.getlist("environment")))


def read_span(call: Call, now: int) -> Span:
    """`statsPeriod` back from now, or `start` and `end`. ApiError 400 when they are malformed."""
    period = call.query.get("statsPeriod")
    if period:
        match = _PERIOD.fullmatch(period)
        if match is None:
            raise ApiError(400, "Invalid statsPeriod: use a number with s, m, h, d or w.")
        return Span(now - int(match[1]) * _UNITS[match[2]], None)
    start, end = (_instant(call, name) for name in ("start", "end"))
    if start is not None and end is not None and start >= end:
        raise ApiError(400, "start must be before end")
    return Span(start, end)


def _instant(call: Call, name: str) -> int | None:
    text = call.query.get(name)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise ApiError(400, f"{name} is not a valid ISO 8601 time") from None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    since_epoch = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return round(since_epoch.total_seconds() * clock.SECOND)


async def read_projects(call: Call, tx: Transaction, access: Access) -> tuple[Project, ...]:
    """The projects that `project` names, or all that the caller may see. ApiError 404 for one that
    they may not."""
    if access.project is not None:
        return (access.project,)
    visible = await visible_projects(tx, access)
    wanted = [each for each in call.query.getlist("project") if each]
    wanted += [each for each in call.query.getlist("projectSlug") if each]
    if not wanted or EVERY_PROJECT in wanted:
        return tuple(visible)
    named = {name: project for project in visible for name in (str(project.id), project.slug)}
    if any(name not in named for name in wanted):
        raise not_found()
    return tuple({named[name].id: named[name] for name in wanted}.values())
