"""The page of everything that can be sent: endpoints, item types, their limits, why something is
refused, and where what was kept is read. `generated_pages` writes it; what it says of reading,
`tests/server/ingest/test_reference.py` tries.
"""

import inspect
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scripts.reasons import OPEN, reasons_of
from urgentry.domain.attachment import MAX_NAME_CHARS
from urgentry.domain.client_report import MAX_REASON_CHARS, MAX_REASONS
from urgentry.domain.feedback import MAX_COMMENT_CHARS
from urgentry.domain.filters import Filter
from urgentry.domain.monitor import MAX_ENVIRONMENT, MAX_SLUG
from urgentry.domain.profile import MAX_SECONDS
from urgentry.domain.quotas import REASONS as QUOTA_REASONS
from urgentry.domain.quotas import SPIKE_REASON
from urgentry.domain.replay import MAX_LISTED
from urgentry.ingest.edge import IngestEdge
from urgentry.ingest.endpoints.base import Endpoint
from urgentry.ingest.endpoints.table import ENDPOINTS
from urgentry.ingest.intake import Intake
from urgentry.ingest.items.user_report import MAX_BYTES as MAX_REPORT_BYTES
from urgentry.ingest.keeping import Keeper
from urgentry.ingest.multipart import MAX_PARTS
from urgentry.ingest.native.assemble import assemble
from urgentry.ingest.native.minidump import MAX_MODULES, MAX_THREADS
from urgentry.ingest.normalize.limits import MAX_NESTING
from urgentry.ingest.overflow import Overflow
from urgentry.ingest.pipeline import Pipeline
from urgentry.ingest.readers import READERS
from urgentry.ingest.signals.values import (
    MAX_BODY_CHARS,
    MAX_TEXT_CHARS,
    MOST_ATTRIBUTES,
)
from urgentry.ingest.signals.values import (
    MAX_NAME_CHARS as MAX_ATTRIBUTE_NAME_CHARS,
)
from urgentry.ingest.spool.drain import Drain
from urgentry.ingest.spool.spool import Spool
from urgentry.ingest.unpack import MAX_STACKED, UnpackLimits
from urgentry.otlp.endpoints import OWN_ENDPOINTS
from urgentry.otlp.items import with_exports
from urgentry.protocol.items import DataCategory, ItemType, quantities
from urgentry.protocol.limits import KIB, MAX_HEADER_BYTES, MAX_ITEMS, MIB, SIZE_CLASSES, SizeClass
from urgentry.protocol.outcome import Reason

EVENT = "/projects/{organization}/{project}/events/{event}/"
EVENT_PAGE = "/{organization}/issues/{issue}/events/{event}/"
ISSUES = "/organizations/{organization}/issues/"
ISSUE_PAGE = "/{organization}/issues/{issue}/"
FEEDBACK = "/projects/{organization}/{project}/user-feedback/"
SESSIONS = "/organizations/{organization}/sessions/"
RELEASE_PAGE = "/{organization}/releases/{version}/"
SIGNALS = "/organizations/{organization}/events/"
TRACE = "/organizations/{organization}/trace/{trace}/"
REPLAY = "/projects/{organization}/{project}/replays/{replay}/"


@dataclass(frozen=True, slots=True)
class Place:
    """Where what an item brought is read: operations of the web API, and pages."""

    api: tuple[str, ...]
    pages: tuple[str, ...] = ()


PLACES: Mapping[ItemType, Place] = {
    ItemType.EVENT: Place((EVENT,), (EVENT_PAGE,)),
    ItemType.TRANSACTION: Place((EVENT, TRACE)),
    ItemType.SECURITY: Place((EVENT,), (EVENT_PAGE,)),
    ItemType.RAW_SECURITY: Place((EVENT,), (EVENT_PAGE,)),
    ItemType.ATTACHMENT: Place(
        (EVENT + "attachments/", EVENT + "attachments/{attachment}/"),
        ("/{organization}/projects/{project}/events/{event}/attachments/{attachment}/",),
    ),
    ItemType.USER_REPORT: Place((FEEDBACK, ISSUES), (ISSUE_PAGE,)),
    ItemType.FEEDBACK: Place((ISSUES, EVENT), (ISSUE_PAGE,)),
    ItemType.SESSION: Place((SESSIONS,), (RELEASE_PAGE,)),
    ItemType.SESSIONS: Place((SESSIONS,), (RELEASE_PAGE,)),
    ItemType.CLIENT_REPORT: Place(
        ("/organizations/{organization}/stats_v2/",), ("/{organization}/stats/",)
    ),
    ItemType.PROFILE: Place(
        ("/projects/{organization}/{project}/profiling/profiles/{profile}/",),
    ),
    ItemType.PROFILE_CHUNK: Place(("/organizations/{organization}/profiling/chunks/",)),
    ItemType.REPLAY_EVENT: Place(("/organizations/{organization}/replays/{replay}/",)),
    ItemType.REPLAY_RECORDING: Place(
        (REPLAY + "recording-segments/", REPLAY + "recording-segments/{segment}/")
    ),
    ItemType.REPLAY_VIDEO: Place((REPLAY + "videos/{segment}/",)),
    ItemType.CHECK_IN: Place(
        ("/organizations/{organization}/monitors/{monitor}/checkins/",),
    ),
    ItemType.LOG: Place((SIGNALS,)),
    ItemType.TRACE_METRIC: Place((SIGNALS,)),
    ItemType.SPAN: Place((SIGNALS, TRACE)),
}

