"""Errors over time: a point for each span of time, in Sentry's format."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.api.endpoint import Call, json_response
from urgentry.api.error_question import (
    Computed,
    ErrorQuestion,
    read_column,
    read_error_question,
    read_function,
)
from urgentry.api.refusals import refuse_options
from urgentry.api.signal_series import MOST_AXES, MOST_POINTS, read_interval, read_top
from urgentry.errors import ApiError
from urgentry.explore.errors import Column, Group, Tallies, Tally, merged, tally_errors

Json = dict[str, Any]

_MS = clock.SECOND // 1_000
_NOTHING = Tally()


class Axes(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: functions over spans of time, of the largest groups or of everything."""

    computed: tuple[Computed, ...]
    columns: tuple[Column, ...]
    top: int
    width: int
    start: int
    points: int


async def show_errors_over_time(call: Call) -> Response:
    """The series of `yAxis`."""
    refuse_options(call, "comparisonDelta")
    asked = await read_error_question(call)
    axes = _read_axes(call, asked)
    end = axes.start + axes.points * axes.width
    scope = msgspec.structs.replace(asked.scope, start=axes.start, end=end)
    rank = _read_rank(call, axes)
    also = {each.needs for each in (*axes.computed, rank[0]) if each.needs}
    async with call.deps.desk.work() as work:
        tallies = await tally_errors(
            work.tx, scope, axes.columns, asked.projects, also=also, width=axes.width
        )
    if axes.top:
        is_whole = (call.query.get("excludeOther") or "0") in ("0", "false")
        series = _of_groups(axes, tallies, rank, asked.now, with_others=is_whole)
    else:
        series = _series(axes, _by_slot(tallies), asked.now)
    meta = {"dataset": asked.dataset, "start": axes.start / _MS, "end": end / _MS}
    return json_response({"timeSeries": series, "meta": meta})


def _read_axes(call: Call, asked: ErrorQuestion) -> Axes:
    given = list(dict.fromkeys(call.query.getlist("yAxis"))) or ["count()"]
    if len(given) > MOST_AXES:
        raise ApiError(400, f"No more than {MOST_AXES} axes can be drawn at once.")
    width = read_interval(call, asked.scope.end - asked.scope.start)
    start = asked.scope.start // width * width
    points = -(-(asked.scope.end - start) // width)
    if points > MOST_POINTS:
        raise ApiError(400, "Your interval and date range would create too many results.")
    columns = tuple(read_column(name) for name in call.query.getlist("groupBy"))
    return Axes(
        computed=tuple(read_function(name) for name in given),
        columns=columns,
        top=read_top(call, has_fields=bool(columns)),
        width=width,
        start=start,
        points=points,
    )


def _read_rank(call: Call, axes: Axes) -> tuple[Computed, bool]:
    """By what groups are the largest, and whether those come first."""
    text = call.query.get("sort") or f"-{axes.computed[0].name}"
    name = text.removeprefix("-")
    by_alias = {each.alias: each for each in axes.computed}
    return by_alias.get(name) or read_function(name), text.startswith("-")


def _of_groups(
    axes: Axes, tallies: Tallies, rank: tuple[Computed, bool], now: int, *, with_others: bool
) -> list[Json]:
    by, descending = rank
    seconds = axes.points * axes.width / clock.SECOND
    whole = {group: by.rank(merged(slots.values()), seconds) for group, slots in tallies.items()}
    ordered = sorted(whole, key=str)
    ordered.sort(key=lambda group: whole[group], reverse=descending)
    series: list[Json] = []
    for order, group in enumerate(ordered[: axes.top]):
        for each in _series(axes, tallies[group], now):
            named = _named(axes, group)
            about = each["meta"] | {"isOther": False, "order": order}
            series.append(each | {"groupBy": named, "meta": about})
    rest = {group: tallies[group] for group in ordered[axes.top :]}
    if with_others and rest:
        for each in _series(axes, _by_slot(rest), now):
            about = each["meta"] | {"isOther": True, "order": axes.top}
            series.append(each | {"groupBy": [], "meta": about})
    return series


def _named(axes: Axes, group: Group) -> list[Json]:
    return [
        {"key": each.name, "value": value} for each, value in zip(axes.columns, group, strict=True)
    ]


def _by_slot(tallies: Tallies) -> dict[int, Tally]:
    """All groups together."""
    slots: dict[int, list[Tally]] = {}
    for own in tallies.values():
        for slot, tally in own.items():
            slots.setdefault(slot, []).append(tally)
    return {slot: merged(own) for slot, own in slots.items()}


def _series(axes: Axes, slots: Mapping[int, Tally], now: int) -> list[Json]:
    seconds = axes.width / clock.SECOND
    return [
        {
            "yAxis": each.name,
            "values": _points(axes, each, slots, seconds, now),
            "meta": {
                "interval": axes.width / _MS,
                "valueType": each.type,
                "valueUnit": each.unit,
                "dataScanned": "full",
            },
        }
        for each in axes.computed
    ]


def _points(
    axes: Axes, column: Computed, slots: Mapping[int, Tally], seconds: float, now: int
) -> Sequence[Json]:
    return [
        {
            "timestamp": (axes.start + number * axes.width) / _MS,
            "value": column.rank(slots.get(number, _NOTHING), seconds),
            "incomplete": axes.start + (number + 1) * axes.width > now,
        }
        for number in range(axes.points)
    ]
