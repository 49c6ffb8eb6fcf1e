"""What kinds of issues there are: errors, what people say, and what the server finds out by itself.

Slugs, categories and numbers are those of Sentry's API.
"""

from typing import Final

import msgspec

from urgentry.domain.feedback import FEEDBACK_TYPE

GENERIC_TYPE: Final = "generic"
"""What the API calls the type of an event that the server made."""


class IssueKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of issue."""

    slug: str
    category: str
    number: int
    title: str = ""
    """How an issue of this kind is called; empty where its events say so."""

    @property
    def is_found(self) -> bool:
        """Whether the server found it out: no client sends events of this kind, and the slug is the
        type of those that it makes."""
        return bool(self.title)


ERROR: Final = IssueKind(slug="error", category="error", number=1)
FEEDBACK: Final = IssueKind(slug=FEEDBACK_TYPE, category="feedback", number=6001)
SLOW_DB_QUERY: Final = IssueKind(
    slug="performance_slow_db_query",
    category="performance",
    number=1001,
    title="Slow DB query",
)
N_PLUS_ONE: Final = IssueKind(
    slug="performance_n_plus_one_db_queries",
    category="performance",
    number=1006,
    title="N+1 query",
)
CONSECUTIVE_HTTP: Final = IssueKind(
    slug="performance_consecutive_http",
    category="performance",
    number=1009,
    title="Consecutive HTTP",
)
LARGE_HTTP_PAYLOAD: Final = IssueKind(
    slug="performance_large_http_payload",
    category="performance",
    number=1015,
    title="Large HTTP payload",
)
MONITOR_FAILURE: Final = IssueKind(
    slug="monitor_check_in_failure", category="cron", number=4001, title="Monitor failure"
)
FOUND_KINDS: Final = (
    *(SLOW_DB_QUERY, N_PLUS_ONE, CONSECUTIVE_HTTP, LARGE_HTTP_PAYLOAD),
    MONITOR_FAILURE,
)
"""Those that the server finds out."""
_BY_TYPE: Final = {kind.slug: kind for kind in (FEEDBACK, *FOUND_KINDS)}


def kind_of(event_type: str) -> IssueKind:
    """The kind of issue that events of a type make; whatever is nothing else is an error."""
    return _BY_TYPE.get(event_type, ERROR)


def told_type(event_type: str) -> str:
    """The type of an event as the API tells it."""
    return GENERIC_TYPE if kind_of(event_type).is_found else event_type
