"""`session` and `sessions` items: how a release fares, one session at a time or counted by the SDK.

A session that is older than five days, or from the future, is not taken: its state is not kept any
longer than that, so it could count twice.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

import msgspec
import orjson

from urgentry import clock
from urgentry.domain.event import day_of, hour_of, user_key
from urgentry.domain.session import (
    KEPT_OPEN,
    Final,
    SessionBucket,
    SessionCounts,
    SessionReport,
    SessionState,
    SessionUpdate,
    Unresponsive,
)
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.filters import filter_event
from urgentry.ingest.normalize.drift import clock_drift
from urgentry.ingest.normalize.limits import SECONDS_IN_FUTURE
from urgentry.ingest.normalize.release import environment_of, release_of
from urgentry.ingest.reading import Reading, Refused
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.event_id import new_event_id, parse_event_id
from urgentry.protocol.items import DataCategory
from urgentry.protocol.outcome import Reason, Rejected, invalid
from urgentry.protocol.timestamps import parse_timestamp

AUTO = "{{auto}}"
_COUNTED = ((DataCategory.SESSION, 1),)
_MAX_SEQ = (1 << 63) - 1
_MAX_COUNT = (1 << 32) - 1
_FINALS = {"crashed": Final.CRASHED, "abnormal": Final.ABNORMAL}
_UNRESPONSIVE = {
    "anr_background": Unresponsive.BACKGROUND,
    "anr_foreground": Unresponsive.FOREGROUND,
}


class _Attributes(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of all sessions of an item."""

    release: str
    environment: str
    client_ip: str | None
    user_agent: str | None