_ATTRIBUTES = (
    f"{MOST_ATTRIBUTES} attributes; names {MAX_ATTRIBUTE_NAME_CHARS}, "
    f"texts {MAX_TEXT_CHARS:,} characters"
)
_AS_EVENTS = f"nesting {MAX_NESTING}; [what is trimmed](normalization.md)"
WITHIN: Mapping[ItemType, str] = {
    ItemType.EVENT: _AS_EVENTS,
    ItemType.TRANSACTION: _AS_EVENTS,
    ItemType.SECURITY: _AS_EVENTS,
    ItemType.RAW_SECURITY: _AS_EVENTS,
    ItemType.FEEDBACK: f"the message {MAX_COMMENT_CHARS:,} characters",
    ItemType.USER_REPORT: f"{MAX_REPORT_BYTES >> 10} KiB",
    ItemType.ATTACHMENT: (
        f"the name {MAX_NAME_CHARS} characters; of a minidump {MAX_THREADS} threads and "
        f"{MAX_MODULES:,} modules are read"
    ),
    ItemType.CLIENT_REPORT: f"reasons {MAX_REASON_CHARS} characters, {MAX_REASONS} of a project",
    ItemType.CHECK_IN: f"the slug {MAX_SLUG}, the environment {MAX_ENVIRONMENT} characters",
    ItemType.PROFILE: f"{MAX_SECONDS[0]} s",
    ItemType.PROFILE_CHUNK: f"{MAX_SECONDS[1]} s",
    ItemType.REPLAY_EVENT: f"{MAX_LISTED} URLs, errors and traces of a replay",
    ItemType.LOG: f"{_ATTRIBUTES}; the body {MAX_BODY_CHARS:,}",
    ItemType.TRACE_METRIC: _ATTRIBUTES,
    ItemType.SPAN: _ATTRIBUTES,
}

