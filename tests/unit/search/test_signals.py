"""Searches of spans, logs and metrics, and what can be computed of them."""

import pytest

from urgentry import clock
from urgentry.domain.patterns import Patterns
from urgentry.errors import ApiError
from urgentry.search.signal_fields import FieldType, find_field
from urgentry.search.signal_measures import is_call, read_computed, take_bounds
from urgentry.search.signals import SignalScope, in_environments, signal_condition
from urgentry.search.syntax import InvalidSearch
from urgentry.telemetry import names
from urgentry.telemetry.conditions import (
    ALWAYS,
    All,
    Between,
    Condition,
    Contains,
    Either,
    Equals,
    Has,
    Matches,
    Not,
)
from urgentry.telemetry.measures import Function, Measure
from urgentry.telemetry.signal import Kind

NOW = 1_790_000_000 * clock.SECOND
MS = names.DURATION_MS


def condition(query: str, kind: Kind = Kind.SPAN) -> Condition:
    return signal_condition(query, SignalScope(kind=kind, now=NOW, projects={"web": 7}))


def equals(key: str, *texts: str) -> Equals:
    return Equals(key, frozenset(texts))


SEARCHES: dict[str, Condition] = {
    "": ALWAYS,
    "span.op:db": equals(names.OP, "db"),
    "!span.op:db": Not(equals(names.OP, "db")),
    "span.op:!=db": Not(equals(names.OP, "db")),
    "span.op:[db, http]": Either((equals(names.OP, "db"), equals(names.OP, "http"))),
    "transaction:/orders": equals(names.SEGMENT_NAME, "/orders"),
    "region:eu": equals("region", "eu"),
    "tags[span.op]:x": equals("span.op", "x"),
    "tags[n,number]:>2": Between("n", low=2.0, with_low=False),
    "tags[n,number]:2": equals("n", "2"),
    "n:>=2k": Between("n", low=2000.0),
    "n:<0.5": Between("n", high=0.5),
    "n:<=5": Between("n", high=5.0, with_high=True),
    "n:5": equals("n", "5"),
    "span.duration:>1.5s": Between(MS, low=1500.0, with_low=False),
    "span.duration:<2min": Between(MS, high=120_000.0),
    "span.duration:>100": Between(MS, low=100.0, with_low=False),
    "measurements.lcp:>2500": Between("measurements.lcp", low=2500.0, with_low=False),
    "is_transaction:1": equals(names.IS_SEGMENT, "true"),
    "is_transaction:false": equals(names.IS_SEGMENT, "false"),
    "has:user": Has(names.USER),
    "!has:region": Not(Has("region")),
    'region:""': Either((Not(Has("region")), equals("region", ""))),
    "project:web": equals(names.PROJECT, "7"),
    "project:7": equals(names.PROJECT, "7"),
    "project:other": equals(names.PROJECT, ""),
    "trace:4C79F60C-11214eb38604f4ae0781bfb2": equals(
        names.TRACE, "4c79f60c11214eb38604f4ae0781bfb2"
    ),
    "id:FA90FDEAD5F74052": equals(names.SPAN, "fa90fdead5f74052"),
    "span.description:*orders*": Contains(names.DESCRIPTION, "orders"),
    "slow query": All((Contains(names.DESCRIPTION, "slow"), Contains(names.DESCRIPTION, "query"))),
    '"Slow Query"': Contains(names.DESCRIPTION, "slow query"),
    "span.op:db OR span.op:http": Either((equals(names.OP, "db"), equals(names.OP, "http"))),
    r"region:\*": equals("region", "*"),
    "timestamp:-1h": Between(names.AT, NOW - clock.HOUR, None),
}


@pytest.mark.parametrize("query", SEARCHES)
def test_searches(query: str) -> None:
    assert condition(query) == SEARCHES[query]


@pytest.mark.parametrize(
    ("pattern", "fits", "misses"),
    [
        ("a*b", "Axxb", "axc"),
        ("GET *", "get /orders", "POST /"),
        ("*.js", "app.JS", "js.app"),
        ("a?[b]{c}*", "a?[b]{c}d", "axb"),
        (r"50\**", "50* off", "500"),
    ],
)
def test_stars_stand_for_any_text(pattern: str, fits: str, misses: str) -> None:
    found = condition(f'span.description:"{pattern}"')
    assert isinstance(found, Matches)
    assert isinstance(found.pattern, Patterns)
    assert found.passes([fits, misses, None]) == [True, False, False]


def test_logs_and_metrics_have_names_of_their_own() -> None:
    assert condition("severity:error boom", Kind.LOG) == All(
        (equals(names.SEVERITY, "error"), Contains(names.BODY, "boom"))
    )
    assert condition("id:00000000000000000000000000000010", Kind.LOG) == Between(
        names.ROW, 16, 16, with_high=True
    )
    assert condition("metric.name:clicks value:>2", Kind.METRIC) == All(
        (
            equals(names.METRIC_NAME, "clicks"),
            Between(names.METRIC_VALUE, low=2.0, with_low=False),
        )
    )
    assert condition("span.op:x", Kind.LOG) == equals("span.op", "x")


@pytest.mark.parametrize(
    "query",
    ["span.duration:fast", "span.duration:>1parsec", "n:>x", "is_transaction:maybe", "(a"],
)
def test_what_cannot_be_understood(query: str) -> None:
    with pytest.raises(InvalidSearch):
        condition(query)


def test_a_logs_id_is_hexadecimal() -> None:
    with pytest.raises(InvalidSearch):
        condition("id:nonsense", Kind.LOG)


