"""Performance problems in the spans of a trace: queries that repeat or are slow, requests that wait
for one another, answers that are too large; pure.

What counts as one follows Sentry's detectors; where the thresholds lie is the project's choice
(`domain.performance_settings`).
"""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from operator import attrgetter

import msgspec

from urgentry.domain.issue_kind import (
    CONSECUTIVE_HTTP,
    LARGE_HTTP_PAYLOAD,
    N_PLUS_ONE,
    SLOW_DB_QUERY,
    IssueKind,
)
from urgentry.domain.performance_settings import PerformanceSettings
from urgentry.telemetry import names
from urgentry.telemetry.signal import Signal
from urgentry.telemetry.statements import path_of, query_pattern, url_pattern

MOST_PROBLEMS = 10
"""More are not told of one group of spans."""

_QUERIES = ("db.query.text", "db.statement", names.DESCRIPTION)
_ADDRESSES = ("url.full", "http.url", "url")
_SIZES = (
    "http.response_content_length",
    "http.response.body.size",
    "http.response.header.content-length",
    "http.decoded_response_content_length",
    "http.response_transfer_size",
)
_ASSETS = (".js", ".css", ".svg", ".png", ".mp3", ".jpg", ".jpeg")
_HTTP_SPAN_MS = 500
_HTTP_GAP = 1_000_000
_HTTP_COUNT = 3
_MS = 1_000

