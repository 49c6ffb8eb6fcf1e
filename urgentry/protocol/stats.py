"""Data categories as Sentry's stats name them: what is an error to people is one category there."""

from collections.abc import Iterable

from urgentry.protocol.items import CATEGORY_BY_NAME, DataCategory

ERRORS = (DataCategory.DEFAULT, DataCategory.ERROR, DataCategory.SECURITY)
_PLURALS = {f"{category.wire_name}s": category for category in DataCategory}


def stats_name(category: DataCategory) -> str:
    """What the category is counted under."""
    return (DataCategory.ERROR if category in ERRORS else category).wire_name


def categories_named(name: str) -> tuple[DataCategory, ...]:
    """What is counted under a name, in the singular or the plural; none where nothing is."""
    category = CATEGORY_BY_NAME.get(name) or _PLURALS.get(name)
    if category is None:
        return ()
    return ERRORS if category in ERRORS else (category,)


def every_name() -> Iterable[str]:
    """The names that can be asked for, each once."""
    return dict.fromkeys(stats_name(category) for category in DataCategory)


def names_of(categories: Iterable[int]) -> list[str]:
    """What these categories are counted under, each once."""
    return sorted({stats_name(DataCategory(category)) for category in categories})


def unit_of(category: int) -> str:
    """What a quantity of the category counts: things, "bytes" or "milliseconds"."""
    return _UNITS.get(DataCategory(category), "count")


_UNITS = {
    DataCategory.ATTACHMENT: "bytes",
    DataCategory.LOG_BYTE: "bytes",
    DataCategory.TRACE_METRIC_BYTE: "bytes",
    DataCategory.PROFILE_DURATION: "milliseconds",
    DataCategory.PROFILE_DURATION_UI: "milliseconds",
}
