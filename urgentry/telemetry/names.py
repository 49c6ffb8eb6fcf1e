"""Under what names signals say what every span, log or metric has, and what a block knows of each.

Names that begin with `sentry.` are those that SDKs send themselves; those that begin with `@` are
no attributes but parts of the signal.
"""

OP = "sentry.op"
DESCRIPTION = "sentry.description"
DURATION_MS = "sentry.duration_ms"
EXCLUSIVE_MS = "sentry.exclusive_time_ms"
STATUS = "sentry.status"
ORIGIN = "sentry.origin"
SPAN_KIND = "sentry.kind"
IS_SEGMENT = "sentry.is_segment"
SEGMENT_NAME = "sentry.segment.name"
SEGMENT_ID = "sentry.segment.id"
"""As clients send it; a signal has it as a part of its own."""
NAME = "sentry.name"
SOURCE = "sentry.segment.name.source"
SAMPLE_RATE = "sentry.client_sample_rate"
LINKS = "sentry.links"
ENVIRONMENT = "sentry.environment"
RELEASE = "sentry.release"
DIST = "sentry.dist"
PLATFORM = "sentry.platform"
SDK_NAME = "sentry.sdk.name"
SDK_VERSION = "sentry.sdk.version"
USER = "sentry.user"
EVENT_ID = "sentry.event_id"
PROFILE_ID = "sentry.profile_id"
PROFILER_ID = "sentry.profiler_id"
REPLAY_ID = "sentry.replay_id"

BODY = "sentry.body"
SEVERITY = "sentry.severity_text"
SEVERITY_NUMBER = "sentry.severity_number"
SEQUENCE = "sentry.timestamp.sequence"
OBSERVED = "sentry.observed_timestamp_nanos"

METRIC_NAME = "sentry.metric_name"
METRIC_TYPE = "sentry.metric_type"
METRIC_UNIT = "sentry.metric_unit"
METRIC_VALUE = "sentry.value"

AT = "@at"
ROW = "@id"
TRACE = "@trace"
SPAN = "@span"
PARENT = "@parent"
SEGMENT = "@segment"
PROJECT = "@project"

NEVER_ASKED_FOR = frozenset({BODY, DURATION_MS, EXCLUSIVE_MS, SEQUENCE, OBSERVED, METRIC_VALUE})
"""Nearly every signal has another value, and who looks for one looks for a part or a span of it:
their values are in no Bloom filter."""
