"""Session statistics: how many sessions and users, and how many of them met a crash."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.issue_question import Question, read_question
from urgentry.api.pagination import page_of
from urgentry.api.series import Series, read_series
from urgentry.api.session_fields import SessionField, Value, kinds_of, read_fields
from urgentry.domain.condition import AllOf
from urgentry.domain.health import Measured, Status
from urgentry.domain.session import UserKind
from urgentry.errors import ApiError
from urgentry.search.sessions import in_environments, session_condition
from urgentry.storage import health
from urgentry.storage.database import Transaction
from urgentry.storage.health import Dimension, Group, HealthSelection, Spot, TooMuch

READ = ("org:read", "project:read", "project:write", "project:admin")
BY_STATUS = "session.status"


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a request asks for."""

    fields: Mapping[str, SessionField]
    by: tuple[Dimension, ...]
    by_status: bool
    order: str
    is_descending: bool
    with_series: bool
    with_totals: bool

    @property
    def kinds(self) -> tuple[UserKind, ...]:
        return kinds_of(self.fields, by_status=self.by_status)


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What there is: by group, as a whole and by span."""

    totals: Mapping[Group, Measured]
    spots: Mapping[Spot, Measured]


async def show(call: Call) -> Response:
    """Numbers and rates of sessions and users (`field`), by hour or day and by `groupBy` (project,
    release, environment, session.status).

    `interval` is of whole hours and divides a day. The period is `statsPeriod` (90 days at first)
    or `start` and `end`; `project`, `environment` and `query` pick, `orderBy` sorts by a field.
    """
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        asked = _read(call)
        question = await read_question(call, tx, entered)
        series = read_series(call, period=90 * clock.DAY)
        selection = _selection(call, question, series)
        try:
            found = await _find(tx, selection, series, asked)
        except TooMuch:
            raise ApiError(
                400, "These are too many results: use a larger interval, or a shorter period."
            ) from None
    groups = _ordered(_groups(found, series, asked), asked)
    page, headers = page_of(call, groups) if _is_paged(call) else (groups, {})
    return json_response(
        {
            "start": series.start,
            "end": series.end,
            "intervals": series.intervals if asked.with_series else [],
            "groups": page,
            "query": call.query.get("query", ""),
        },
        headers=headers,
    )


def _read(call: Call) -> _Asked:
    grouped = list(dict.fromkeys(name for name in call.query.getlist("groupBy") if name))
    unknown = [name for name in grouped if name != BY_STATUS and name not in set(Dimension)]
    if unknown:
        raise ApiError(400, f'Invalid groupBy "{unknown[0]}".')
    by_status = BY_STATUS in grouped
    named = [name for name in call.query.getlist("field") if name]
    fields = read_fields(named, by_status=by_status)
    order = call.query.get("orderBy", "")
    if order and order.removeprefix("-") not in fields:
        raise ApiError(400, "orderBy must be one of the fields.")
    with_totals = call.query.get("includeTotals") != "0"
    if order and not with_totals:
        raise ApiError(400, "orderBy needs the totals.")
    return _Asked(
        fields=fields,
        by=tuple(Dimension(name) for name in grouped if name != BY_STATUS),
        by_status=by_status,
        order=order.removeprefix("-"),
        is_descending=order.startswith("-"),
        with_series=call.query.get("includeSeries") != "0",
        with_totals=with_totals,
    )


def _selection(call: Call, question: Question, series: Series) -> HealthSelection:
    query = call.query.get("query", "")
    return HealthSelection(
        organization_id=question.access.organization.id,
        project_ids=question.project_ids,
        from_hour=series.from_hour,
        until_hour=series.until_hour,
        condition=AllOf(
            (
                in_environments(question.environments),
                session_condition(query, question.scope),
            )
        ),
    )


async def _find(
    tx: Transaction, selection: HealthSelection, series: Series, asked: _Asked
) -> _Found:
    kinds, by = asked.kinds, asked.by
    totals = await health.measure(tx, selection, width=selection.whole, kinds=kinds, by=by)
    spots: Mapping[Spot, Measured] = {}
    if asked.with_series:
        spots = await health.measure(tx, selection, width=series.width, kinds=kinds, by=by)
    return _Found(totals={spot.group: one for spot, one in totals.items()}, spots=spots)


def _groups(found: _Found, series: Series, asked: _Asked) -> list[dict[str, Any]]:
    """One group for what is not told apart, also where there is nothing."""
    keys: Iterable[Group] = found.totals if asked.by else [Group()]
    statuses: Sequence[Status | None] = list(Status) if asked.by_status else [None]
    return [
        {
            "by": _by(key, status, asked),
            "totals": _values(found.totals.get(key, Measured()), status, asked)
            if asked.with_totals
            else {},
            "series": _series(found, key, status, series, asked) if asked.with_series else {},
        }
        for key in sorted(keys, key=_sortable)
        for status in statuses
    ]


def _sortable(key: Group) -> tuple[int, str, str]:
    return (key.project_id or 0, key.release or "", key.environment or "")


def _by(key: Group, status: Status | None, asked: _Asked) -> dict[str, Any]:
    told = {
        Dimension.PROJECT: key.project_id,
        Dimension.RELEASE: key.release,
        Dimension.ENVIRONMENT: key.environment,
    }
    by: dict[str, Any] = {dimension.value: told[dimension] for dimension in asked.by}
    return by if status is None else by | {BY_STATUS: status.value}


def _values(measured: Measured, status: Status | None, asked: _Asked) -> dict[str, Value]:
    return {name: _value(field, measured, status) for name, field in asked.fields.items()}


def _value(field: SessionField, measured: Measured, status: Status | None) -> Value:
    if status is None or field.of_status is None:
        return field.of(measured)
    return field.of_status(measured, status)


def _series(
    found: _Found, key: Group, status: Status | None, series: Series, asked: _Asked
) -> dict[str, list[Value]]:
    nothing = Measured()
    measured = [
        found.spots.get(Spot(key, series.first + number), nothing) for number in range(series.count)
    ]
    return {
        name: [_value(field, each, status) for each in measured]
        for name, field in asked.fields.items()
    }


def _ordered(groups: list[dict[str, Any]], asked: _Asked) -> list[dict[str, Any]]:
    """Groups without a value come last, whichever way it goes."""
    if not asked.order:
        return groups
    told = [group for group in groups if group["totals"][asked.order] is not None]
    rest = [group for group in groups if group["totals"][asked.order] is None]
    told.sort(key=lambda group: group["totals"][asked.order], reverse=asked.is_descending)
    return told + rest


def _is_paged(call: Call) -> bool:
    return bool(call.query.get("per_page") or call.query.get("cursor"))


ENDPOINTS = (endpoint("/organizations/{organization}/sessions/", GET=show),)
