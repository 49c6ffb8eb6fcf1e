"""The slices of `event_id` that may hold an event: each UTC day of the longest retention."""

from urgentry.domain.event import RETENTION_DAYS, day_of

EVENT_ID_BYTES = 16
_RECENT_DAYS = 8


def expiry_days(now: int) -> range:
    """The days of expiry of all that is kept."""
    today = day_of(now)
    return range(today + 1, today + RETENTION_DAYS[-1] + 2)


def event_id_slices(now: int) -> str:
    """All slices as a JSON list, newest first; tomorrow's too, as replicas' clocks differ."""
    today = day_of(now)
    return _listed(range(today + 1, today - RETENTION_DAYS[-1] - 1, -1))


def event_id_slices_in_turn(now: int) -> tuple[str, str]:
    """The same in two parts, of which the first holds nearly every event that is looked for."""
    today = day_of(now)
    oldest_recent = today - _RECENT_DAYS
    return (
        _listed(range(today + 1, oldest_recent - 1, -1)),
        _listed(range(oldest_recent - 1, today - RETENTION_DAYS[-1] - 1, -1)),
    )


def _listed(days: range) -> str:
    return f"[{','.join(map(str, days))}]"
