"""Small charts as SVG paths: one path for all bars, so that fifty rows stay light; pure."""

from collections.abc import Sequence

import msgspec

SPARK_WIDTH = 120
SPARK_HEIGHT = 24
_GAP = 1


def spark_path(counts: Sequence[int]) -> str:
    """The bars of a sparkline in a box of `SPARK_WIDTH` by `SPARK_HEIGHT`; an hour with any event
    is at least one unit high."""
    most = max(counts, default=0)
    if not most:
        return ""
    step = SPARK_WIDTH / len(counts)
    width = max(step - _GAP, 1)
    parts = []
    for index, count in enumerate(counts):
        if count:
            height = max(round(count / most * (SPARK_HEIGHT - 2)), 1)
            top = SPARK_HEIGHT - height
            parts.append(
                f"M{_short(index * step)} {top}h{_short(width)}v{height}h-{_short(width)}z"
            )
    return "".join(parts)


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar of the large chart; numbers in its box of 1000 by 100."""

    x: str
    width: str
    y: str
    height: str
    count: int
    begins: int
    ends: int


def bars(counts: Sequence[int], *, begins: int, width: int) -> list[Bar]:
    """The bars of a chart whose first span begins at a time; all spans are `width` long."""
    most = max(counts, default=0) or 1
    step = 1000 / max(len(counts), 1)
    return [
        Bar(
            x=_short(index * step + step * 0.1),
            width=_short(step * 0.8),
            y=_short(100 - _height(count, most)),
            height=_short(_height(count, most)),
            count=count,
            begins=begins + index * width,
            ends=begins + (index + 1) * width,
        )
        for index, count in enumerate(counts)
    ]


def _height(count: int, most: int) -> float:
    return max(count / most * 100, 2) if count else 0


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
