"""What pages compute of spans: how each measure is called, asked for, told and drawn; pure."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from urgentry.search.signal_measures import Computed, finish, read_computed
from urgentry.telemetry.aggregation import GroupKey
from urgentry.telemetry.measures import Function
from urgentry.telemetry.measures import Measure as Measured
from urgentry.telemetry.signal import Kind
from urgentry.web.charts import spark_path
from urgentry.web.formats import duration, full_number, short_number
from urgentry.web.view.stacked import Stacked, stack

Results = Mapping[GroupKey, tuple[float | None, ...]]

APDEX_MS = 300
"""Up to how long a request is satisfying."""
_MS = 1_000
_PARTS = 10_000


def told_share(share: float | None) -> str:
    """ "0.42%", "–" where there is none."""
    if share is None:
        return "–"
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def _told_count(value: float | None) -> str:
    return short_number(round(value or 0))


def _told_ms(value: float | None) -> str:
    return duration(None if value is None else value * _MS)


def _told_apdex(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """How the whole numbers of a chart are told."""

    told: Callable[[int], str]
    told_in_full: Callable[[int], str]


class Layer(msgspec.Struct, frozen=True):
    """What a bar is made of."""

    name: str
    label: str


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One number about spans; `scale` makes whole numbers of its values, for charts."""

    name: str
    label: str
    call: str
    told: Callable[[float | None], str]
    scale: int = 1

    @property
    def computed(self) -> Computed:
        return read_computed(self.call, Kind.SPAN)

    @property
    def unit(self) -> Unit:
        told, scale = self.told, self.scale
        in_full = full_number if self.name == "count" else lambda value: told(value / scale)
        return Unit(told=lambda value: told(value / scale), told_in_full=in_full)

    @property
    def layers(self) -> list[Layer]:
        """The layers of its chart, from below."""
        if self.name == "count":
            return [Layer("accepted", "OK"), Layer("invalid", "Failed")]
        return [Layer("invalid" if self.name == "failures" else "accepted", self.label)]


COUNT = Measure(name="count", label="Count", call="count()", told=_told_count)
P50, P75, P95, P99 = (
    Measure(
        name=f"p{share}",
        label=f"p{share}",
        call=f"p{share}(span.duration)",
        told=_told_ms,
        scale=_MS,
    )
    for share in (50, 75, 95, 99)
)
FAILURES = Measure(
    name="failures",
    label="Failure rate",
    call="failure_rate()",
    told=told_share,
    scale=_PARTS,
)
APDEX = Measure(
    name="apdex",
    label="Apdex",
    call=f"apdex(span.duration,{APDEX_MS})",
    told=_told_apdex,
    scale=_PARTS,
)
TOTAL = Measure(
    name="total", label="Total time", call="sum(span.duration)", told=_told_ms, scale=_MS
)
SELF = Measure(name="self", label="Self time", call="sum(span.self_time)", told=_told_ms, scale=_MS)
FAILED = Measure(name="failed", label="Failed", call="failure_count()", told=_told_count)
MEASURES = (COUNT, P50, P75, P95, P99, FAILURES, APDEX)


class Cell(msgspec.Struct, frozen=True):
    """One measure of one group."""

    measure: Measure
    value: float | None

    @property
    def text(self) -> str:
        return self.measure.told(self.value)


def asked_of(measures: Sequence[Measure]) -> tuple[Measured, ...]:
    """What has to be measured for them."""
    return tuple(each for measure in measures for each in measure.computed.measures)


def values_of(
    measures: Sequence[Measure], values: Sequence[float | None] | None, seconds: float
) -> list[float | None]:
    """Their values, of what was measured for them; None where nothing was."""
    if values is None:
        return [None] * len(measures)
    return finish([measure.computed for measure in measures], values, seconds)


def cells_of(
    measures: Sequence[Measure], values: Sequence[float | None] | None, seconds: float
) -> list[Cell]:
    """The same with what they are values of."""
    return [
        Cell(measure, value)
        for measure, value in zip(measures, values_of(measures, values, seconds), strict=True)
    ]


def chart_measures(measure: Measure) -> list[Measure]:
    """What has to be known of each bar of a measure's chart."""
    return [COUNT, FAILED] if measure is COUNT else [measure]


def chart_of(measure: Measure, results: Results, *, start: int, width: int, bars: int) -> Stacked:
    """A measure over time, of results by the number of the bar."""
    known = chart_measures(measure)
    rows = [values_of(known, results.get((bar,)), 1) for bar in range(bars)]
    if measure is COUNT:
        failed = [round(row[1] or 0) for row in rows]
        fine = [round(row[0] or 0) - bad for row, bad in zip(rows, failed, strict=True)]
        layers = {"accepted": fine, "invalid": failed}
    else:
        name = measure.layers[0].name
        layers = {name: [round((row[0] or 0) * measure.scale) for row in rows]}
    return stack(layers, begins=start, width=width)


def spark_of(counts: Mapping[int, float], bars: int) -> str:
    """A sparkline of counts by the number of the bar."""
    return spark_path([round(counts.get(bar, 0)) for bar in range(bars)])


def count_measure() -> Measured:
    """How many there are."""
    return Measured(Function.COUNT)