_by_time = attrgetter("order")


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem, and the spans that show it."""

    kind: IssueKind
    about: str
    """The query or the address."""
    pattern: str
    """The same, as far as it is the same every time."""
    offenders: Sequence[Signal]
    """In the order in which they began."""
    cause: Signal | None = None
    """What went before them, where it led to them."""

    @property
    def took_ms(self) -> float:
        """What the spans took together."""
        return sum(map(duration_of, self.offenders))


def find_problems(signals: Iterable[Signal], settings: PerformanceSettings) -> list[Problem]:
    """The problems of some spans, the heaviest first; each pattern is told once."""
    queries, requests = _sorted_out(signals)
    found: list[Problem] = []
    if settings.n_plus_one_db_queries_detection_enabled:
        for siblings in queries.values():
            if len(siblings) >= settings.n_plus_one_db_count:
                found += _repeated(siblings, settings)
    if settings.slow_db_queries_detection_enabled:
        found += _slow(queries.values(), settings.slow_db_query_duration_threshold)
    if settings.consecutive_http_spans_detection_enabled:
        for siblings in requests.values():
            if len(siblings) >= _HTTP_COUNT:
                found += _consecutive(siblings, settings)
    if settings.large_http_payload_detection_enabled:
        found += _large(requests.values(), settings)
    found.sort(key=lambda problem: -problem.took_ms)
    return found[:MOST_PROBLEMS]


def duration_of(signal: Signal) -> float:
    """What a span took, in milliseconds."""
    took = signal.attributes.get(names.DURATION_MS)
    return took if isinstance(took, int | float) else 0.0


_Siblings = dict[tuple[bytes, bytes], list[Signal]]
"""Spans by their trace and the span right above them."""


def _sorted_out(signals: Iterable[Signal]) -> tuple[_Siblings, _Siblings]:
    """The queries and the requests among spans."""
    queries: _Siblings = {}
    requests: _Siblings = {}
    for signal in signals:
        operation = signal.attributes.get(names.OP)
        if operation == "http.client":
            requests.setdefault((signal.trace_id, signal.parent_id), []).append(signal)
        elif isinstance(operation, str) and operation.startswith("db"):
            queries.setdefault((signal.trace_id, signal.parent_id), []).append(signal)
    return queries, requests


def _repeated(siblings: list[Signal], settings: PerformanceSettings) -> Iterator[Problem]:
    """One query that is asked again and again, as for every row of another."""
    ordered = sorted(siblings, key=_by_time)
    by_pattern: dict[str, list[Signal]] = {}
    for signal in ordered:
        if query := _selection(signal):
            by_pattern.setdefault(query_pattern(query), []).append(signal)
    for pattern, same in by_pattern.items():
        took = sum(map(duration_of, same))
        is_long = took >= settings.n_plus_one_db_duration_threshold
        if len(same) >= settings.n_plus_one_db_count and is_long:
            first = same[0]
            before = [each for each in ordered if _end(each) <= first.at and each is not first]
            yield Problem(
                kind=N_PLUS_ONE,
                about=_selection(first),
                pattern=pattern,
                offenders=same,
                cause=before[-1] if before else None,
            )


def _slow(groups: Iterable[list[Signal]], least_ms: float) -> Iterator[Problem]:
    by_pattern: dict[str, list[Signal]] = {}
    for siblings in groups:
        for signal in siblings:
            if duration_of(signal) >= least_ms and (query := _selection(signal)):
                by_pattern.setdefault(query_pattern(query), []).append(signal)
    for pattern, same in by_pattern.items():
        yield Problem(
            kind=SLOW_DB_QUERY,
            about=_selection(same[0]),
            pattern=pattern,
            offenders=sorted(same, key=_by_time),
        )


def _consecutive(siblings: list[Signal], settings: PerformanceSettings) -> Iterator[Problem]:
    """Requests that each wait for the one before, without need as far as anybody can see."""
    run: list[Signal] = []
    for signal in sorted(siblings, key=_by_time):
        if duration_of(signal) < _HTTP_SPAN_MS or not address_of(signal):
            continue
        if run and not 0 <= signal.at - _end(run[-1]) <= _HTTP_GAP:
            yield from _run_of(run, settings)
            run = []
        run.append(signal)
    yield from _run_of(run, settings)


def _run_of(run: list[Signal], settings: PerformanceSettings) -> Iterator[Problem]:
    took = [duration_of(signal) for signal in run]
    saved = sum(took) - max(took, default=0)
    if len(run) < _HTTP_COUNT or saved < settings.consecutive_http_spans_min_time_saved_threshold:
        return
    patterns = dict.fromkeys(url_pattern(address_of(signal)) for signal in run)
    yield Problem(
        kind=CONSECUTIVE_HTTP,
        about=address_of(run[0]),
        pattern=" ".join(patterns),
        offenders=list(run),
    )


def _large(groups: Iterable[list[Signal]], settings: PerformanceSettings) -> Iterator[Problem]:
    by_pattern: dict[str, list[Signal]] = {}
    for siblings in groups:
        for signal in siblings:
            if size_of(signal) >= settings.large_http_payload_size_threshold:
                url = address_of(signal)
                if url and not _may_be_large(path_of(url), settings):
                    by_pattern.setdefault(url_pattern(url), []).append(signal)
    for pattern, same in by_pattern.items():
        yield Problem(
            kind=LARGE_HTTP_PAYLOAD,
            about=address_of(same[0]),
            pattern=pattern,
            offenders=sorted(same, key=_by_time),
        )


def _may_be_large(path: str, settings: PerformanceSettings) -> bool:
    lowered = path.lower()
    allowed = (each.strip() for each in settings.large_http_payload_filtered_paths.split(","))
    return lowered.endswith(_ASSETS) or any(
        fnmatchcase(path, pattern) for pattern in allowed if pattern
    )


def size_of(signal: Signal) -> float:
    """The size of the answer to a request in bytes, if it is told."""
    for name in _SIZES:
        value = signal.attributes.get(name)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, int | float):
            return value
    return 0


def address_of(signal: Signal) -> str:
    """The address that a request went to; empty where it is not told."""
    for name in _ADDRESSES:
        value = signal.attributes.get(name)
        if isinstance(value, str) and value:
            return value
    said = signal.attributes.get(names.DESCRIPTION)
    method, _, url = said.partition(" ") if isinstance(said, str) else ("", "", "")
    return url.strip() if method.isupper() else ""


def _selection(signal: Signal) -> str:
    """The query of a span that reads; empty for anything else, and for one that was cut."""
    for name in _QUERIES:
        value = signal.attributes.get(name)
        if isinstance(value, str) and value:
            is_whole = not value.endswith("...")
            return value if is_whole and value[:7].lstrip().lower().startswith("select") else ""
    return ""


def _end(signal: Signal) -> int:
    return signal.at + round(duration_of(signal) * _MS)
