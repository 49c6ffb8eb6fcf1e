"""What is taken for a performance problem, at the edge of each threshold."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.signals import NOW, span, span_id
from urgentry.domain.issue_kind import (
    CONSECUTIVE_HTTP,
    LARGE_HTTP_PAYLOAD,
    N_PLUS_ONE,
    SLOW_DB_QUERY,
)
from urgentry.domain.performance_settings import (
    SWITCHES,
    PerformanceSettings,
    read_performance_settings,
    stored_performance_settings,
)
from urgentry.telemetry import names
from urgentry.telemetry.problems import MOST_PROBLEMS, Problem, find_problems
from urgentry.telemetry.signal import Signal
from urgentry.telemetry.statements import path_of, query_pattern, url_pattern

SETTINGS = PerformanceSettings()
MS = 1_000
ITEM = "SELECT * FROM item WHERE id = %s"


def query(text: str, *, at: float = 0, ms: float = 1, parent: int = 1, **about: Any) -> Signal:
    found = span(NOW + round(at * MS), ms=ms, op="db", **{names.DESCRIPTION: text, **about})
    return replace(found, parent_id=span_id(parent))


def request(url: str, *, at: float = 0, ms: float = 1, **about: Any) -> Signal:
    found = span(NOW + round(at * MS), ms=ms, op="http.client", **{"http.url": url, **about})
    return replace(found, parent_id=span_id(1))


def repeated(count: int, ms: float, text: str = ITEM) -> list[Signal]:
    return [query(text, at=10 + number * ms, ms=ms) for number in range(count)]


def only(signals: list[Signal], settings: PerformanceSettings = SETTINGS) -> Problem:
    (problem,) = find_problems(signals, settings)
    return problem


def test_a_query_for_every_row_of_another() -> None:
    source = query("SELECT * FROM basket", ms=5)
    rows = repeated(5, 20)
    found = only([*reversed(rows), source])
    assert (found.kind, found.about, found.cause) == (N_PLUS_ONE, ITEM, source)
    assert list(found.offenders) == rows
    assert found.took_ms == 100


@pytest.mark.parametrize(
    "signals",
    [
        repeated(4, 200),
        repeated(5, 19.9),
        repeated(5, 50, "INSERT INTO item VALUES (1)"),
        repeated(5, 50, "SELECT * FROM item WHERE a_long_na..."),
        [replace(each, parent_id=span_id(at)) for at, each in enumerate(repeated(6, 50))],
        [replace(each, trace_id=bytes([at] * 16)) for at, each in enumerate(repeated(6, 50))],
    ],
    ids=["few", "short", "writes", "cut", "elsewhere", "other traces"],
)
def test_what_is_no_n_plus_one(signals: list[Signal]) -> None:
    assert find_problems(signals, SETTINGS) == []


def test_values_make_no_other_query() -> None:
    texts = [f"SELECT * FROM item WHERE id = {n} AND name = 'it''s {n}'" for n in range(5)]
    signals = [query(text, at=n * 30, ms=30) for n, text in enumerate(texts)]
    assert only(signals).pattern == "SELECT * FROM item WHERE id = %s AND name = %s"


def test_a_query_that_takes_a_second() -> None:
    assert find_problems([query(ITEM, ms=999)], SETTINGS) == []
    found = only([query(ITEM, ms=1000), query(ITEM, at=2000, ms=1500)])
    assert (found.kind, len(found.offenders)) == (SLOW_DB_QUERY, 2)
    assert find_problems([query("UPDATE item SET a = 1", ms=5000)], SETTINGS) == []


def test_the_text_of_a_query_is_preferred_to_the_name_of_its_span() -> None:
    named = query("shop.find", ms=1000)
    named.attributes["db.query.text"] = ITEM
    assert only([named]).about == ITEM


def test_requests_that_wait_for_one_another() -> None:
    urls = [f"https://a.example/orders/{number}?page=2" for number in (17, 18, 19)]
    waiting = [request(url, at=1100 * n, ms=1000) for n, url in enumerate(urls)]
    found = only(waiting)
    assert (found.kind, found.pattern) == (CONSECUTIVE_HTTP, "https://a.example/orders/*")
    assert list(found.offenders) == waiting


@pytest.mark.parametrize(
    "moments",
    [
        [(0, 1000), (1100, 1000)],
        [(0, 1000), (500, 1000), (1000, 1000)],
        [(0, 1000), (2100, 1000), (4200, 1000)],
        [(0, 900), (1000, 900), (2000, 900)],
        [(0, 3000), (3100, 499), (3700, 499), (4300, 499), (4900, 499)],
    ],
    ids=["two", "side by side", "apart", "little to save", "short ones"],
)
def test_what_does_not_wait(moments: list[tuple[int, int]]) -> None:
    signals = [request("https://a.example/", at=at, ms=ms) for at, ms in moments]
    assert find_problems(signals, SETTINGS) == []


@pytest.mark.parametrize(
    ("attribute", "size", "is_found"),
    [
        ("http.response_content_length", 300_000, True),
        ("http.response_content_length", 299_999, False),
        ("http.response.body.size", 300_000, True),
        ("http.response_content_length", "300000", True),
        ("http.response_content_length", "much", False),
    ],
)
def test_a_large_answer(attribute: str, size: Any, is_found: bool) -> None:
    found = find_problems([request("https://a.example/all", **{attribute: size})], SETTINGS)
    assert [each.kind for each in found] == [LARGE_HTTP_PAYLOAD] * is_found


@pytest.mark.parametrize("path", ["/app.js", "/a.PNG", "/api/export/7", "/download"])
def test_what_may_be_large(path: str) -> None:
    settings = replace(SETTINGS, large_http_payload_filtered_paths=" /api/export/* ,/download, ")
    url = f"https://a.example{path}?v=1"
    assert not find_problems([request(url, **{"http.response.body.size": 10**7})], settings)


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_detector_can_be_switched_off(switch: str) -> None:
    everything = [
        *repeated(5, 50),
        query("SELECT 1", at=900, ms=2000),
        *(request("https://a.example/", at=1100 * n, ms=1000) for n in range(3)),
        request("https://a.example/large", at=9000, **{"http.response.body.size": 10**6}),
    ]
    assert len(find_problems(everything, SETTINGS)) == len(SWITCHES)
    left = find_problems(everything, replace(SETTINGS, **{switch: False}))
    assert len(left) == len(SWITCHES) - 1


def test_only_the_heaviest_are_told() -> None:
    slow = [query(f"SELECT a{n} FROM item", ms=1000 + n) for n in range(MOST_PROBLEMS + 5)]
    found = find_problems(slow, SETTINGS)
    assert len(found) == MOST_PROBLEMS
    assert found[0].took_ms == max(each.attributes[names.DURATION_MS] for each in slow)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("SELECT  a\n FROM b1 WHERE c = 1.5e3", "SELECT a FROM b1 WHERE c = %s"),
        ("SELECT a WHERE b IN (1, 2, 3)", "SELECT a WHERE b IN (%s)"),
        ("SELECT a WHERE b IN ($1, $2)", "SELECT a WHERE b IN (%s)"),
        ("SELECT a::text WHERE b = :name AND c = ?", "SELECT a::text WHERE b = %s AND c = %s"),
        ("SELECT a WHERE b = %(b)s", "SELECT a WHERE b = %s"),
        ('SELECT "t2"."a" FROM "t2"', 'SELECT "t2"."a" FROM "t2"'),
    ],
)
def test_what_is_the_same_in_queries(text: str, pattern: str) -> None:
    assert query_pattern(text) == pattern


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("https://a.example/users/42/x?y=1#z", "https://a.example/users/*/x"),
        ("/v2/3f2b8c1e-0000-4000-8000-000000000000", "/v2/*"),
        ("https://a.example", "https://a.example"),
    ],
)
def test_what_is_the_same_in_addresses(url: str, pattern: str) -> None:
    assert url_pattern(url) == pattern


def test_the_path_of_an_address() -> None:
    assert path_of("https://a.example/b/c?d") == "/b/c"
    assert path_of("https://a.example") == "/"


def test_settings_are_stored_as_what_differs() -> None:
    changed = replace(SETTINGS, n_plus_one_db_count=9)
    assert stored_performance_settings(changed) == {"performance": {"n_plus_one_db_count": 9}}
    assert read_performance_settings(stored_performance_settings(changed)) == changed
    assert read_performance_settings({}) == SETTINGS
