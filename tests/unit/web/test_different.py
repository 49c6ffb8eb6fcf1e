"""Which values of tags set an issue apart, and which do not."""

from urgentry.storage.tags import TagSummary, TagValue
from urgentry.web.view.different import differences_of


def summary(key: str, **events: int) -> TagSummary:
    values = [
        TagValue(value=value, events=count, first_seen=0, last_seen=0)
        for value, count in events.items()
    ]
    return TagSummary(
        key=key, events=sum(events.values()), value_count=len(values), top_values=values
    )


def test_what_is_more_and_what_is_less_frequent_is_ranked_by_points() -> None:
    """Of 10 events 9 are of Firefox and one of Chrome; of the other 100, 20 and 60."""
    found = differences_of(
        [summary("browser", Firefox=9, Chrome=1), summary("level", error=10)],
        {("browser", "Firefox"): 29, ("browser", "Chrome"): 61, ("level", "error"): 10},
        events=10,
        all_events=110,
    )
    told = [(each.value, each.here, each.elsewhere, each.points) for each in found]
    assert told == [("Firefox", 90, 20, 70), ("Chrome", 10, 60, -50)]


def test_little_is_not_told() -> None:
    given = {("os", "Linux"): 5 + 46}
    assert differences_of([summary("os", Linux=5)], given, events=10, all_events=110) == []


def test_without_others_nothing_differs() -> None:
    given = {("os", "Linux"): 10}
    assert differences_of([summary("os", Linux=10)], given, events=10, all_events=10) == []


def test_counts_that_lag_behind_make_no_share_below_nothing() -> None:
    (found,) = differences_of([summary("os", Linux=10)], {}, events=10, all_events=20)
    assert (found.here, found.elsewhere) == (100, 0)
