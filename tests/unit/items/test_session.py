"""Session items: what is taken of them, and what is refused."""

import uuid
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.receipts import envelope, json_item, receipt
from urgentry import clock
from urgentry.domain.event import day_of, hour_of, user_key
from urgentry.domain.filters import FilterSettings
from urgentry.domain.session import (
    Final,
    SessionCounts,
    SessionReport,
    SessionUpdate,
    Unresponsive,
)
from urgentry.ingest.items import session
from urgentry.ingest.reading import Reading
from urgentry.protocol.outcome import Outcome, Reason, Rejected

NOW = 1_790_000_000 * clock.SECOND
SID = uuid.uuid4()


def update_payload(**changes: Any) -> dict[str, Any]:
    """A session that began a minute ago."""
    return {
        "sid": str(SID),
        "did": "ann",
        "seq": 3,
        "init": True,
        "timestamp": NOW / clock.SECOND,
        "started": NOW / clock.SECOND - 60,
        "status": "ok",
        "errors": 0,
        "duration": 60,
        "attrs": {"release": "shop@1.0.0", "environment": "production"},
    } | changes


def read(
    payload: Any,
    *,
    sent_at: int | None = None,
    filters: FilterSettings | None = None,
    client_ip: str | None = "127.0.0.1",
) -> Reading:
    of = receipt(received=NOW, client_ip=client_ip)
    if filters is not None:
        of = replace(of, scope=replace(of.scope, filters=filters))
    is_aggregate = isinstance(payload, dict) and "aggregates" in payload
    item = json_item("sessions" if is_aggregate else "session", payload)
    reader = session.read_aggregates if is_aggregate else session.read
    return reader(item, of, envelope(item, sent_at=sent_at))


def report_of(reading: Reading) -> SessionReport:
    (record,) = reading.records
    assert isinstance(record, SessionReport)
    return record


def update_of(payload: Any, **more: Any) -> SessionUpdate:
    update = report_of(read(payload, **more)).update
    assert update is not None
    return update


def refusal(payload: Any, **more: Any) -> Rejected:
    with pytest.raises(Rejected) as caught:
        read(payload, **more)
    return caught.value


def test_an_update() -> None:
    report = report_of(read(update_payload()))
    assert (report.release, report.environment) == ("shop@1.0.0", "production")
    assert report.counted == ((5, 1),)
    update = report.update
    assert update is not None
    assert update.sid == SID.bytes
    assert update.hour == hour_of(NOW - clock.MINUTE)
    assert update.expires_day == day_of(NOW) + 6
    assert update.user_key == user_key("did:ann")
    assert update.state.counts() == SessionCounts(started=1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "exited"}, SessionCounts(1)),
        ({"status": "errored"}, SessionCounts(1, 1)),
        ({"status": "exited", "errors": 2}, SessionCounts(1, 1)),
        ({"status": "crashed"}, SessionCounts(1, 1, 1)),
        ({"status": "abnormal"}, SessionCounts(1, 1, 0, 1)),
        ({"status": "unhandled"}, SessionCounts(1, 1, 0, 0, 1)),
        ({"status": "dreaming"}, SessionCounts(1)),
        ({"status": None}, None),
        ({"errors": -1}, None),
        ({"errors": "2"}, None),
        ({"errors": None}, SessionCounts(1)),
    ],
)
def test_statuses(changes: dict[str, Any], expected: SessionCounts | None) -> None:
    payload = update_payload(**changes)
    if expected is None:
        assert refusal(payload).reason == Reason.PAYLOAD
    else:
        assert update_of(payload).state.counts() == expected


def test_an_end_carries_its_number() -> None:
    ended = update_of(update_payload(status="crashed"))
    assert (ended.state.final, ended.state.final_seq) == (Final.CRASHED, 3)
    unnumbered = update_of(update_payload(status="crashed", seq=None))
    assert unnumbered.state.final_seq == NOW // 1000
    huge = update_of(update_payload(status="crashed", seq=(1 << 64) - 1))
    assert huge.state.final_seq == (1 << 63) - 1


@pytest.mark.parametrize(
    ("mechanism", "expected"),
    [
        ("anr_foreground", Unresponsive.FOREGROUND),
        ("anr_background", Unresponsive.BACKGROUND),
        ("gremlins", Unresponsive.NO),
        (7, Unresponsive.NO),
        (None, Unresponsive.NO),
    ],
)
def test_why_it_did_not_respond(mechanism: Any, expected: Unresponsive) -> None:
    payload = update_payload(status="abnormal", abnormal_mechanism=mechanism)
    assert update_of(payload).state.unresponsive is expected


def test_defaults() -> None:
    payload = {"started": NOW / clock.SECOND, "attrs": {"release": "1"}}
    first, second = update_of(payload), update_of(payload)
    assert first.sid != second.sid
    assert first.user_key is None
    assert report_of(read(payload)).environment == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"started": None},
        {"started": "yesterday"},
        {"sid": "x"},
        {"sid": 7},
        {"did": 7},
        {"seq": "3"},
        {"seq": -1},
        {"attrs": None},
        {"attrs": {}},
        {"attrs": {"release": "latest"}},
        {"attrs": {"release": "a/b"}},
        {"attrs": {"release": ""}},
        {"attrs": {"release": "\x00"}},
    ],
    ids=str,
)
def test_what_is_no_session_is_refused(changes: dict[str, Any]) -> None:
    refused = refusal(update_payload(**changes))
    assert (refused.outcome, refused.reason) == (Outcome.INVALID, Reason.PAYLOAD)


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff"])
def test_what_is_no_json_is_refused(payload: bytes) -> None:
    assert refusal(payload).reason == Reason.INVALID_JSON


