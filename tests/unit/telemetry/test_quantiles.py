"""Quantiles are exact for few numbers and close for many."""

import random
import statistics

import pytest

from urgentry.telemetry.quantiles import Quantiles

SHARES = (0.0, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)


def of(numbers: list[float], *, at_once: int = 512) -> Quantiles:
    quantiles = Quantiles()
    for start in range(0, len(numbers), at_once):
        quantiles.add(numbers[start : start + at_once])
    return quantiles


def test_of_nothing_there_is_none() -> None:
    assert Quantiles().at(0.5) is None
    assert of([]).at(0.5) is None


def test_few_are_exact() -> None:
    numbers = [float(number) for number in range(1, 102)]
    random.Random(1).shuffle(numbers)  # noqa: S311 - the same every time
    quantiles = of(numbers)
    assert [quantiles.at(share) for share in (0.0, 0.5, 0.95, 1.0)] == [1.0, 51.0, 96.0, 101.0]
    assert of([10.0, 20.0]).at(0.75) == 17.5


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: rng.lognormvariate(2, 2),
        lambda rng: -rng.lognormvariate(2, 2),
        lambda rng: rng.uniform(-1_000, 1_000),
        lambda rng: rng.choice([0.0, 1.0, 1e12]),
    ],
)
def test_many_are_within_a_per_cent(make: object) -> None:
    rng = random.Random(2)  # noqa: S311 - the same every time
    numbers = [make(rng) for _ in range(20_000)]  # type: ignore[operator]
    quantiles, ordered = of(numbers), sorted(numbers)
    for share in SHARES:
        exact = ordered[int(share * (len(ordered) - 1))]
        found = quantiles.at(share)
        assert found is not None
        # near zero a per cent of the number is less than the distance to its neighbours
        assert found == pytest.approx(exact, rel=0.011, abs=0.02 * statistics.pstdev(numbers))
    assert quantiles.at(0) == ordered[0]
    assert quantiles.at(1) == ordered[-1]
