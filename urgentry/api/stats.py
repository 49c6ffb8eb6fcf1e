"""What became of everything that was sent to an organization, as Sentry's statistics have it."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from starlette.responses import Response

from urgentry import clock
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.issue_question import read_question
from urgentry.api.series import Series, read_series
from urgentry.domain.project import Project
from urgentry.errors import ApiError
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Outcome
from urgentry.protocol.stats import categories_named, stats_name
from urgentry.storage import outcomes
from urgentry.storage.database import Transaction
from urgentry.storage.outcomes import Dimension, OutcomeSelection, OutcomeSum

READ = ("org:read", "org:write", "org:admin")
FIELD = "sum(quantity)"
NO_REASON = "none"
"""What Sentry calls an outcome that has no reason."""
_OUTCOMES = {outcome.wire_name: outcome for outcome in Outcome}
_GONE = frozenset(Outcome) - {Outcome.ACCEPTED, Outcome.FILTERED, Outcome.CLIENT_DISCARD}
"""What reached the server and was dropped there against the sender's will."""

By = tuple[tuple[str, Any], ...]


async def show_counts(call: Call) -> Response:
    """Quantities by hour or day, told apart by outcome, category, reason or project (`groupBy`).

    `interval` is of whole hours and divides a day. The period is `statsPeriod` (90 days at first)
    or `start` and `end`; `project`, `category`, `outcome` and `reason` pick.
    """
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        _check_field(call)
        by = _read_dimensions(call)
        question = await read_question(call, tx, entered)
        series = read_series(call, period=90 * clock.DAY)
        sums = await _list_sums(call, tx, question.projects, series, by=by, width=series.width)
    return json_response(
        {
            "start": series.start,
            "end": series.end,
            "intervals": series.intervals,
            "groups": _groups(sums, series, by),
        }
    )