def read(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """One update of one session."""
    payload = _object(item)
    attributes = _attributes(payload, receipt)
    update = _update(payload, receipt, clock_drift(receipt.received, envelope.sent_at))
    _filter(attributes, receipt)
    return Reading(records=[_report(receipt, attributes, update=update)])


def read_aggregates(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """Sessions that the SDK counted. A count that makes no sense is refused alone."""
    payload = _object(item)
    attributes = _attributes(payload, receipt)
    drift = clock_drift(receipt.received, envelope.sent_at)
    buckets: list[SessionBucket] = []
    refused: list[Rejected] = []
    for aggregate in _list(payload.get("aggregates")):
        try:
            buckets.append(_bucket(aggregate, receipt, drift))
        except Rejected as rejected:
            refused.append(rejected)
    if buckets:
        _filter(attributes, receipt)
    told = tuple(bucket for bucket in buckets if bucket.counts.started)
    return Reading(
        records=[_report(receipt, attributes, buckets=told)] if told else [],
        refused=[
            Refused(outcome=one.outcome, reason=one.reason, quantities=_COUNTED) for one in refused
        ],
    )


def _object(item: Item) -> Mapping[str, Any]:
    try:
        payload = orjson.loads(item.view)
    except orjson.JSONDecodeError as error:
        raise invalid(Reason.INVALID_JSON, "invalid session") from error
    return _mapping(payload)


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _unfit("a session is an object")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _unfit("aggregates are a list")
    return value


def _unfit(detail: str) -> Rejected:
    return invalid(Reason.PAYLOAD, f"invalid session: {detail}")


def _attributes(payload: Mapping[str, Any], receipt: Receipt) -> _Attributes:
    """Without a release that can be one, a session is of no use."""
    given = _mapping(payload.get("attrs"))
    release = release_of(given.get("release"))
    if release is None:
        raise _unfit("it has no release")
    return _Attributes(
        release=release,
        environment=environment_of(given.get("environment")) or "",
        client_ip=_address(given.get("ip_address"), receipt.client_ip),
        user_agent=_agent(given.get("user_agent")) or receipt.user_agent,
    )


def _address(given: Any, client_ip: str | None) -> str | None:
    """Whose session it is: what the item says, else who sent it."""
    if not isinstance(given, str) or given == AUTO:
        return client_ip
    try:
        return str(ip_address(given))
    except ValueError:
        return client_ip


def _agent(given: Any) -> str | None:
    return given if isinstance(given, str) else None


def _filter(attributes: _Attributes, receipt: Receipt) -> None:
    """The filters that a project has for events hold for its sessions too, as far as they apply."""
    agent = attributes.user_agent
    told = {
        "type": "session",
        "release": attributes.release,
        "environment": attributes.environment,
        "request": {"headers": [["User-Agent", agent]] if agent else []},
    }
    filter_event(told, receipt.scope.filters, client_ip=attributes.client_ip)


def _update(payload: Mapping[str, Any], receipt: Receipt, drift: int) -> SessionUpdate:
    received = receipt.received
    started = _started(payload, received, drift)
    at = parse_timestamp(payload.get("timestamp"))
    _check_age(received if at is None else max(at + drift, started), received)
    return SessionUpdate(
        sid=_sid(payload.get("sid")),
        hour=hour_of(started),
        expires_day=day_of(started + KEPT_OPEN) + 1,
        state=_state(payload, received),
        user_key=_user(payload.get("did")),
    )


def _started(payload: Mapping[str, Any], received: int, drift: int) -> int:
    at = parse_timestamp(payload.get("started"))
    if at is None:
        raise _unfit("it does not say when it began")
    _check_age(at + drift, received)
    return at + drift


def _check_age(at: int, received: int) -> None:
    if not received - KEPT_OPEN <= at <= received + SECONDS_IN_FUTURE * clock.SECOND:
        raise invalid(Reason.TIMESTAMP, "the session is too old, or from the future")


def _sid(given: Any) -> bytes:
    """A session without an id is one of its own."""
    if given is None:
        return new_event_id()
    sid = parse_event_id(given)
    if sid is None:
        raise _unfit("its id is no UUID")
    return sid


def _state(payload: Mapping[str, Any], received: int) -> SessionState:
    status = payload.get("status", "ok")
    if not isinstance(status, str):
        raise _unfit("its status is no text")
    errors, seq = _count(payload, "errors"), _seq(payload, received)
    final = _FINALS.get(status, Final.NONE)
    return SessionState(
        is_errored=errors > 0 or status == "errored" or final is not Final.NONE,
        is_unhandled=status == "unhandled",
        final=final,
        final_seq=seq if final is not Final.NONE else 0,
        unresponsive=_unresponsive(payload.get("abnormal_mechanism")),
    )


def _unresponsive(mechanism: Any) -> Unresponsive:
    if not isinstance(mechanism, str):
        return Unresponsive.NO
    return _UNRESPONSIVE.get(mechanism, Unresponsive.NO)


def _seq(payload: Mapping[str, Any], received: int) -> int:
    """The number of an update among those of its session: a client that does not count says, in
    milliseconds, that it came now."""
    given = payload.get("seq")
    if given is None:
        return received // 1000
    if type(given) is not int or given < 0:
        raise _unfit("seq is no number")
    return min(given, _MAX_SEQ)


def _user(did: Any) -> int | None:
    if did is None or did == "":
        return None
    if not isinstance(did, str):
        raise _unfit("did is no text")
    return user_key(f"did:{did}")


def _bucket(aggregate: Any, receipt: Receipt, drift: int) -> SessionBucket:
    told = _mapping(aggregate)
    started = _started(told, receipt.received, drift)
    names = ("exited", "errored", "abnormal", "unhandled", "crashed")
    exited, errored, abnormal, unhandled, crashed = (_count(told, name) for name in names)
    bad = errored + abnormal + unhandled + crashed
    return SessionBucket(
        hour=hour_of(started),
        counts=SessionCounts(
            started=exited + bad,
            errored=bad,
            crashed=crashed,
            abnormal=abnormal,
            unhandled=unhandled,
        ),
        user_key=_user(told.get("did")),
    )


def _count(told: Mapping[str, Any], name: str) -> int:
    given = told.get(name)
    if given is None:
        return 0
    if type(given) is not int or not 0 <= given <= _MAX_COUNT:
        raise _unfit(f"{name} is no count")
    return given


def _report(receipt: Receipt, attributes: _Attributes, **told: Any) -> SessionReport:
    scope = receipt.scope
    return SessionReport(
        organization_id=scope.organization_id,
        project_id=scope.project_id,
        key_id=scope.key_id,
        received=receipt.received,
        retention_days=scope.retention_days,
        counted=_COUNTED,
        release=attributes.release,
        environment=attributes.environment,
        **told,
    )
