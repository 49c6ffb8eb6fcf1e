"""What the pages of spans and logs are asked: projects, environments, a period and a search, as one
question; and what is wrong with it, in words for people."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol
from urllib.parse import urlencode

import msgspec

from urgentry import clock
from urgentry.errors import ApiError
from urgentry.explore.question import Question, TooSlow
from urgentry.search.signal_measures import Bound, take_bounds
from urgentry.search.signals import SignalScope, in_environments, signal_condition
from urgentry.search.syntax import InvalidSearch
from urgentry.telemetry.aggregation import Buckets
from urgentry.telemetry.conditions import ALWAYS, All, Condition
from urgentry.telemetry.signal import Kind
from urgentry.web.issue_list import list_environments, search_problem
from urgentry.web.picks import Picks, picked_projects, read_picks
from urgentry.web.visit import Place, Visit

TOO_SLOW = "This takes too long: pick a shorter period, fewer projects, or a narrower search."
_WIDTHS = tuple(
    width * clock.SECOND
    for width in (1, 5, 10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)
)
_AHEAD = clock.MINUTE
"""What clients with a clock that is ahead have sent."""
_LONGEST_QUERY = 2_000
_LONGEST_PERIOD = 400 * clock.DAY


class SignalsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A question, its conditions on what is computed of groups, and the bars of its charts."""

    question: Question
    bounds: list[Bound]
    buckets: Buckets
    bars: int

    @property
    def seconds(self) -> float:
        """How long the period is."""
        return (self.question.end - self.question.start) / clock.SECOND

    def narrowed(self, *conditions: Condition) -> Question:
        """The same question with further conditions."""
        parts = (self.question.condition, *conditions)
        return msgspec.structs.replace(self.question, condition=All(parts))


def ask_signals(
    place: Place,
    picks: Picks,
    kind: Kind,
    query: str,
    *,
    conditions: Iterable[Condition] = (),
    bars: int = 60,
) -> SignalsAsked:
    """The question that an address asks. ApiError where it cannot be understood."""
    now = clock.now()
    projects = picked_projects(picks, place.projects)
    slugs: Mapping[str, int] = {project.slug: project.id for project in projects}
    text, bounds = take_bounds(query[:_LONGEST_QUERY], kind)
    searched = signal_condition(text, SignalScope(kind=kind, now=now, projects=slugs))
    parts = (searched, in_environments(picks.environments), *conditions)
    start, end = picks.span(now)
    end = now + _AHEAD if end is None else end
    start = max(start, end - _LONGEST_PERIOD)
    width = next((each for each in _WIDTHS if (end - start) // each <= bars + 1), _WIDTHS[-1])
    first = start // width * width
    return SignalsAsked(
        question=Question(
            organization_id=place.organization.id,
            project_ids=[project.id for project in projects],
            kind=kind,
            start=start,
            end=end,
            now=now,
            condition=All(tuple(part for part in parts if part != ALWAYS)),
        ),
        bounds=bounds,
        buckets=Buckets(first, width),
        bars=(end - 1 - first) // width + 1,
    )


class HasPairs(Protocol):
    """What a page was asked, as the parameters of an address."""

    def pairs(self, **changes: str) -> list[tuple[str, str]]:
        """The parameters that say the same, but for changes."""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What every page of spans and logs needs before it asks."""

    place: Place
    picks: Picks
    environments: list[str]

    def address_of(self, asked: HasPairs) -> Callable[..., str]:
        """Makes addresses of the same page with something changed."""

        def address(**changes: str) -> str:
            return "?" + urlencode(self.picks.pairs() + asked.pairs(**changes))

        return address


async def open_signals(visit: Visit) -> Opened:
    """Where the visitor is, and what was picked there."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read")
        picks = read_picks(visit, place)
        environments = await list_environments(tx, place, picks)
    return Opened(place=place, picks=picks, environments=environments)


def problem_of(error: ApiError) -> str:
    """What is wrong with a question."""
    if isinstance(error, InvalidSearch):
        return search_problem(error)
    return TOO_SLOW if isinstance(error, TooSlow) else error.detail
