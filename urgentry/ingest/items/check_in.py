"""A `check_in` item: a run of a scheduled job has begun or ended (spec §6.9)."""

from math import isfinite
from typing import Any

import msgspec

from urgentry.domain.monitor import (
    DEFAULT_ENVIRONMENT,
    MAX_ENVIRONMENT,
    MOST_MINUTES,
    MOST_THRESHOLD,
    STATUS_BY_NAME,
    CheckInRecord,
    CheckInStatus,
    MonitorConfig,
    monitor_slug,
)
from urgentry.domain.schedule import read_schedule, read_timezone
from urgentry.ingest.envelope import Envelope, Item
from urgentry.ingest.reading import Reading
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.event_id import parse_event_id
from urgentry.protocol.items import DataCategory, ItemType
from urgentry.protocol.outcome import Reason, Rejected, invalid

_COUNTED = ((DataCategory.MONITOR, 1),)
_NIL = bytes(16)
_MOST_SECONDS = 10**9


class _CheckIn(msgspec.Struct):
    check_in_id: Any = None
    monitor_slug: Any = None
    status: Any = None
    duration: Any = None
    environment: Any = None
    contexts: Any = None
    monitor_config: Any = None


_DECODER = msgspec.json.Decoder(_CheckIn)


def read(item: Item, receipt: Receipt, envelope: Envelope) -> Reading:
    """The check-in; only the first of an envelope counts."""
    first = next(each for each in envelope.items if each.type == ItemType.CHECK_IN)
    if item is not first:
        raise invalid(Reason.DUPLICATE_ITEM, "an envelope has one check-in")
    try:
        given = _DECODER.decode(item.view)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise invalid(Reason.INVALID_JSON, "invalid check-in") from error
    return Reading(
        records=[
            CheckInRecord(
                organization_id=receipt.scope.organization_id,
                project_id=receipt.scope.project_id,
                key_id=receipt.scope.key_id,
                received=receipt.received,
                retention_days=receipt.scope.retention_days,
                counted=_COUNTED,
                slug=_slug(given.monitor_slug),
                environment=_environment(given.environment),
                status=_status(given.status),
                check_in_id=_id(given.check_in_id),
                duration_ms=_milliseconds(given.duration),
                trace_id=_trace_id(given.contexts),
                config=_config(given.monitor_config),
            )
        ]
    )


def _unfit(detail: str) -> Rejected:
    return invalid(Reason.INVALID_CHECK_IN, f"invalid check-in: {detail}")


def _slug(value: Any) -> str:
    slug = monitor_slug(value) if isinstance(value, str) else ""
    if not slug:
        raise _unfit("it names no monitor")
    return slug


def _environment(value: Any) -> str:
    if value is None or value == "":
        return DEFAULT_ENVIRONMENT
    if not isinstance(value, str) or len(value) > MAX_ENVIRONMENT:
        raise _unfit(f"an environment has at most {MAX_ENVIRONMENT} characters")
    return value.replace("\x00", "")


def _status(value: Any) -> CheckInStatus:
    if not isinstance(value, str):
        raise _unfit("it has no status")
    return STATUS_BY_NAME.get(value, CheckInStatus.UNKNOWN)


def _id(value: Any) -> bytes | None:
    """None, as for an id of zeros, means the run that is in progress."""
    if value is None:
        return None
    check_in_id = parse_event_id(value)
    if check_in_id is None:
        raise _unfit("its id is no UUID")
    return None if check_in_id == _NIL else check_in_id


def _milliseconds(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is not int and not (isinstance(value, float) and isfinite(value)):
        raise _unfit("a duration is a number of seconds")
    return round(min(max(value, 0), _MOST_SECONDS) * 1000)


def _trace_id(contexts: Any) -> bytes | None:
    trace = contexts.get("trace") if isinstance(contexts, dict) else None
    return parse_event_id(trace.get("trace_id")) if isinstance(trace, dict) else None


def _config(value: Any) -> MonitorConfig | None:
    """A configuration that makes no sense costs itself, not the check-in."""
    if not isinstance(value, dict):
        return None
    try:
        return _read_config(value)
    except ValueError:
        return None


def _read_config(given: dict[str, Any]) -> MonitorConfig:
    schedule = given.get("schedule")
    if not isinstance(schedule, dict):
        raise ValueError("A schedule is an object.")  # noqa: TRY004 - it is the client's value
    return MonitorConfig(
        schedule=read_schedule(schedule.get("type"), schedule.get("value"), schedule.get("unit")),
        timezone=read_timezone(given.get("timezone") or "UTC"),
        checkin_margin=_number(given.get("checkin_margin"), MOST_MINUTES),
        max_runtime=_number(given.get("max_runtime"), MOST_MINUTES),
        failure_issue_threshold=_number(given.get("failure_issue_threshold"), MOST_THRESHOLD),
        recovery_threshold=_number(given.get("recovery_threshold"), MOST_THRESHOLD),
    )


def _number(value: Any, most: int) -> int | None:
    return value if type(value) is int and 1 <= value <= most else None
