"""Series over time in Sentry's format, whatever is drawn: errors, spans, logs or metrics.

How wide the points are, how many groups are drawn and what the answer looks like is the same for
all datasets; what the values are is `signal_series`' and `error_series`' to find out.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.responses import Response

from urgentry import clock
from urgentry.api.endpoint import Call, json_response
from urgentry.errors import ApiError

Json = dict[str, Any]

_INTERVAL = re.compile(r"([0-9]{1,7})([smhdw]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_INTERVALS = (10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)
_WANTED_POINTS = 200
_MOST_POINTS = 2_000
_MOST_AXES = 10
_MOST_TOP = 50
_MS = clock.SECOND // 1_000


class Axis(Protocol):
    """A function that is drawn."""

    @property
    def name(self) -> str: ...

    @property
    def alias(self) -> str: ...


Drawn = TypeVar("Drawn", bound=Axis)


class Slots(msgspec.Struct, frozen=True, kw_only=True):
    """The spans of time of a series, each of which is a point; microseconds."""

    start: int
    width: int
    points: int

    @property
    def end(self) -> int:
        return self.start + self.points * self.width

    @property
    def seconds(self) -> float:
        """How long one of them is."""
        return self.width / clock.SECOND


def read_axis_names(call: Call) -> list[str]:
    """The functions of `yAxis`. ApiError 400 for too many."""
    given = list(dict.fromkeys(call.query.getlist("yAxis"))) or ["count()"]
    if len(given) > _MOST_AXES:
        raise ApiError(400, f"No more than {_MOST_AXES} axes can be drawn at once.")
    return given


def read_slots(call: Call, start: int, end: int) -> Slots:
    """Spans of time that cover the period: as wide as `interval` asks, or such that there are some
    two hundred. ApiError 400 for too many."""
    width = _read_interval(call, end - start)
    first = start // width * width
    points = -(-(end - first) // width)
    if points > _MOST_POINTS:
        raise ApiError(400, "Your interval and date range would create too many results.")
    return Slots(start=first, width=width, points=points)


def _read_interval(call: Call, length: int) -> int:
    text = call.query.get("interval")
    if text:
        match = _INTERVAL.fullmatch(text)
        width = int(match[1]) * _SECONDS[match[2]] if match else 0
        if width <= 0:
            raise ApiError(400, "Invalid interval: use seconds, or a number with s, m, h, d or w.")
        return width * clock.SECOND
    wanted = length / _WANTED_POINTS / clock.SECOND
    return next((each for each in _INTERVALS if each >= wanted), _INTERVALS[-1]) * clock.SECOND


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


def read_rank(
    call: Call, axes: Sequence[Drawn], read: Callable[[str], Drawn]
) -> tuple[Drawn, bool]:
    """By which function groups are the largest, drawn or not, and whether those come first."""
    text = call.query.get("sort") or f"-{axes[0].name}"
    name = text.removeprefix("-")
    by_alias = {each.alias: each for each in axes}
    return by_alias.get(name) or read(name), text.startswith("-")


def wants_others(call: Call) -> bool:
    """Whether the groups that are not drawn are drawn together."""
    return (call.query.get("excludeOther") or "0") in ("0", "false")


def series_shape(
    slots: Slots,
    values: Sequence[float],
    now: int,
    *,
    name: str,
    value_type: str,
    unit: str | None,
) -> Json:
    """One function, with a value for each span of time."""
    return {
        "yAxis": name,
        "values": [
            {
                "timestamp": (slots.start + number * slots.width) / _MS,
                "value": value,
                "incomplete": slots.start + (number + 1) * slots.width > now,
            }
            for number, value in enumerate(values)
        ],
        "meta": {
            "interval": slots.width / _MS,
            "valueType": value_type,
            "valueUnit": unit,
            "dataScanned": "full",
        },
    }


def of_group(series: Json, named: list[Json], *, order: int) -> Json:
    """The same as that of a group; `named` is its keys and values."""
    about = series["meta"] | {"isOther": False, "order": order}
    return series | {"groupBy": named, "meta": about}


def of_others(series: Json, *, order: int) -> Json:
    """The same as that of all groups that are not drawn."""
    about = series["meta"] | {"isOther": True, "order": order}
    return series | {"meta": about}


def series_answer(series: list[Json], slots: Slots, dataset: str) -> Response:
    """The whole answer."""
    meta = {"dataset": dataset, "start": slots.start / _MS, "end": slots.end / _MS}
    return json_response({"timeSeries": series, "meta": meta})
