"""How often the server's own errors are reported."""

from urgentry import clock
from urgentry.reporting import Pace


def test_one_place_reports_once_in_ten_minutes_and_tells_what_it_kept_back() -> None:
    now = 0
    pace = Pace(lambda: now)
    assert pace.take("here") == 0
    assert [pace.take("here") for _ in range(3)] == [None] * 3
    assert pace.take("there") == 0
    now = 10 * clock.MINUTE
    assert pace.take("here") == 3
    assert pace.take("here") is None


def test_all_places_together_report_sixty_times_an_hour() -> None:
    now = 0
    pace = Pace(lambda: now)
    assert sum(pace.take(place) is not None for place in range(2_500)) == 60
    now = clock.HOUR
    assert pace.take("another") == 0
