"""What is known of an event beside its payload: who sent it, with what, and when it came."""

from collections.abc import Callable

import msgspec

FindPlace = Callable[[str], dict[str, str] | None]
"""The place of an address, with the members of `user.geo`; None where it is not known."""


class NormalizeContext(msgspec.Struct, frozen=True, kw_only=True):
    """All times are microseconds since the epoch; `sdk_client` is `sentry_client` of the auth.

    `user_agent` and `client_hints`, pairs of a header's name and value, are of the request that
    brought the event; `replay_id` is the one that the envelope's trace header names.
    """

    event_id: str
    project_id: int
    key_id: str
    received: int
    sent_at: int | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    client_hints: tuple[tuple[str, str], ...] = ()
    sdk_client: str | None = None
    replay_id: str | None = None
    find_place: FindPlace | None = None
