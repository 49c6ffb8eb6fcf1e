"""What is known of an event beside its payload: who sent it, with what, and when it came."""

import msgspec


class NormalizeContext(msgspec.Struct, frozen=True, kw_only=True):
    """All times are microseconds since the epoch; `sdk_client` is `sentry_client` of the auth."""

    event_id: str
    project_id: int
    key_id: str
    received: int
    sent_at: int | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    sdk_client: str | None = None