MEANINGS: Mapping[Reason, str] = {
    Reason.DUPLICATE: "what has this id was kept before",
    Reason.PROJECT_ID: "no project of that id, or not that of the key",
    Reason.AUTH_VERSION: "a protocol version that does not exist",
    Reason.AUTH_CLIENT: "no key, or one that cannot be",
    Reason.NO_DATA: "what makes it one is missing",
    Reason.REQUEST_TOO_LARGE: "the body, as sent or unpacked",
    Reason.DISALLOWED_METHOD: "the endpoint does not take the method",
    Reason.CONTENT_TYPE: "a content type or coding that the endpoint does not take",
    Reason.MISSING_MINIDUMP_UPLOAD: "the form has no dump",
    Reason.INVALID_MINIDUMP: "what stands for the dump is none",
    Reason.SECURITY_REPORT_TYPE: "no known kind of report",
    Reason.SECURITY_REPORT: "the report lacks what its kind needs",
    Reason.CORS: "the project does not take data from that website",
    Reason.INVALID_UNREAL_REPORT: "the packed report cannot be read",
    Reason.PAYLOAD: "a value that it cannot have",
    Reason.EMPTY_BODY: "nothing was sent",
    Reason.INVALID_BODY: "the body broke off, took too long, or is no form",
    Reason.INVALID_JSON: "not JSON, or not of the form that it should have",
    Reason.INVALID_MULTIPART: "the form cannot be taken apart",
    Reason.INVALID_MSGPACK: "the packed event of a native SDK cannot be read",
    Reason.INVALID_PROTO: "no protocol buffer of that message",
    Reason.INVALID_TRANSACTION: "no times, no trace, or no span of its own",
    Reason.INVALID_ENVELOPE: "the envelope's framing or header, or too many items",
    Reason.INVALID_COMPRESSION: "the packed body is broken",
    Reason.INVALID_EVENT_ID: "it needs the id of an event and names none",
    Reason.INTERNAL_ENVELOPE: "items that only Sentry's own servers send each other",
    Reason.TIMESTAMP: "too old, or in the future",
    Reason.PROJECT_STATE_PII: "the project's scrubbing rules cannot be read",
    Reason.PROJECT_UNAVAILABLE: "the database and the spool were away; clients send again",
    Reason.DUPLICATE_ITEM: "an envelope has one of these, or the item is no container",
    Reason.INTERNAL: "a bug of the server, which its log tells",
    Reason.INVALID_TRACE_METRIC: "a name, a kind or a value that a metric cannot have",
    Reason.INVALID_SPAN: "it ends before it begins",
    Reason.INVALID_PLACEHOLDER_ATTACHMENT: "it stands for a file that was uploaded elsewhere",
    Reason.INVALID_TRACE_ATTACHMENT: "it belongs to a trace and no event",
    Reason.INVALID_CHECK_IN: "no slug, no status, or a value that it cannot have",
    Reason.FEATURE_DISABLED: "a known type that is not stored",
    Reason.MISSING_DSC: "the envelope does not name the trace of its spans",
    Reason.INVALID_DSC: "a span is of another trace than its envelope says",
    Reason.UPLOAD_FAILED: "the store of blobs was away; clients send again",
    Reason.NESTING_TOO_DEEP: "objects in objects in objects",
    Reason.UNKNOWN_ITEM_TYPE: "the type does not exist",
    Reason.MONITOR_NOT_FOUND: "no monitor of that slug, and no configuration to make one of",
    Reason.OVERLOAD: "more at once than memory allows; clients send again",
    Reason.SPOOL_FULL: "the database is away and the spool full; clients send again",
    Reason.DISK_FULL: "no room on the disk or in the database; clients send again",
    Reason.EVENT_NOT_STORED: "the event that it belongs to was not kept",
    Reason.CRASH_REPORT_LIMIT: "the project keeps as many as it wants of this issue's",
}

_HEAD = f"""\
# What can be sent

Every endpoint and every type of item, how much of it is taken, what it counts as, why it is
refused, and where it is read. This page is written by `scripts/docs`.

Everything received ends in one outcome: accepted, filtered, rate limited, invalid, or dropped by
the client. [The statistics](operations.md) and `/metrics` tell which, and why.

An envelope has up to {MAX_ITEMS} items; each header line is up to {MAX_HEADER_BYTES >> 10} KiB. A
body may be packed with gzip, deflate, br or zstd, up to {MAX_STACKED} codings one on the other, of
which none may make more than {UnpackLimits().ratio} times its input once it makes more than
{UnpackLimits().free_bytes >> 20} MiB. A form has up to {MAX_PARTS} parts. The loader for browsers,
`/js-sdk-loader/{{{{key}}}}.min.js`, takes nothing; [how to use it](../how-to/loader.md).

- Any request can be refused for {{request}}.
- Any item can be refused for {{item}}.
- Where a limit is reached, its name is the reason: {{limits}}.

## Endpoints

All are on the main port; those with `otlp` or `/v1/` are on the port of OTLP too, or only there.

| Path | Methods | Takes | Largest body | Fails as | Refused for |
|---|---|---|---|---|---|
"""

_ITEMS_HEAD = """
## Item types

*One* is the largest single item; of containers, the average of what it holds. *Together* is how
many an envelope has, and how many bytes of them; *shared*: with the other types of the same limits.
More is refused with 413, for `too_large:` and the type. Paths of the API are below `/api/0`.

| Type | Counts as | One | Together | Within | Refused for | API | Page |
|---|---|---|---|---|---|---|---|
"""

_REASONS_HEAD = """
## Reasons

| Reason | Why |
|---|---|
"""

_GENERAL_PARTS = (Intake, Pipeline, Keeper, Spool, Drain)
_GROUP = re.compile(r"\(\?P<(\w+)>\)")
_CHOICE = re.compile(r"\(\?:([^()]*)\)(\??)")


