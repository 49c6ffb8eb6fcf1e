"""What can be computed of spans, logs and metrics, in Sentry's words: `count()`, `failure_rate()`,
`p95(span.duration)`. Also conditions on what was computed: `count():>10`.
"""

import re
from collections.abc import Callable, Sequence

import msgspec

from urgentry.errors import ApiError
from urgentry.search.amounts import read_amount
from urgentry.search.signal_fields import (
    DEFAULT_NUMBERS,
    Field,
    FieldType,
    find_field,
)
from urgentry.telemetry import names
from urgentry.telemetry.conditions import (
    ALWAYS,
    All,
    Between,
    Condition,
    Equals,
    Has,
    Not,
)
from urgentry.telemetry.measures import Function, Measure
from urgentry.telemetry.signal import Kind

_CALL = re.compile(r"([a-z][a-z0-9_]*)\(([^()]*)\)")
_CONDITION = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|(?<!\S)(!?)([a-z][a-z0-9_]*\([^()\"]*\)):(>=|<=|!=|>|<|=)?([^\s()]+)(?!\S)"
)
"""What stands in quotes, which is no condition, or a condition."""
_QUANTILE = re.compile(r"p(50|75|90|95|99|100)")
_ARGUMENT = re.compile(r"(?:[^,\[]|\[[^\]]*\])+")
"""What stands between commas, but for those within `tags[…]`."""
_UNFIT = re.compile(r"[^A-Za-z0-9]+")
_FINE_STATUSES = frozenset({"ok", "cancelled", "unknown"})
_OVER_NUMBERS = {
    "sum": Function.SUM,
    "avg": Function.AVERAGE,
    "min": Function.LEAST,
    "max": Function.MOST,
}
_PER_SECONDS = {"eps": 1, "per_second": 1, "epm": 60, "per_minute": 60}
_ARGUMENTS_OF_METRIC = 3
_SHARE_ARGUMENTS = 2
_IF_ARGUMENTS = 3
_WITHOUT_ARGUMENTS = frozenset({"failure_rate", "failure_count"})
_TOLERATED = 4

Values = Sequence[float | None]
Finish = Callable[[Values, float], float | None]


class Computed(msgspec.Struct, frozen=True, kw_only=True):
    """A column that is computed: its measures, and what is made of their values, given the seconds
    that they cover. `unit` is Sentry's name of it."""

    name: str
    measures: tuple[Measure, ...]
    type: FieldType
    unit: str | None = None
    finish: Finish

    @property
    def alias(self) -> str:
        """The name as `sort` may write it: `p95_span_duration`."""
        return _UNFIT.sub("_", self.name).strip("_")


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A condition on what was computed of a group."""

    computed: Computed
    operator: str
    amount: float
    negated: bool = False

    def holds(self, value: float | None) -> bool:
        """Whether a group with this value is kept."""
        return value is not None and self._compares(value) != self.negated

    def _compares(self, value: float) -> bool:
        match self.operator:
            case ">":
                return value > self.amount
            case ">=":
                return value >= self.amount
            case "<":
                return value < self.amount
            case "<=":
                return value <= self.amount
            case "!=":
                return value != self.amount
            case _:
                return value == self.amount


def is_call(text: str) -> bool:
    """Whether a field is computed, by its form."""
    return _CALL.fullmatch(text) is not None


def read_computed(text: str, kind: Kind) -> Computed:
    """The column that a text asks for. ApiError 400 for one that nobody knows."""
    match = _CALL.fullmatch(text)
    if match is None:
        raise ApiError(400, f"{text} is not a valid function")
    function = match[1]
    arguments = [found.strip() for found in _ARGUMENT.findall(match[2]) if found.strip()]
    return _Reader(text, kind, function, arguments).read()


def take_bounds(query: str, kind: Kind) -> tuple[str, list[Bound]]:
    """A search text without its conditions on what is computed, and these conditions."""
    bounds: list[Bound] = []

    def take(match: re.Match[str]) -> str:
        if match[2] is None:
            return match[0]
        computed = read_computed(match[2], kind)
        bounds.append(
            Bound(
                computed=computed,
                operator=match[3] or "=",
                amount=read_amount(match[4], computed.type, match.start()),
                negated=bool(match[1]),
            )
        )
        return ""

    return _CONDITION.sub(take, query), bounds


def finish(
    computed: Sequence[Computed], values: Sequence[float | None], seconds: float
) -> list[float | None]:
    """What computed columns make of the measures of all of them, in order."""
    finished, start = [], 0
    for column in computed:
        own = values[start : start + len(column.measures)]
        start += len(column.measures)
        finished.append(column.finish(own, seconds))
    return finished


class _Reader:
    """One call with its arguments."""

    def __init__(self, text: str, kind: Kind, function: str, arguments: list[str]) -> None:
        self._text = text
        self._kind = kind
        self._function = function
        self._arguments = arguments

    def read(self) -> Computed:
        function = self._function
        self._refuse_too_many()
        if function in ("count", "sample_count"):
            return self._count()
        if function == "count_unique":
            field = self._field(required=True)
            measure = Measure(Function.DISTINCT, field.key, condition=self._of_metric())
            return self._computed(measure, FieldType.INTEGER)
        if function == "count_if":
            return self._computed(Measure(Function.COUNT, condition=self._if()), FieldType.INTEGER)
        if function in _PER_SECONDS:
            return self._rate(_PER_SECONDS[function])
        return self._apdex() if function == "apdex" else self._of_spans_or_numbers()

    def _of_spans_or_numbers(self) -> Computed:
        if self._function in _WITHOUT_ARGUMENTS:
            return self._failures(is_rate=self._function == "failure_rate")
        return self._over_numbers()

    def _refuse_too_many(self) -> None:
        """`percentile`, `count_if` and `apdex` say themselves what they take."""
        if self._function in ("percentile", "count_if", "apdex"):
            return
        is_metric = self._kind is Kind.METRIC
        most = 1 + _ARGUMENTS_OF_METRIC if is_metric else 1
        if self._function in _WITHOUT_ARGUMENTS or (
            self._function in _PER_SECONDS and not is_metric
        ):
            most = 0
        if len(self._arguments) > most:
            raise self._refuse(f"{self._function} takes at most {most} argument{'s' * (most != 1)}")

    def _count(self) -> Computed:
        field = self._field(required=False) if self._arguments else None
        key = None if field is None or field.key.startswith("@") else field.key
        # every span has a duration, so that counting it is counting spans
        key = None if key == names.DURATION_MS else key
        measure = Measure(Function.COUNT, key, condition=self._of_metric())
        return self._computed(measure, FieldType.INTEGER)

    def _over_numbers(self) -> Computed:
        share = self._share()
        field = self._field(required=False)
        condition = self._of_metric()
        if share is not None:
            measure = Measure(Function.QUANTILE, field.key, share, condition)
        elif self._function in _OVER_NUMBERS:
            measure = Measure(_OVER_NUMBERS[self._function], field.key, condition=condition)
        else:
            raise self._refuse(f"{self._function} is not a function that is known here")
        return self._computed(
            measure,
            field.type if field.is_number else FieldType.NUMBER,
            unit="millisecond" if field.type is FieldType.DURATION else None,
        )

    def _share(self) -> float | None:
        if match := _QUANTILE.fullmatch(self._function):
            return int(match[1]) / 100
        if self._function != "percentile":
            return None
        if len(self._arguments) != _SHARE_ARGUMENTS:
            raise self._refuse("percentile takes a field and a share")
        share = read_amount(self._arguments[1], FieldType.PERCENTAGE, 0)
        if not 0 <= share <= 1:
            raise self._refuse("the share of a percentile lies between 0 and 1")
        return share

    def _rate(self, seconds: int) -> Computed:
        is_counter = self._kind is Kind.METRIC and bool(self._arguments)
        field = self._field(required=False)
        measure = (
            Measure(Function.SUM, field.key, condition=self._of_metric())
            if is_counter
            else Measure(Function.COUNT)
        )
        return Computed(
            name=self._text,
            measures=(measure,),
            type=FieldType.RATE,
            unit="1/second" if seconds == 1 else "1/minute",
            finish=lambda values, span: (values[0] or 0) * seconds / span if span else None,
        )

    def _failures(self, *, is_rate: bool) -> Computed:
        failed: Condition = All((Has(names.STATUS), Not(Equals(names.STATUS, _FINE_STATUSES))))
        failures, all_of_them = Measure(Function.COUNT, condition=failed), Measure(Function.COUNT)
        if not is_rate:
            return self._computed(failures, FieldType.INTEGER)
        return Computed(
            name=self._text,
            measures=(failures, all_of_them),
            type=FieldType.PERCENTAGE,
            finish=lambda values, _: (values[0] or 0) / values[1] if values[1] else None,
        )

    def _apdex(self) -> Computed:
        """`apdex(span.duration, 300)`: all within the threshold count, within four times half."""
        if not 1 <= len(self._arguments) <= _SHARE_ARGUMENTS:
            raise self._refuse("apdex takes a field and a threshold")
        *named, limit = self._arguments
        field = find_field(self._kind, named[0] if named else DEFAULT_NUMBERS[self._kind])
        fine = read_amount(limit, field.type, 0)
        if fine <= 0:
            raise self._refuse("the threshold of apdex is greater than 0")
        satisfied = Between(field.key, high=fine, with_high=True)
        tolerated = Between(
            field.key, low=fine, high=_TOLERATED * fine, with_low=False, with_high=True
        )
        return Computed(
            name=self._text,
            measures=(
                Measure(Function.COUNT, condition=satisfied),
                Measure(Function.COUNT, condition=tolerated),
                Measure(Function.COUNT, field.key),
            ),
            type=FieldType.NUMBER,
            finish=lambda values, _: (
                ((values[0] or 0) + (values[1] or 0) / 2) / values[2] if values[2] else None
            ),
        )

    def _if(self) -> Condition:
        if len(self._arguments) != _IF_ARGUMENTS:
            raise self._refuse("count_if takes a field, a comparison and a value")
        name, comparison, value = self._arguments
        field = find_field(self._kind, name)
        text = value.strip('"')
        if comparison == "equals":
            return Equals(field.key, frozenset({text}))
        if comparison == "notEquals":
            return Not(Equals(field.key, frozenset({text})))
        number = read_amount(text, field.type, 0)
        bounds = {
            "less": Between(field.key, high=number),
            "lessOrEquals": Between(field.key, high=number, with_high=True),
            "greater": Between(field.key, low=number, with_low=False),
            "greaterOrEquals": Between(field.key, low=number),
        }
        if comparison not in bounds:
            raise self._refuse(f"{comparison} is not a comparison")
        return bounds[comparison]

    def _of_metric(self) -> Condition:
        """`sum(value, name, type, unit)` measures one metric among all; "-" asks for no unit."""
        given = self._arguments[1 : 1 + _ARGUMENTS_OF_METRIC]
        if self._kind is not Kind.METRIC or self._function == "percentile" or not given:
            return ALWAYS
        keys = (names.METRIC_NAME, names.METRIC_TYPE, names.METRIC_UNIT)
        return All(
            tuple(
                Not(Has(key)) if text in ("-", "none") else Equals(key, frozenset({text}))
                for key, text in zip(keys, given, strict=False)
            )
        )

    def _field(self, *, required: bool) -> Field:
        if self._arguments:
            return find_field(self._kind, self._arguments[0])
        if required:
            raise self._refuse(f"{self._function} needs a field")
        return find_field(self._kind, DEFAULT_NUMBERS[self._kind])

    def _computed(self, measure: Measure, kind: FieldType, *, unit: str | None = None) -> Computed:
        return Computed(
            name=self._text,
            measures=(measure,),
            type=kind,
            unit=unit,
            finish=lambda values, _: values[0],
        )

    def _refuse(self, why: str) -> ApiError:
        return ApiError(400, f"{self._text}: {why}")
