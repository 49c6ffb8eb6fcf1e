"""Which events of a storm are stored."""

from urgentry.domain.storms import StormRule, read_storm_rule


def test_the_first_are_stored_and_then_one_of_so_many() -> None:
    rule = StormRule(after=3, one_in=4)
    stored = [number for number in range(1, 16) if rule.stores(number)]
    assert stored == [1, 2, 3, 7, 11, 15]


def test_everything_is_stored_where_nobody_asked() -> None:
    assert read_storm_rule({}) is None
    assert read_storm_rule({"storm_after": 0, "storm_one_in": 50}) is None
    assert read_storm_rule({"storm_after": 9}) == StormRule(after=9, one_in=100)
