"""The slices of `event_id` that may hold an event: each UTC day of the longest retention."""

from urgentry.domain.event import RETENTION_DAYS, day_of

EVENT_ID_BYTES = 16


def event_id_slices(now: int) -> str:
    """The slices as a JSON list, newest first; tomorrow's too, as replicas' clocks differ."""
    today = day_of(now)
    days = range(today + 1, today - RETENTION_DAYS[-1] - 1, -1)
    return f"[{','.join(map(str, days))}]"
