"""A chart of stacked bars over time: its boxes, its scale and what it says to those who point at it
or read its table; pure."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from urgentry import clock

HEIGHT = 200
_WIDTH = 1000
_GAP = 0.16
_LEAST = 1.5
_TICKS = 6
_STEPS = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80)
"""Tenths; each can be halved for the line in the middle."""
_SMALL = (1, 2, 4, 6, 8)


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One box of a bar, in the chart's units."""

    layer: str
    y: str
    height: str


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One bar: a span of time."""

    x: str
    width: str
    pieces: list[Piece]
    counts: dict[str, int]
    begins: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """A time that is told below the chart, and how far from its left edge, in per cent."""

    at: int
    x: str


class Stacked(msgspec.Struct, frozen=True, kw_only=True):
    """A whole chart. `top` is the value of its upper edge."""

    columns: list[Column]
    top: int
    ticks: list[Tick]
    width: int
    """Microseconds of a span."""

    @property
    def tick_style(self) -> str:
        """Whether a tick is told by its hour or by its day."""
        return "hour" if self.width * len(self.columns) <= 2 * clock.DAY else "short"


def stack(
    layers: Mapping[str, Sequence[int]],
    *,
    begins: int,
    width: int,
    ceiling: Callable[[int], int] | None = None,
) -> Stacked:
    """Layers from the bottom up, each with a value for each span of `width` microseconds."""
    spans = max((len(values) for values in layers.values()), default=0)
    sums = [sum(values[index] for values in layers.values()) for index in range(spans)]
    top = (ceiling or round_up)(max(sums, default=0))
    step = _WIDTH / max(spans, 1)
    return Stacked(
        columns=[
            Column(
                x=_short(index * step + step * _GAP / 2),
                width=_short(step * (1 - _GAP)),
                pieces=_pieces({name: values[index] for name, values in layers.items()}, top),
                counts={name: values[index] for name, values in layers.items()},
                begins=begins + index * width,
            )
            for index in range(spans)
        ],
        top=top,
        ticks=[
            Tick(at=begins + index * width, x=_short(index / spans * 100))
            for index in _tick_places(spans)
        ],
        width=width,
    )


def round_up(value: int) -> int:
    """The next number that people read as round."""
    small = next((step for step in _SMALL if value <= step), None)
    power = 1
    while small is None:
        small = next((step * power for step in _STEPS if value <= step * power), None)
        power *= 10
    return small


def round_up_bytes(value: int) -> int:
    """The same in KiB, MiB, …"""
    unit = 1
    while value > unit * 512:
        unit *= 1024
    return round_up(-(-value // unit)) * unit


def _pieces(counts: Mapping[str, int], top: int) -> list[Piece]:
    pieces: list[Piece] = []
    used = 0.0
    for name, count in counts.items():
        if count:
            height = max(count / top * HEIGHT, _LEAST)
            y = max(HEIGHT - used - height, 0)
            pieces.append(Piece(layer=name, y=_short(y), height=_short(height)))
            used += height
    return pieces


def _tick_places(spans: int) -> range:
    """Which spans are told. A label at the very end would reach beyond the edge."""
    return range(0, spans - spans // 12, max(-(-spans // _TICKS), 1))


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
