"""How a database grows, and how long there is room for it."""

import math

import pytest

from urgentry.domain.sizes import SizeKind, SizeSample, growth_of

GIB = 1 << 30


def days(*sizes: int) -> list[SizeSample]:
    return [
        SizeSample(day=20_000 + day, project_id=0, kind=SizeKind.DATABASE, bytes=size)
        for day, size in enumerate(sizes)
        if size
    ]


@pytest.mark.parametrize(
    ("samples", "free", "most", "per_day", "left", "days_left"),
    [
        (days(), 10 * GIB, 0, None, 10 * GIB, None),
        (days(GIB), 10 * GIB, 0, None, 10 * GIB, None),
        (days(GIB, 2 * GIB, 3 * GIB), 10 * GIB, 0, GIB, 10 * GIB, 10),
        (days(GIB, 0, 3 * GIB), 10 * GIB, 0, GIB, 10 * GIB, 10),
        (days(GIB, 2 * GIB, 3 * GIB), 10 * GIB, 5 * GIB, GIB, 2 * GIB, 2),
        (days(GIB, 2 * GIB, 3 * GIB), math.nan, 5 * GIB, GIB, 2 * GIB, 2),
        (days(GIB, 2 * GIB, 3 * GIB), math.nan, 0, GIB, None, None),
        (days(3 * GIB, 2 * GIB), 10 * GIB, 0, -GIB, 10 * GIB, None),
        (days(GIB, 2 * GIB, 3 * GIB), 10 * GIB, 2 * GIB, GIB, -GIB, 0),
    ],
    ids=["new", "one day", "grows", "gap", "bound", "PostgreSQL", "unknown", "shrinks", "full"],
)
def test_growth(
    samples: list[SizeSample],
    free: float,
    most: int,
    per_day: int | None,
    left: int | None,
    days_left: int | None,
) -> None:
    found = growth_of(samples, now=3 * GIB, free=free, most=most)
    assert (found.now, found.per_day, found.left) == (3 * GIB, per_day, left)
    assert found.days_left == days_left
