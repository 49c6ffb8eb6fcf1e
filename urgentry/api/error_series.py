"""Errors over time: a point for each span of time, in Sentry's format."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.api.endpoint import Call
from urgentry.api.error_question import (
    Computed,
    ErrorQuestion,
    read_column,
    read_error_question,
    read_function,
)
from urgentry.api.refusals import refuse_options
from urgentry.api.timeseries import (
    Slots,
    of_group,
    of_others,
    read_axis_names,
    read_rank,
    read_slots,
    read_top,
    series_answer,
    series_shape,
    wants_others,
)
from urgentry.explore.errors import Column, Group, Tallies, Tally, merged, tally_errors

Json = dict[str, Any]
Rank = tuple[Computed, bool]

_NOTHING = Tally()


class Axes(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: functions over spans of time, of the largest groups or of everything."""

    computed: tuple[Computed, ...]
    columns: tuple[Column, ...]
    top: int
    slots: Slots


async def show_errors_over_time(call: Call) -> Response:
    """The series of `yAxis`."""
    refuse_options(call, "comparisonDelta")
    asked = await read_error_question(call)
    axes = _read_axes(call, asked)
    slots = axes.slots
    scope = msgspec.structs.replace(asked.scope, start=slots.start, end=slots.end)
    rank = read_rank(call, axes.computed, read_function)
    also = {each.needs for each in (*axes.computed, rank[0]) if each.needs}
    async with call.deps.desk.work() as work:
        tallies = await tally_errors(
            work.tx, scope, axes.columns, asked.projects, also=also, width=slots.width
        )
    if axes.top:
        series = _of_groups(axes, tallies, rank, asked.now, with_others=wants_others(call))
    else:
        series = _series(axes, _by_slot(tallies), asked.now)
    return series_answer(series, slots, asked.dataset)


def _read_axes(call: Call, asked: ErrorQuestion) -> Axes:
    names = read_axis_names(call)
    slots = read_slots(call, asked.scope.start, asked.scope.end)
    columns = tuple(read_column(name) for name in call.query.getlist("groupBy"))
    return Axes(
        computed=tuple(read_function(name) for name in names),
        columns=columns,
        top=read_top(call, has_fields=bool(columns)),
        slots=slots,
    )


def _of_groups(
    axes: Axes, tallies: Tallies, rank: Rank, now: int, *, with_others: bool
) -> list[Json]:
    by, descending = rank
    seconds = (axes.slots.end - axes.slots.start) / clock.SECOND
    whole = {group: by.rank(merged(slots.values()), seconds) for group, slots in tallies.items()}
    ordered = sorted(whole, key=str)
    ordered.sort(key=lambda group: whole[group], reverse=descending)
    series: list[Json] = []
    for order, group in enumerate(ordered[: axes.top]):
        named = _named(axes, group)
        own = _series(axes, tallies[group], now)
        series += [of_group(each, named, order=order) for each in own]
    rest = {group: tallies[group] for group in ordered[axes.top :]}
    if with_others and rest:
        own = _series(axes, _by_slot(rest), now)
        series += [of_others(each, order=axes.top) for each in own]
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


def _series(axes: Axes, tallies: Mapping[int, Tally], now: int) -> list[Json]:
    slots = axes.slots
    return [
        series_shape(
            slots,
            [each.rank(tallies.get(at, _NOTHING), slots.seconds) for at in range(slots.points)],
            now,
            name=each.name,
            value_type=each.type,
            unit=each.unit,
        )
        for each in axes.computed
    ]
