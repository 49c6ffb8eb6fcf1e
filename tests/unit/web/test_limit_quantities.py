"""Quantities as people write them."""

import pytest

from urgentry.web.view.limits import parse_quantity


@pytest.mark.parametrize(
    ("text", "category", "expected"),
    [
        ("1000", "error", 1000),
        ("1,000", "error", 1000),
        (" 10k ", "error", 10_000),
        ("1.5M", "span", 1_500_000),
        ("0", "error", 0),
        ("500", "attachment", 500),
        ("500 MB", "attachment", 500 << 20),
        ("1.5GiB", "log_byte", 3 << 29),
        ("2 kb", "attachment", 2048),
        ("0.001k", "error", 1),
        ("", "error", None),
        ("-1", "error", None),
        ("many", "error", None),
        ("1e5", "error", None),
        ("9999999T", "attachment", None),
        ("1.2345k", "error", None),
    ],
)
def test_quantities(text: str, category: str, expected: int | None) -> None:
    assert parse_quantity(text, category) == expected
