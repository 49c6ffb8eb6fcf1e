"""What is asked of spans, logs and metrics: dataset, projects, environments, period, search.

Read from the query of a request in Sentry's words; used by every endpoint that explores them.
"""

from collections.abc import Mapping

import msgspec

from urgentry import clock
from urgentry.access.decision import Access
from urgentry.api.endpoint import Call
from urgentry.api.issue_question import read_environments, read_projects, read_span
from urgentry.domain.project import Project
from urgentry.errors import ApiError
from urgentry.explore.question import Question
from urgentry.search.signal_measures import Bound, take_bounds
from urgentry.search.signals import SignalScope, in_environments, signal_condition
from urgentry.telemetry.conditions import ALWAYS, All
from urgentry.telemetry.signal import Kind

SCOPES = ("event:read", "org:read", "org:write", "org:admin")
DATASETS: Mapping[str, Kind] = {
    "spans": Kind.SPAN,
    "logs": Kind.LOG,
    "ourlogs": Kind.LOG,
    "tracemetrics": Kind.METRIC,
}
_DEFAULT_PERIOD = 14 * clock.DAY
_AHEAD = clock.MINUTE
"""What clients with a clock that is ahead have sent."""


class SignalQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question with what the answer names it by."""

    access: Access
    dataset: str
    kind: Kind
    projects: tuple[Project, ...]
    question: Question
    bounds: list[Bound]
    """Conditions on what is computed of groups."""

    @property
    def slugs(self) -> dict[int, str]:
        """The slugs of the projects by id."""
        return {project.id: project.slug for project in self.projects}


async def read_signal_question(call: Call, *dataset_names: str) -> SignalQuestion:
    """The question of a request; beside `dataset` these options may name the dataset. ApiError 400
    where it cannot be understood, 404 for what the caller may not see."""
    async with call.database.read() as tx:
        access = await call.enter(tx, *SCOPES)
        projects = await read_projects(call, tx, access)
    dataset, kind = read_dataset(call, *dataset_names)
    now = clock.now()
    query, bounds = take_bounds(call.query.get("query") or "", kind)
    scope = SignalScope(
        kind=kind, now=now, projects={project.slug: project.id for project in projects}
    )
    parts = (signal_condition(query, scope), in_environments(read_environments(call)))
    start, end = read_period(call, now)
    return SignalQuestion(
        access=access,
        dataset=dataset,
        kind=kind,
        projects=projects,
        question=Question(
            organization_id=access.organization.id,
            project_ids=[project.id for project in projects],
            kind=kind,
            start=start,
            end=end,
            now=now,
            condition=All(tuple(part for part in parts if part != ALWAYS)),
        ),
        bounds=bounds,
    )


def read_dataset(call: Call, *names: str) -> tuple[str, Kind]:
    """The dataset that a request asks, and the kind of its signals. ApiError 400 for others."""
    given = [call.query.get(name) for name in (*names, "dataset")]
    dataset = next(filter(None, given), "spans")
    if dataset not in DATASETS:
        allowed = ", ".join(DATASETS)
        raise ApiError(400, f'"{dataset}" is not a dataset that is kept here; use {allowed}')
    return dataset, DATASETS[dataset]


def read_period(call: Call, now: int) -> tuple[int, int]:
    """From when to when, in microseconds; the last fortnight where nothing is said."""
    span = read_span(call, now)
    end = now + _AHEAD if span.end is None else span.end
    return (end - _DEFAULT_PERIOD if span.start is None else span.start), end
