"""Numbers, times, names, charts and small choices of the pages."""

import pytest

from urgentry import clock
from urgentry.web import flash, formats
from urgentry.web.charts import bars, spark_path
from urgentry.web.flash import Flash
from urgentry.web.look import Look, look_of
from urgentry.web.picks import Picks
from urgentry.web.sign_in import safe_next

NOW = 1_790_000_000 * clock.SECOND


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1000, "1k"), (1234, "1.2k"), (34_000, "34k"), (999_999, "1M")],
)
def test_short_numbers(number: int, text: str) -> None:
    assert formats.short_number(number) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "just now"),
        (5 * clock.MINUTE, "5m ago"),
        (3 * clock.DAY, "3d ago"),
        (-clock.HOUR, "in 1h"),
    ],
)
def test_relative_times(span: int, text: str) -> None:
    assert formats.ago(NOW - span, NOW) == text


def test_exact_times_name_their_zone() -> None:
    assert formats.exact(NOW) == "21 Sep 2026, 14:13:20 UTC"
    assert formats.iso(NOW) == "2026-09-21T14:13:20.000Z"


def test_times_of_events_may_be_seconds_or_text() -> None:
    assert formats.of_seconds(1.5) == 1_500_000
    assert formats.of_seconds("1970-01-01T00:00:02Z") == 2_000_000
    assert formats.of_seconds("never") is None


def test_searches_for_tags_quote_what_they_must() -> None:
    assert formats.tag_search("browser", "Edge 131") == 'browser:"Edge 131"'
    assert formats.tag_search("a b", 'x"*') == 'tags["a b"]:"x\\"\\*"'


@pytest.mark.parametrize(
    ("target", "safe"),
    [
        ("/acme/issues/?a=b", "/acme/issues/?a=b"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\nb", "/"),
    ],
)
def test_only_own_addresses_are_gone_on_to(target: str | None, safe: str) -> None:
    assert safe_next(target) == safe


def test_messages_survive_their_cookie() -> None:
    message = Flash(code="resolved", count=2, undo="unresolve", place="acme", ids=[1, 2])
    cookie = flash.encode(message, is_secure=True)
    assert cookie.endswith("SameSite=Lax; Secure")
    assert flash.decode(cookie.partition(";")[0].partition("=")[2]) == message
    assert message.text == "2 issues resolved"


@pytest.mark.parametrize(
    "cookie",
    [
        *(None, "", "zz", "00", b'{"code":"<b>"}'.hex(), b"[]".hex()),
        b'{"code":"resolved","undo":"x","place":"/evil.example"}'.hex(),
    ],
)
def test_planted_messages_are_not_shown(cookie: str | None) -> None:
    assert flash.decode(cookie) is None


def test_looks_are_words_of_a_closed_list() -> None:
    assert look_of("dark.compact.utc") == Look(theme="dark", density="compact", clock="utc")
    assert look_of('"><script>.x') == Look()


def test_sparklines_scale_to_their_highest_bar() -> None:
    assert spark_path([0, 0]) == ""
    assert spark_path([1, 2]) == "M0 13h59v11h-59zM60 2h59v22h-59z"


def test_bars_cover_the_span_without_gaps() -> None:
    first, second = bars([0, 4], begins=0, width=clock.HOUR)
    assert (first.height, second.height) == ("0", "100")
    assert first.ends == second.begins == clock.HOUR


@pytest.mark.parametrize("period", ["1h", "24h", "7d", "14d", "30d", "90d"])
def test_buckets_reach_from_the_start_of_the_period_to_now(period: str) -> None:
    picks = Picks(period=period)
    buckets = picks.buckets(NOW)
    start, _ = picks.span(NOW)
    assert buckets.begins <= start
    assert buckets.begins + buckets.count * buckets.width > NOW
    assert buckets.count <= 31


def test_picks_leave_out_what_is_so_by_default() -> None:
    assert Picks().query() == ""
    assert Picks(projects=("web",), period="24h").query(query="a b") == (
        "?project=web&period=24h&query=a+b"
    )


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "–"),
        (1.0, "100%"),
        (0.99999, "99.99%"),
        (0.995, "99.5%"),
        (0.9, "90%"),
        (0.58, "58%"),
        (0.0, "0%"),
    ],
)
def test_a_rate_is_never_rounded_up_to_all(share: float | None, text: str) -> None:
    assert formats.rate(share) == text


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (None, "–"),
        (0, "0 µs"),
        (850, "850 µs"),
        (12_345, "12.3 ms"),
        (999_999, "1 s"),
        (1_240_000, "1.24 s"),
        (99_000_000, "99 s"),
        (125_000_000, "2 min 5 s"),
        (12_000_000_000, "3 h 20 min"),
    ],
)
def test_durations(micros: float | None, text: str) -> None:
    assert formats.duration(micros) == text
