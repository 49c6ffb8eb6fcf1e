"""Spans, logs and metrics over time: a point for each span of time, in Sentry's format."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.api.endpoint import Call, json_response
from urgentry.api.refusals import refuse_options
from urgentry.api.shapes.signals import group_cell
from urgentry.api.signal_question import SignalQuestion, read_signal_question
from urgentry.errors import ApiError
from urgentry.explore.measuring import Measured, measure
from urgentry.explore.question import Question
from urgentry.explore.scanning import Work
from urgentry.search.signal_fields import Field, find_field
from urgentry.search.signal_measures import Computed, finish, read_computed
from urgentry.telemetry.aggregation import Buckets, Grouping, GroupKey
from urgentry.telemetry.conditions import All, Condition, Either, Equals, Has, Not

Json = dict[str, Any]

_INTERVAL = re.compile(r"([0-9]{1,7})([smhdw]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_INTERVALS = (10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)
_WANTED_POINTS = 200
MOST_POINTS = 2_000
MOST_AXES = 10
_MOST_TOP = 50
_MS = clock.SECOND // 1_000


class Axes(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn: functions over spans of time, of the largest groups or of everything."""

    computed: tuple[Computed, ...]
    fields: tuple[Field, ...]
    top: int
    width: int
    start: int
    points: int

    @property
    def buckets(self) -> Buckets:
        return Buckets(self.start, self.width)


async def show(call: Call) -> Response:
    """`yAxis` over time, for everything or, with `groupBy` and `topEvents`, for the groups that are
    largest by `sort`, and all others together unless `excludeOther` is set."""
    refuse_options(call, "comparisonDelta")
    asked = await read_signal_question(call)
    if asked.bounds:
        raise ApiError(400, "Conditions on functions are not supported in series.")
    axes = _read_axes(call, asked)
    question = msgspec.structs.replace(
        asked.question, start=axes.start, end=axes.start + axes.points * axes.width
    )
    async with call.deps.desk.work() as work:
        if axes.top:
            series = await _of_groups(call, work, asked, question, axes)
        else:
            series = await _of_everything(work, question, axes)
    meta = {
        "dataset": asked.dataset,
        "start": question.start / _MS,
        "end": question.end / _MS,
    }
    return json_response({"timeSeries": series, "meta": meta})


def _read_axes(call: Call, asked: SignalQuestion) -> Axes:
    given = list(dict.fromkeys(call.query.getlist("yAxis"))) or ["count()"]
    if len(given) > MOST_AXES:
        raise ApiError(400, f"No more than {MOST_AXES} axes can be drawn at once.")
    question = asked.question
    width = read_interval(call, question.end - question.start)
    start = question.start // width * width
    points = -(-(question.end - start) // width)
    if points > MOST_POINTS:
        raise ApiError(400, "Your interval and date range would create too many results.")
    fields = [find_field(asked.kind, name) for name in call.query.getlist("groupBy")]
    return Axes(
        computed=tuple(read_computed(name, asked.kind) for name in given),
        fields=tuple(fields),
        top=read_top(call, has_fields=bool(fields)),
        width=width,
        start=start,
        points=points,
    )


def read_top(call: Call, *, has_fields: bool) -> int:
    """How many groups are drawn; 0 for everything together."""
    text = call.query.get("topEvents") or ""
    if not text and not has_fields:
        return 0
    if text and not has_fields:
        raise ApiError(400, "topEvents needs groupBy")
    top = int(text) if text.isdecimal() and len(text) <= len(str(_MOST_TOP)) else 0
    if not 1 <= top <= _MOST_TOP:
        raise ApiError(400, f"groupBy needs topEvents between 1 and {_MOST_TOP}")
    return top


def read_interval(call: Call, length: int) -> int:
    """The width of a point in microseconds, as asked or such that there are some two hundred."""
    text = call.query.get("interval")
    if text:
        match = _INTERVAL.fullmatch(text)
        width = int(match[1]) * _SECONDS[match[2]] if match else 0
        if width <= 0:
            raise ApiError(400, "Invalid interval: use seconds, or a number with s, m, h, d or w.")
        return width * clock.SECOND
    wanted = length / _WANTED_POINTS / clock.SECOND
    return next((each for each in _INTERVALS if each >= wanted), _INTERVALS[-1]) * clock.SECOND


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
        own = _series(axes, measured, group, question.now)
        series += [_named(each, asked, axes, group, order) for each in own]
    if (call.query.get("excludeOther") or "0") in ("0", "false"):
        others = All((question.condition, Not(of_tops)))
        rest = msgspec.structs.replace(question, condition=others)
        measured = await measure(work, rest, _grouping(axes, ()))
        if measured:
            own = _series(axes, measured, (), question.now)
            series += [_as_other(each, order=len(tops)) for each in own]
    return series


async def _largest(call: Call, work: Work, question: Question, axes: Axes) -> list[GroupKey]:
    """The groups that are largest (or smallest) by `sort`, which may be a function of its own."""
    text = call.query.get("sort") or f"-{axes.computed[0].name}"
    name = text.removeprefix("-")
    by_alias = {column.alias: column for column in axes.computed}
    rank = by_alias.get(name) or read_computed(name, question.kind)
    keys = tuple(field.key for field in axes.fields)
    measured = await measure(work, question, Grouping(keys=keys, measures=rank.measures))
    span = (question.end - question.start) / clock.SECOND
    ranked = [(rank.finish(values, span), group) for group, values in measured.items()]
    known = [(value, group) for value, group in ranked if value is not None]
    known.sort(key=lambda entry: str(entry[1]))
    known.sort(key=lambda entry: entry[0], reverse=text.startswith("-"))
    return [group for _, group in known[: axes.top]]


def _grouping(axes: Axes, keys: tuple[str, ...]) -> Grouping:
    return Grouping(
        keys=keys,
        measures=tuple(each for column in axes.computed for each in column.measures),
        buckets=axes.buckets,
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
    seconds = axes.width / clock.SECOND
    points = [
        _finished(axes, measured.get((number, *group)), seconds) for number in range(axes.points)
    ]
    return [
        {
            "yAxis": column.name,
            "values": [
                _point(axes, number, point[place], now) for number, point in enumerate(points)
            ],
            "meta": {
                "interval": axes.width / _MS,
                "valueType": column.type.value,
                "valueUnit": column.unit,
                "dataScanned": "full",
            },
        }
        for place, column in enumerate(axes.computed)
    ]


def _finished(
    axes: Axes, values: Sequence[float | None] | None, seconds: float
) -> list[float | None]:
    return finish(axes.computed, values, seconds) if values else [None] * len(axes.computed)


def _point(axes: Axes, number: int, value: float | None, now: int) -> Json:
    at = axes.start + number * axes.width
    return {
        "timestamp": at / _MS,
        "value": value or 0,
        "incomplete": at + axes.width > now,
    }


def _named(series: Json, asked: SignalQuestion, axes: Axes, group: GroupKey, order: int) -> Json:
    named = [
        {"key": field.name, "value": group_cell(field, value, asked.slugs)}
        for field, value in zip(axes.fields, group, strict=True)
    ]
    return series | {
        "groupBy": named,
        "meta": series["meta"] | {"isOther": False, "order": order},
    }


def _as_other(series: Json, *, order: int) -> Json:
    return series | {"meta": series["meta"] | {"isOther": True, "order": order}}
