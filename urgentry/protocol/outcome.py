"""How a received item ends: outcomes, discard reasons, and the exception that carries both.

Stages raise `Rejected`; only the pipeline and the HTTP edge catch it. The pipeline settles the item
with outcome, reason and category; the edge turns status, detail and causes into the answer.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum

from urgentry.errors import UrgentryError
from urgentry.protocol.items import DataCategory
from urgentry.protocol.ratelimits import RateLimit, rate_limit_headers


class Outcome(IntEnum):
    """How an item ended. Sentry's ids."""

    ACCEPTED = 0
    FILTERED = 1
    RATE_LIMITED = 2
    INVALID = 3
    ABUSE = 4
    CLIENT_DISCARD = 5
    CARDINALITY_LIMITED = 6

    @property
    def wire_name(self) -> str:
        """The name in stats and metric labels: `rate_limited`."""
        return self.name.lower()


class Reason(StrEnum):
    """Why an item was refused. Sentry's words, then our own; `too_large` makes one per type."""

    DUPLICATE = "duplicate"
    PROJECT_ID = "project_id"
    AUTH_VERSION = "auth_version"
    AUTH_CLIENT = "auth_client"
    NO_DATA = "no_data"
    REQUEST_TOO_LARGE = "request_too_large"
    DISALLOWED_METHOD = "disallowed_method"
    CONTENT_TYPE = "content_type"
    MULTI_PROJECT_ID = "multi_project_id"
    MISSING_MINIDUMP_UPLOAD = "missing_minidump_upload"
    INVALID_MINIDUMP = "invalid_minidump"
    SECURITY_REPORT_TYPE = "security_report_type"
    SECURITY_REPORT = "security_report"
    CORS = "cors"
    INVALID_UNREAL_REPORT = "invalid_unreal_report"
    PROCESS_UNREAL = "process_unreal"
    INVALID_SIGNATURE = "invalid_signature"
    MISSING_SIGNATURE = "missing_signature"
    PAYLOAD = "payload"
    EMPTY_BODY = "empty_body"
    INVALID_BODY = "invalid_body"
    INVALID_JSON = "invalid_json"
    INVALID_MULTIPART = "invalid_multipart"
    INVALID_MSGPACK = "invalid_msgpack"
    INVALID_PROTO = "invalid_proto"
    INVALID_TRANSACTION = "invalid_transaction"
    INVALID_ENVELOPE = "invalid_envelope"
    INVALID_COMPRESSION = "invalid_compression"
    INVALID_EVENT_ID = "invalid_event_id"
    INTERNAL_ENVELOPE = "internal_envelope"
    QUEUE_FAILED = "queue_failed"
    TIMESTAMP = "timestamp"
    PROJECT_STATE = "project_state"
    PROJECT_STATE_PII = "project_state_pii"
    PROJECT_UNAVAILABLE = "project_unavailable"
    DUPLICATE_ITEM = "duplicate_item"
    NO_EVENT_PAYLOAD = "no_event_payload"
    INTERNAL = "internal"
    TRANSACTION_SAMPLED = "transaction_sampled"
    INVALID_REPLAY = "invalid_replay"
    INVALID_LOG = "invalid_log"
    INVALID_TRACE_METRIC = "invalid_trace_metric"
    INVALID_SPAN = "invalid_span"
    INVALID_PLACEHOLDER_ATTACHMENT = "invalid_placeholder_attachment"
    INVALID_TRACE_ATTACHMENT = "invalid_trace_attachment"
    INVALID_CHECK_IN = "invalid_check_in"
    FEATURE_DISABLED = "feature_disabled"
    MISSING_DSC = "missing_dsc"
    INVALID_DSC = "invalid_dsc"
    UPLOAD_FAILED = "upload_failed"
    NESTING_TOO_DEEP = "nesting_too_deep"

    UNKNOWN_ITEM_TYPE = "unknown_item_type"
    MONITOR_NOT_FOUND = "monitor_not_found"
    OVERLOAD = "overload"
    SPOOL_FULL = "spool_full"
    DISK_FULL = "disk_full"
    EVENT_NOT_STORED = "event_not_stored"
    CRASH_REPORT_LIMIT = "crash_report_limit"


LIMIT_REACHED = (
    "The event was not stored because a rate limit was reached; your application is not affected."
)


_SERVER_ERROR = 500
_OF_SERVER = frozenset({Reason.OVERLOAD, Reason.SPOOL_FULL, Reason.DISK_FULL})


class Rejected(UrgentryError):
    """An item, or with its envelope all of them, is refused: the fate is counted, never logged.

    `reason` is a `Reason`, `too_large(…)`, a filter's name or a quota's reason code. `category` is
    set where the stage knows it better than the item's own header. `status`, `detail` and `causes`
    are the HTTP answer when the whole request fails; `headers` go out with it, and what `limits`
    tell the client to hold back.
    """

    def __init__(
        self,
        outcome: Outcome,
        reason: str,
        *,
        category: DataCategory | None = None,
        status: int = 400,
        detail: str = "",
        causes: Sequence[str] = (),
        headers: Sequence[tuple[bytes, bytes]] = (),
        limits: Sequence[RateLimit] = (),
    ) -> None:
        super().__init__(detail or reason)
        self.outcome = outcome
        self.reason = reason
        self.category = category
        self.status = status
        self.detail = detail or reason
        self.causes = tuple(causes)
        self.limits = tuple(limits)
        self._headers = tuple(headers)

    @property
    def is_of_server(self) -> bool:
        """Whether the server cannot take it now, whatever it is and whoever sent it."""
        return self.status >= _SERVER_ERROR or self.reason in _OF_SERVER

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the answer carries."""
        return self.headers_with(())

    def headers_with(self, active: Iterable[RateLimit]) -> list[tuple[bytes, bytes]]:
        """The same, when these limits are in force besides."""
        limits = list(dict.fromkeys((*self.limits, *active)))
        given = {name for name, _ in self._headers}
        told = [header for header in rate_limit_headers(limits) if header[0] not in given]
        return [*self._headers, *told]


def too_large(kind: str) -> str:
    """The discard reason for an item of a type (for attachments `attachment:<kind>`)."""
    return f"too_large:{kind}"


def invalid(
    reason: str,
    detail: str = "",
    *,
    status: int = 400,
    causes: Sequence[str] = (),
    category: DataCategory | None = None,
) -> Rejected:
    """The client's mistake."""
    return Rejected(
        Outcome.INVALID, reason, status=status, detail=detail, causes=causes, category=category
    )


def filtered(reason: str, *, category: DataCategory | None = None) -> Rejected:
    """The project's filters do not want it; the client is told nothing of that."""
    return Rejected(Outcome.FILTERED, reason, status=200, category=category)


def overloaded(
    reason: Reason = Reason.OVERLOAD, *, retry_after_s: int = 60, status: int = 429
) -> Rejected:
    """We cannot take it now (`OVERLOAD`, `SPOOL_FULL`, `DISK_FULL`): the client may come back."""
    limit = RateLimit(retry_after_s=max(1, retry_after_s), reason_code=reason)
    return Rejected(
        Outcome.RATE_LIMITED,
        reason,
        status=status,
        detail=LIMIT_REACHED,
        limits=[limit],
    )
