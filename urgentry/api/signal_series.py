"""Spans, logs and metrics over time: a point for each span of time, in Sentry's format."""

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.api.endpoint import Call
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.signals import group_cell
from urgentry.api.signal_question import SignalQuestion, read_signal_question
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
from urgentry.errors import ApiError
from urgentry.explore.measuring import Measured, measure
from urgentry.explore.question import Question
from urgentry.explore.scanning import Work
from urgentry.search.signal_fields import Field, find_field
from urgentry.search.signal_measures import Computed, finish, read_computed
from urgentry.telemetry.aggregation import Buckets, Grouping, GroupKey
from urgentry.telemetry.conditions import All, Condition, Either, Equals, Has, Not

Json = dict[str, Any]


class Axes(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: functions over spans of time, of the largest groups or of everything."""

    computed: tuple[Computed, ...]
    fields: tuple[Field, ...]
    top: int
    slots: Slots


async def show(call: Call) -> Response:
    """The series of `yAxis`."""
    refuse_options(call, "comparisonDelta")
    asked = await read_signal_question(call)
    if asked.bounds:
        raise ApiError(400, "Conditions on functions are not supported in series.")
    axes = _read_axes(call, asked)
    slots = axes.slots
    question = msgspec.structs.replace(asked.question, start=slots.start, end=slots.end)
    async with call.deps.desk.work() as work:
        if axes.top:
            series = await _of_groups(call, work, asked, question, axes)
        else:
            series = await _of_everything(work, question, axes)
    return series_answer(series, slots, asked.dataset)


def _read_axes(call: Call, asked: SignalQuestion) -> Axes:
    names = read_axis_names(call)
    slots = read_slots(call, asked.question.start, asked.question.end)
    fields = [find_field(asked.kind, name) for name in call.query.getlist("groupBy")]
    return Axes(
        computed=tuple(read_computed(name, asked.kind) for name in names),
        fields=tuple(fields),
        top=read_top(call, has_fields=bool(fields)),
        slots=slots,
    )


async def _of_everything(work: Work, question: Question, axes: Axes) -> list[Json]:
    measured = await measure(work, question, _grouping(axes, ()))
    return _series(axes, measured, (), question.now)


async def _of_groups(
    call: Call, work: Work, asked: SignalQuestion, question: Question, axes: Axes
) -> list[Json]:
    tops = await _largest(call, work, question, axes)
    of_tops = Either(tuple(_is_group(axes, group) for group in tops))
    within = msgspec.structs.replace(question, condition=All((question.condition, of_tops)))
    keys = tuple(field.key for field in axes.fields)
    measured = await measure(work, within, _grouping(axes, keys)) if tops else {}
    series: list[Json] = []
    for order, group in enumerate(tops):
        named = _named(asked, axes, group)
        own = _series(axes, measured, group, question.now)
        series += [of_group(each, named, order=order) for each in own]
    if wants_others(call):
        others = All((question.condition, Not(of_tops)))
        rest = msgspec.structs.replace(question, condition=others)
        measured = await measure(work, rest, _grouping(axes, ()))
        if measured:
            own = _series(axes, measured, (), question.now)
            series += [of_others(each, order=len(tops)) for each in own]
    return series


async def _largest(call: Call, work: Work, question: Question, axes: Axes) -> list[GroupKey]:
    """The groups that are largest (or smallest) by `sort`, which may be a function of its own."""
    rank, descending = read_rank(
        call, axes.computed, lambda name: read_computed(name, question.kind)
    )
    keys = tuple(field.key for field in axes.fields)
    measured = await measure(work, question, Grouping(keys=keys, measures=rank.measures))
    span = (question.end - question.start) / clock.SECOND
    ranked = [(rank.finish(values, span), group) for group, values in measured.items()]
    known = [(value, group) for value, group in ranked if value is not None]
    known.sort(key=lambda entry: str(entry[1]))
    known.sort(key=lambda entry: entry[0], reverse=descending)
    return [group for _, group in known[: axes.top]]


def _grouping(axes: Axes, keys: tuple[str, ...]) -> Grouping:
    return Grouping(
        keys=keys,
        measures=tuple(each for column in axes.computed for each in column.measures),
        buckets=Buckets(axes.slots.start, axes.slots.width),
    )


def _is_group(axes: Axes, group: GroupKey) -> Condition:
    return All(
        tuple(
            Not(Has(field.key)) if value is None else Equals(field.key, frozenset({_spell(value)}))
            for field, value in zip(axes.fields, group, strict=True)
        )
    )


def _spell(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _series(axes: Axes, measured: Measured, group: GroupKey, now: int) -> list[Json]:
    """A series for each axis; a point where nothing happened is 0."""
    points = [_finished(axes, measured.get((at, *group))) for at in range(axes.slots.points)]
    return [
        series_shape(
            axes.slots,
            [point[place] or 0 for point in points],
            now,
            name=column.name,
            value_type=column.type.value,
            unit=column.unit,
        )
        for place, column in enumerate(axes.computed)
    ]


def _finished(axes: Axes, values: Sequence[float | None] | None) -> list[float | None]:
    if not values:
        return [None] * len(axes.computed)
    return finish(axes.computed, values, axes.slots.seconds)


def _named(asked: SignalQuestion, axes: Axes, group: GroupKey) -> list[Json]:
    return [
        {"key": field.name, "value": group_cell(field, value, asked.slugs)}
        for field, value in zip(axes.fields, group, strict=True)
    ]