def test_a_bad_environment_is_left_out() -> None:
    attrs = {"release": "1", "environment": "a/b"}
    assert report_of(read(update_payload(attrs=attrs))).environment == ""


@pytest.mark.parametrize(
    ("started", "timestamp", "is_taken"),
    [
        (-4.9 * 86_400, 0, True),
        (-5.1 * 86_400, 0, False),
        (0, 59, True),
        (0, 61, False),
        (61, 61, False),
        (-60, -120, True),
        (-60, -6 * 86_400, True),
    ],
    ids=[
        *("old", "too old", "just ahead", "from the future", "begins in the future"),
        *("ends before it begins", "ends long before it begins"),
    ],
)
def test_only_sessions_of_the_last_days_are_taken(
    started: float, timestamp: float, *, is_taken: bool
) -> None:
    now = NOW / clock.SECOND
    payload = update_payload(started=now + started, timestamp=now + timestamp)
    if is_taken:
        assert update_of(payload).hour == hour_of(NOW + round(started * clock.SECOND))
    else:
        assert refusal(payload).reason == Reason.TIMESTAMP


def test_a_wrong_clock_is_corrected() -> None:
    off = 8 * clock.DAY
    payload = update_payload(
        started=(NOW - off) / clock.SECOND - 60, timestamp=(NOW - off) / clock.SECOND
    )
    assert refusal(payload).reason == Reason.TIMESTAMP
    assert update_of(payload, sent_at=NOW - off).hour == hour_of(NOW - clock.MINUTE)


@pytest.mark.parametrize(
    ("filters", "attrs", "reason"),
    [
        (FilterSettings(releases="shop@0.*"), {"release": "shop@0.9"}, "release-version"),
        (FilterSettings(ip_addresses="10.0.0.0/8"), {"ip_address": "10.1.2.3"}, "ip-address"),
        (FilterSettings(ip_addresses="127.0.0.1"), {"ip_address": "{{auto}}"}, "ip-address"),
        (FilterSettings(ip_addresses="127.0.0.1"), {}, "ip-address"),
        (FilterSettings(ip_addresses="127.0.0.1"), {"ip_address": "nonsense"}, "ip-address"),
        (FilterSettings(web_crawlers=True), {"user_agent": "Googlebot/2.1"}, "web-crawlers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_projects_filters_hold(
    filters: FilterSettings, attrs: dict[str, str], reason: str
) -> None:
    payload = update_payload(attrs={"release": "shop@1.0.0"} | attrs)
    refused = refusal(payload, filters=filters)
    assert (refused.outcome, refused.reason) == (Outcome.FILTERED, reason)
    counted = {"aggregates": [bucket()], "attrs": payload["attrs"]}
    assert refusal(counted, filters=filters).reason == reason
    assert read(update_payload(), filters=FilterSettings(releases="shop@0.*")).records


def bucket(**changes: Any) -> dict[str, Any]:
    return {"started": NOW / clock.SECOND - 60, "exited": 5, "errored": 2} | changes


def aggregates(*buckets: Any) -> dict[str, Any]:
    return {"aggregates": list(buckets), "attrs": {"release": "shop@1.0.0"}}


def test_counted_sessions() -> None:
    payload = aggregates(bucket(abnormal=1, unhandled=3, crashed=4, did="ann"), bucket())
    first, second = report_of(read(payload)).buckets
    assert first.counts == SessionCounts(started=15, errored=10, crashed=4, abnormal=1, unhandled=3)
    assert first.user_key == user_key("did:ann")
    assert second.counts == SessionCounts(started=7, errored=2)
    assert second.hour == hour_of(NOW - clock.MINUTE)


@pytest.mark.parametrize(
    "bad",
    [
        bucket(exited=-1),
        bucket(exited=1.5),
        bucket(exited=1 << 32),
        bucket(started=None),
        bucket(started=NOW / clock.SECOND - 6 * 86_400),
        bucket(did=3),
        7,
    ],
)
def test_a_bad_count_is_refused_alone(bad: Any) -> None:
    reading = read(aggregates(bucket(), bad))
    assert [each.counts.started for each in report_of(reading).buckets] == [7]
    [refused] = reading.refused
    assert (refused.outcome, refused.quantities) == (Outcome.INVALID, ((5, 1),))
    assert refused.reason in (Reason.PAYLOAD, Reason.TIMESTAMP)
    assert read(aggregates(bad, bad)).refused == [refused, refused]


def test_counts_of_nothing_are_taken_and_not_kept() -> None:
    assert read(aggregates(bucket(exited=0, errored=0))) == Reading(records=[])
    assert read(aggregates()) == Reading(records=[])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = ("sid", "did", "seq", "timestamp", "started", "status", "errors", "attrs")


@given(st.sampled_from(MEMBERS), JSON.filter(lambda value: not _is_huge(value)))
def test_nothing_breaks_the_reader(name: str, value: Any) -> None:
    for payload in (update_payload(**{name: value}), aggregates(bucket(**{name: value}))):
        with suppress(Rejected):
            read(payload)


def _is_huge(value: Any) -> bool:
    """Beyond what JSON is written with here."""
    if isinstance(value, dict):
        return any(map(_is_huge, value.values()))
    if isinstance(value, list):
        return any(map(_is_huge, value))
    return isinstance(value, int) and not -(1 << 63) <= value < 1 << 64
