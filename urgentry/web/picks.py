"""What a person looks at: projects, environments, a period. In the address, so that views can be
shared, and remembered for the organization, so that the choice sticks from page to page.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote, urlencode

import msgspec

from urgentry import clock
from urgentry.domain.condition import AllOf, Condition
from urgentry.domain.project import Project
from urgentry.errors import ApiError
from urgentry.search.issues import active_between, in_environments, search_condition
from urgentry.search.scope import SearchScope
from urgentry.storage.issues import IssueSelection
from urgentry.web.visit import Place, Visit

DEFAULT_PERIOD = "14d"
PERIODS = {
    "1h": "Last hour",
    "24h": "Last 24 hours",
    "7d": "Last 7 days",
    "14d": "Last 14 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
}
_NAMES = ("project", "environment", "period", "start", "end")
_LENGTH = re.compile(r"([0-9]{1,4})([mhdw])")
_UNITS = {"m": clock.MINUTE, "h": clock.HOUR, "d": clock.DAY, "w": 7 * clock.DAY}
_MAX_PICKED = 50
_COOKIE_AGE = 90 * 24 * 3600


class Buckets(msgspec.Struct, frozen=True, kw_only=True):
    """Spans of time that charts count in: the first one's number, how many, how many hours each."""

    first: int
    count: int
    hours: int

    @property
    def begins(self) -> int:
        return self.first * self.hours * clock.HOUR

    @property
    def width(self) -> int:
        return self.hours * clock.HOUR


class Picks(msgspec.Struct, frozen=True, kw_only=True):
    """The choice. Slugs of projects and names of environments; none means all."""

    projects: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    period: str = DEFAULT_PERIOD
    start: str = ""
    end: str = ""

    @property
    def is_custom(self) -> bool:
        return bool(self.start or self.end)

    @property
    def period_label(self) -> str:
        """What the picker of the period shows."""
        if self.is_custom:
            return f"{self.start or '…'} – {self.end or 'now'}"
        return PERIODS.get(self.period, f"Last {self.period}")

    @property
    def periods(self) -> dict[str, str]:
        """The periods to choose from, with their labels."""
        return PERIODS

    @property
    def projects_label(self) -> str:
        return _label(self.projects, "All projects", "projects")

    @property
    def environments_label(self) -> str:
        shown = tuple(name or "(none)" for name in self.environments)
        return _label(shown, "All environments", "environments")

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that say the same, without what is so by default."""
        pairs = [("project", slug) for slug in self.projects]
        pairs += [("environment", name) for name in self.environments]
        if self.is_custom:
            return [*pairs, ("start", self.start), ("end", self.end)]
        return [*pairs, ("period", self.period)] if self.period != DEFAULT_PERIOD else pairs

    def query(self, **more: str) -> str:
        """The same as the query of an address, with a question mark where there is any."""
        pairs = self.pairs() + [(name, value) for name, value in more.items() if value]
        return f"?{urlencode(pairs)}" if pairs else ""

    def of_project(self, slug: str) -> "Picks":
        """The same of one project."""
        return msgspec.structs.replace(self, projects=(slug,))

    def span(self, now: int) -> tuple[int, int | None]:
        """Between which times, in microseconds; open where it lasts until now."""
        if self.is_custom:
            start = _day(self.start) if self.start else 0
            return start, _day(self.end) + clock.DAY if self.end else None
        return now - _length(self.period), None

    def buckets(self, now: int, *, most: int = 30) -> Buckets:
        """Spans of whole hours that cover the period; at least a day, so that there is a shape."""
        start, end = self.span(now)
        last = (end - 1 if end else now) // clock.HOUR
        first = min(start // clock.HOUR, last - 23)
        fitting = (size for size in _WIDTHS if last // size - first // size <= most)
        width = next(fitting, _WIDTHS[-1])
        count = min(last // width - first // width + 1, most + 1)
        return Buckets(first=last // width - count + 1, count=count, hours=width)


_WIDTHS = (1, 2, 3, 6, 12, 24, 48, 72, 168, 720)


def read_picks(visit: Visit, place: Place) -> Picks:
    """The choice of the address, or the one made last; keeps it. ApiError 400 when malformed."""
    is_given = any(name in visit.query for name in _NAMES)
    name = f"urgentry_picks_{place.organization.id}"
    pairs = list(visit.query.multi_items())
    if not is_given and "query" not in visit.query:
        pairs = parse_qsl(unquote(visit.request.cookies.get(name, "")), keep_blank_values=True)
    picks = _checked(_of_pairs(pairs), place.projects, is_given=is_given)
    if is_given:
        kept = quote(urlencode(picks.pairs()))
        visit.cookies.append(
            f"{name}={kept}; Path=/; Max-Age={_COOKIE_AGE}; SameSite=Lax; HttpOnly"
        )
    return picks


def _of_pairs(pairs: Iterable[tuple[str, str]]) -> Picks:
    values: dict[str, list[str]] = {name: [] for name in _NAMES}
    for name, value in pairs:
        if name in values and len(values[name]) < _MAX_PICKED:
            values[name].append(value)
    return Picks(
        projects=tuple(dict.fromkeys(slug for slug in values["project"] if slug)),
        environments=tuple(dict.fromkeys(values["environment"])),
        period=(values["period"] or [""])[-1] or DEFAULT_PERIOD,
        start=(values["start"] or [""])[-1],
        end=(values["end"] or [""])[-1],
    )


def _checked(picks: Picks, projects: list[Project], *, is_given: bool) -> Picks:
    """Refuses what an address asks for in vain; forgets what a cookie does."""
    known = {project.slug for project in projects}
    visible = tuple(slug for slug in picks.projects if slug in known)
    if is_given and len(visible) < len(picks.projects):
        raise ApiError(404, "The requested resource does not exist")
    try:
        picks.span(clock.now())
    except ApiError:
        if is_given:
            raise
        return Picks(projects=visible, environments=picks.environments)
    return msgspec.structs.replace(picks, projects=visible)


def picked_projects(picks: Picks, projects: list[Project]) -> list[Project]:
    """The projects that are chosen."""
    if not picks.projects:
        return projects
    return [project for project in projects if project.slug in picks.projects]


def select_issues(place: Place, picks: Picks, queries: Iterable[str], now: int) -> IssueSelection:
    """The issues that every one of the searches finds within the choice. InvalidSearch when one is
    malformed."""
    ids = tuple(project.id for project in picked_projects(picks, place.projects))
    scope = SearchScope(
        organization_id=place.organization.id,
        project_ids=ids,
        account_id=place.access.account_id,
        now=now,
    )
    parts: list[Condition] = [search_condition(queries, scope)]
    if picks.environments:
        parts.append(in_environments(picks.environments))
    parts.append(active_between(picks.span(now)))
    return IssueSelection(
        organization_id=place.organization.id, project_ids=ids, condition=AllOf(tuple(parts))
    )


def _label(names: tuple[str, ...], everything: str, many: str) -> str:
    if len(names) > 1:
        return f"{len(names)} {many}"
    return names[0] if names else everything


def _length(period: str) -> int:
    match = _LENGTH.fullmatch(period)
    if match is None or not int(match[1]):
        raise ApiError(400, "A period is a number with m, h, d or w.")
    return min(int(match[1]) * _UNITS[match[2]], 3650 * clock.DAY)


def _day(text: str) -> int:
    try:
        moment = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ApiError(400, "A day is written as 2026-09-24.") from None
    return int(moment.timestamp()) * clock.SECOND