async def show_summary(call: Call) -> Response:
    """Quantities of a period by project and category, outcome by outcome; `download=true` gives
    them as a table in CSV."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        _check_field(call)
        question = await read_question(call, tx, entered)
        series = read_series(call, period=90 * clock.DAY)
        by = (Dimension.PROJECT, Dimension.CATEGORY, Dimension.OUTCOME)
        whole = _whole(series)
        sums = await _list_sums(call, tx, question.projects, series, by=by, width=whole)
    projects = _summaries(question.projects, sums)
    if call.query.get("download") in ("1", "true"):
        return _table(projects)
    return json_response({"start": series.start, "end": series.end, "projects": projects})


def _check_field(call: Call) -> None:
    fields = [field for field in call.query.getlist("field") if field]
    if not fields:
        raise ApiError(400, 'At least one "field" is required.')
    for field in fields:
        if field != FIELD:
            raise ApiError(400, f'Invalid field "{field}": only {FIELD} is kept here.')


def _read_dimensions(call: Call) -> tuple[Dimension, ...]:
    named = [name for name in call.query.getlist("groupBy") if name]
    if not named:
        raise ApiError(400, 'At least one "groupBy" is required.')
    unknown = [name for name in named if name not in set(Dimension)]
    if unknown:
        raise ApiError(400, f'Invalid groupBy "{unknown[0]}".')
    return tuple(Dimension(name) for name in dict.fromkeys(named))


def _whole(series: Series) -> int:
    """A width of which one span covers the series, where the series is asked for as one."""
    return series.until_hour + 1


async def _list_sums(
    call: Call,
    tx: Transaction,
    projects: Iterable[Project],
    series: Series,
    *,
    by: Sequence[Dimension],
    width: int,
) -> list[OutcomeSum]:
    selection = OutcomeSelection(
        project_ids=tuple(project.id for project in projects),
        from_hour=series.from_hour,
        until_hour=series.until_hour,
        outcomes=_read_outcomes(call),
        categories=_read_categories(call),
        reasons=_read_reasons(call),
    )
    sums = await outcomes.list_sums(tx, selection, width=width, by=by, limit=outcomes.MAX_SUMS + 1)
    if len(sums) > outcomes.MAX_SUMS:
        raise ApiError(
            400, "These are too many results: use a larger interval, or pick fewer projects."
        )
    return sums


def _read_outcomes(call: Call) -> tuple[Outcome, ...] | None:
    named = [name for name in call.query.getlist("outcome") if name]
    unknown = [name for name in named if name not in _OUTCOMES]
    if unknown:
        raise ApiError(400, f'Invalid outcome "{unknown[0]}".')
    return tuple(_OUTCOMES[name] for name in named) or None


def _read_categories(call: Call) -> tuple[DataCategory, ...] | None:
    found: list[DataCategory] = []
    for name in filter(None, call.query.getlist("category")):
        categories = categories_named(name)
        if not categories:
            raise ApiError(400, f'Invalid category "{name}".')
        found += categories
    return tuple(found) or None


def _read_reasons(call: Call) -> tuple[str, ...] | None:
    named = [name.replace("\x00", "") for name in call.query.getlist("reason") if name]
    return tuple("" if name == NO_REASON else name for name in named) or None


def _groups(
    sums: Iterable[OutcomeSum], series: Series, by: Sequence[Dimension]
) -> list[dict[str, Any]]:
    counts: dict[By, list[int]] = defaultdict(lambda: [0] * series.count)
    for each in sums:
        counts[_by(each, by)][each.bucket - series.first] += each.quantity
    return [
        {
            "by": dict(key),
            "totals": {FIELD: sum(values)},
            "series": {FIELD: values},
        }
        for key, values in sorted(counts.items())
    ]


def _by(each: OutcomeSum, by: Sequence[Dimension]) -> By:
    told = {
        Dimension.PROJECT: each.project_id,
        Dimension.CATEGORY: None if each.category is None else stats_name(each.category),
        Dimension.OUTCOME: None if each.outcome is None else each.outcome.wire_name,
        Dimension.REASON: each.reason or NO_REASON,
    }
    return tuple((dimension.value, told[dimension]) for dimension in by)


def _summaries(projects: Iterable[Project], sums: Iterable[OutcomeSum]) -> list[dict[str, Any]]:
    """Projects of which nothing was counted are left out."""
    counts: dict[int, dict[str, dict[str, int]]] = {}
    for each in sums:
        assert each.project_id is not None  # noqa: S101 - asked for
        assert each.category is not None  # noqa: S101 - same
        assert each.outcome is not None  # noqa: S101 - same
        by_category = counts.setdefault(each.project_id, {})
        by_outcome = by_category.setdefault(stats_name(each.category), dict.fromkeys(_OUTCOMES, 0))
        by_outcome[each.outcome.wire_name] += each.quantity
    return [
        {
            "id": str(project.id),
            "slug": project.slug,
            "stats": [
                {"category": name, "outcomes": by_outcome, "totals": _totals(by_outcome)}
                for name, by_outcome in sorted(counts[project.id].items())
            ],
        }
        for project in projects
        if project.id in counts
    ]


def _totals(by_outcome: dict[str, int]) -> dict[str, int]:
    dropped = sum(by_outcome[outcome.wire_name] for outcome in _GONE)
    return {"dropped": dropped, FIELD: sum(by_outcome.values())}


def _table(projects: Iterable[dict[str, Any]]) -> Response:
    """One row a project and category."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["project_id", "project_slug", "category", *_OUTCOMES, "dropped", FIELD])
    for project in projects:
        for stats in project["stats"]:
            table.writerow(
                [
                    *(project["id"], project["slug"], stats["category"]),
                    *stats["outcomes"].values(),
                    *stats["totals"].values(),
                ]
            )
    attachment = {"content-disposition": 'attachment; filename="stats_summary.csv"'}
    return Response(text.getvalue(), headers=attachment, media_type="text/csv")


ENDPOINTS = (
    endpoint("/organizations/{organization}/stats_v2/", GET=show_counts),
    endpoint("/organizations/{organization}/stats-summary/", GET=show_summary),
)