def ingest_page() -> str:
    """The whole page."""
    general = _general_reasons()
    request = _request_reasons() - general
    head = _HEAD.format(
        request=_told(request),
        item=_told(general),
        limits=_listed([*QUOTA_REASONS.values(), SPIKE_REASON]),
    )
    return "".join(
        (
            head,
            *(_endpoint_row(each, request) for each in every_endpoint()),
            _ITEMS_HEAD,
            *(_item_row(each, general) for each in ItemType),
            _REASONS_HEAD,
            *(f"| `{reason}` | {meaning} |\n" for reason, meaning in MEANINGS.items()),
            "| `profiling_…`, `invalid_replay_…` | what is wrong with a profile or a replay |\n",
            f"| {_listed(Filter)} | [a filter](../how-to/filters.md) of the project |\n",
        )
    )


def every_endpoint() -> list[Endpoint]:
    """Those of both ports, each once."""
    return [*ENDPOINTS, *OWN_ENDPOINTS]


def reasons_given() -> frozenset[str]:
    """Every reason that the program can give."""
    roots = (*map(type, every_endpoint()), *with_exports(READERS).values(), Overflow)
    return reasons_of(roots) | _request_reasons() | _general_reasons()


def _request_reasons() -> frozenset[str]:
    return reasons_of((IngestEdge, Endpoint))


def _general_reasons() -> frozenset[str]:
    own_kinds = reasons_of(READERS.values())
    return reasons_of(_GENERAL_PARTS) - own_kinds | {Reason.INTERNAL}


def _endpoint_row(endpoint: Endpoint, general: frozenset[str]) -> str:
    reasons = reasons_of((type(endpoint), assemble)) - general
    cells = (
        ", ".join(f"`{path}`" for path in paths_of(endpoint.pattern.pattern)),
        ", ".join(endpoint.methods),
        _about(endpoint),
        _largest(endpoint),
        f"`{endpoint.category.wire_name}`",
        _told(reasons),
    )
    return _row(cells)


def paths_of(pattern: str) -> list[str]:
    """The paths that a pattern matches, their variable parts in braces."""
    paths = [_GROUP.sub(r"{\1}", pattern.replace("[^/]+", "").removesuffix("/?")) + "/"]
    while choice := _CHOICE.search(paths[0]):
        options = ["", choice[1]] if choice[2] else choice[1].split("|")
        paths = [path.replace(choice[0], each) for path in paths for each in options]
    return paths


def _about(endpoint: Endpoint) -> str:
    """What the endpoint is for: its module's first sentence, or its own where several share one."""
    module = inspect.getdoc(sys.modules[type(endpoint).__module__]) or ""
    text = module.partition("`: ")[2] or inspect.getdoc(type(endpoint)) or ""
    first = re.split(r"\.(?:\s|$)", " ".join(text.split()), maxsplit=1)[0]
    first = re.sub(r" \(spec [^)]*\)", "", first)
    return first[0].upper() + first[1:]


def _largest(endpoint: Endpoint) -> str:
    if endpoint.body_limits is None:
        return "[settings](../settings.md)"
    return _size(endpoint.body_limits.unpack.unpacked_bytes)


def _item_row(kind: ItemType, general: frozenset[str]) -> str:
    row = SIZE_CLASSES.get(kind)
    place = PLACES.get(kind, Place(()))
    reader = with_exports(READERS).get(kind)
    reasons = reasons_of((reader,)) - general if reader else {Reason.FEATURE_DISABLED}
    counted = dict.fromkeys(category for category, _ in quantities(kind, {}, 1))
    cells = (
        f"`{kind}`",
        _listed(DataCategory(each).wire_name for each in counted),
        _size(row.item_bytes) if row else "",
        _together(row) if row else "",
        WITHIN.get(kind, ""),
        _told(reasons),
        _listed(place.api),
        _listed(place.pages),
    )
    return _row(cells)


def _together(row: SizeClass) -> str:
    total = f", {_size(row.total_bytes)}" if row.count > 1 or row.containers else ""
    shared = "" if len(row.types) == 1 else " (shared)"
    return f"{row.count}{total}{shared}"


def _told(reasons: Iterable[str]) -> str:
    """Reasons in their order; the filters' names are one."""
    given = set(reasons)
    filters = "[filters](../how-to/filters.md)" if given & set(Filter) else ""
    plain = _listed(sorted(each for each in given - set(Filter) if OPEN not in each))
    return ", ".join(filter(None, (filters, plain)))


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _size(count: int) -> str:
    return f"{count // MIB} MiB" if count >= MIB else f"{count // KIB} KiB"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell or '–' for cell in cells)} |\n"