def test_environments() -> None:
    assert in_environments(()) == ALWAYS
    assert in_environments(("prod",)) == equals(names.ENVIRONMENT, "prod")
    assert in_environments(("prod", "")) == Either(
        (equals(names.ENVIRONMENT, "prod", ""), Not(Has(names.ENVIRONMENT)))
    )


COMPUTED = {
    "count()": (Measure(Function.COUNT), FieldType.INTEGER, None),
    "count(span.duration)": (Measure(Function.COUNT), FieldType.INTEGER, None),
    "count(region)": (Measure(Function.COUNT, "region"), FieldType.INTEGER, None),
    "count_unique(user)": (Measure(Function.DISTINCT, names.USER), FieldType.INTEGER, None),
    "avg(span.duration)": (Measure(Function.AVERAGE, MS), FieldType.DURATION, "millisecond"),
    "sum(tags[n,number])": (Measure(Function.SUM, "n"), FieldType.NUMBER, None),
    "p95()": (Measure(Function.QUANTILE, MS, 0.95), FieldType.DURATION, "millisecond"),
    "p100(span.self_time)": (
        Measure(Function.QUANTILE, names.EXCLUSIVE_MS, 1.0),
        FieldType.DURATION,
        "millisecond",
    ),
    "percentile(span.duration, 0.25)": (
        Measure(Function.QUANTILE, MS, 0.25),
        FieldType.DURATION,
        "millisecond",
    ),
    "count_if(span.duration,greater,300)": (
        Measure(Function.COUNT, condition=Between(MS, low=300.0, with_low=False)),
        FieldType.INTEGER,
        None,
    ),
    'count_if(span.status,equals,"ok")': (
        Measure(Function.COUNT, condition=equals(names.STATUS, "ok")),
        FieldType.INTEGER,
        None,
    ),
}


@pytest.mark.parametrize("text", COMPUTED)
def test_functions(text: str) -> None:
    measure, kind, unit = COMPUTED[text]
    found = read_computed(text, Kind.SPAN)
    assert (found.measures, found.type, found.unit) == ((measure,), kind, unit)
    assert found.name == text
    assert found.finish([3.0], 60) == 3.0


def test_rates() -> None:
    per_minute, per_second = (read_computed(text, Kind.SPAN) for text in ("epm()", "eps()"))
    assert (per_minute.unit, per_minute.finish([120.0], 60)) == ("1/minute", 120.0)
    assert (per_second.unit, per_second.finish([120.0], 60)) == ("1/second", 2.0)
    failures = read_computed("failure_rate()", Kind.SPAN)
    assert failures.finish([1.0, 4.0], 60) == 0.25
    assert failures.finish([0.0, 0.0], 60) is None


def test_apdex() -> None:
    apdex = read_computed("apdex(span.duration,300)", Kind.SPAN)
    satisfied, tolerated, everything = apdex.measures
    assert (satisfied.condition, tolerated.condition) == (
        Between(names.DURATION_MS, high=300.0, with_high=True),
        Between(names.DURATION_MS, low=300.0, high=1200.0, with_low=False, with_high=True),
    )
    assert everything == Measure(Function.COUNT, names.DURATION_MS)
    assert apdex.finish([5.0, 2.0, 8.0], 60) == 0.75
    assert apdex.finish([0.0, 0.0, 0.0], 60) is None
    for unfit in ("apdex()", "apdex(span.duration,0)", "apdex(span.duration,soon)"):
        with pytest.raises(ApiError):
            read_computed(unfit, Kind.SPAN)


def test_one_metric_among_all() -> None:
    found = read_computed("sum(value,clicks,counter,-)", Kind.METRIC)
    assert found.measures == (
        Measure(
            Function.SUM,
            names.METRIC_VALUE,
            condition=All(
                (
                    equals(names.METRIC_NAME, "clicks"),
                    equals(names.METRIC_TYPE, "counter"),
                    Not(Has(names.METRIC_UNIT)),
                )
            ),
        ),
    )
    assert read_computed("per_second(value)", Kind.METRIC).finish([120.0], 60) == 2.0


@pytest.mark.parametrize(
    "text",
    [
        "median()",
        "count_unique()",
        "percentile(span.duration)",
        "percentile(span.duration,2)",
        "count_if(a,b)",
        "count_if(a,like,b)",
    ],
)
def test_functions_that_nobody_knows(text: str) -> None:
    with pytest.raises(ApiError) as raised:
        read_computed(text, Kind.SPAN)
    assert raised.value.status == 400


def test_aliases_are_how_sort_may_write_them() -> None:
    assert read_computed("p95(span.duration)", Kind.SPAN).alias == "p95_span_duration"
    assert read_computed("count()", Kind.SPAN).alias == "count"


def test_conditions_on_functions_are_taken_out_of_a_search() -> None:
    query, bounds = take_bounds(
        "count():>10 span.op:db !p95(span.duration):>1s failure_rate():>5%", Kind.SPAN
    )
    assert query.split() == ["span.op:db"]
    assert [(bound.computed.name, bound.amount) for bound in bounds] == [
        ("count()", 10.0),
        ("p95(span.duration)", 1000.0),
        ("failure_rate()", 0.05),
    ]
    assert [bounds[0].holds(value) for value in (10, 11, None)] == [False, True, False]
    assert [bounds[1].holds(value) for value in (900.0, 1100.0)] == [True, False]


def test_fields_by_name() -> None:
    assert is_call("count()")
    assert not is_call("tags[a(b)]x")
    assert find_field(Kind.SPAN, "tags[a b,boolean]").type is FieldType.BOOLEAN
    assert find_field(Kind.SPAN, 'tags["a,b"]').key == "a,b"
    assert find_field(Kind.SPAN, "http.method").key == "http.method"
