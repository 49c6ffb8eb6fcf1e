"""Sessions for tests of what happens after they are read."""

import secrets
from typing import Any

from urgentry import clock
from urgentry.domain.event import day_of, hour_of, user_key
from urgentry.domain.session import (
    KEPT_OPEN,
    SessionBucket,
    SessionReport,
    SessionState,
    SessionUpdate,
)


def session_report(
    *,
    sid: bytes | None = None,
    state: SessionState | None = None,
    user: str | None = None,
    hour: int | None = None,
    buckets: tuple[SessionBucket, ...] = (),
    **changes: Any,
) -> SessionReport:
    """An update of a session of organization 1, project 1, that began in this hour; or sessions
    that a client counted."""
    began = hour_of(clock.now()) if hour is None else hour
    values: dict[str, Any] = {
        "organization_id": 1,
        "project_id": 1,
        "key_id": 1,
        "received": clock.now(),
        "retention_days": 90,
        "counted": ((5, 1),),
        "release": "shop@1.0.0",
        "environment": "production",
    }
    update = SessionUpdate(
        sid=sid or secrets.token_bytes(16),
        hour=began,
        expires_day=day_of(began * clock.HOUR + KEPT_OPEN) + 1,
        state=state or SessionState(),
        user_key=user_key(f"did:{user}") if user else None,
    )
    told: dict[str, Any] = {"buckets": buckets} if buckets else {"update": update}
    return SessionReport(**(values | told | changes))
