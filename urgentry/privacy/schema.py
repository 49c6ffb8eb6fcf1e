"""Sentry's event, log and span, as places: the scrubbing classes of spec appendix A."""

from typing import Final

from urgentry.privacy.context_places import CONTEXTS
from urgentry.privacy.minidump import Part
from urgentry.privacy.places import (
    LIKELY,
    LIKELY_TEXT,
    NEVER,
    PERHAPS,
    PERHAPS_TEXT,
    ByType,
    Content,
    Listing,
    Pairs,
    Personal,
    Place,
    Struct,
    Text,
    likely,
    never,
)
from urgentry.privacy.selectors import Kind
from urgentry.privacy.span_places import ATTRIBUTES, SPAN_DATA, SPAN_LINKS


def _kinds(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


def _values(member: Place) -> Struct:
    """`{"values": […]}`."""
    return Struct({"values": Listing(member)})


_FILE: Final = Text(Personal.PERHAPS, keeps_name=True)
FRAME: Final = Struct(
    {
        "module": PERHAPS_TEXT,
        "filename": _FILE,
        "abs_path": _FILE,
        "file_revision": PERHAPS_TEXT,
        "vars": LIKELY,
    },
    kinds=_kinds(Kind.FRAME),
)
STACKTRACE: Final = Struct({"frames": Listing(FRAME)}, kinds=_kinds(Kind.STACKTRACE))
_STACKTRACES: Final = {"stacktrace": STACKTRACE, "raw_stacktrace": STACKTRACE}
EXCEPTION: Final = Struct(
    {
        "value": LIKELY_TEXT,
        "mechanism": Struct({"description": LIKELY_TEXT, "data": LIKELY}),
        **_STACKTRACES,
    },
    kinds=_kinds(Kind.EXCEPTION),
)
THREAD: Final = Struct(_STACKTRACES, kinds=_kinds(Kind.THREAD))
BREADCRUMB: Final = Struct({"message": LIKELY_TEXT, "data": LIKELY}, kinds=_kinds(Kind.BREADCRUMB))
LOGENTRY: Final = Struct(
    {
        "message": NEVER,
        "formatted": Text(Personal.LIKELY, _kinds(Kind.MESSAGE)),
        "params": LIKELY,
    },
    others=LIKELY,
    kinds=_kinds(Kind.LOGENTRY),
)
USER: Final = Struct(
    {
        **likely("id email ip_address username name sentry_user"),
        "geo": Struct(likely("country_code city subdivision region")),
        "segment": NEVER,
        "data": LIKELY,
    },
    others=LIKELY,
    kinds=_kinds(Kind.USER),
)
REQUEST: Final = Struct(
    {
        "url": PERHAPS_TEXT,
        "data": LIKELY,
        "query_string": Pairs(Personal.LIKELY),
        "fragment": LIKELY_TEXT,
        "cookies": Pairs(Personal.LIKELY),
        "headers": Pairs(Personal.LIKELY),
        "env": LIKELY,
        **never("method protocol body_size inferred_content_type api_target"),
    },
    others=LIKELY,
    kinds=_kinds(Kind.REQUEST),
)
_NATIVE_IMAGE: Final = Struct({"code_file": _FILE, "debug_file": _FILE})
_NATIVE_TYPES: Final = ("symbolic", "elf", "macho", "pe", "pe_dotnet", "wasm")
_IMAGES: Final = ByType(
    {
        **dict.fromkeys(_NATIVE_TYPES, _NATIVE_IMAGE),
        "sourcemap": Struct({"debug_file": PERHAPS_TEXT}),
    },
    NEVER,
)
SPAN: Final = Struct(
    {
        "description": PERHAPS_TEXT,
        "tags": PERHAPS,
        "data": SPAN_DATA,
        "links": SPAN_LINKS,
        "sentry_tags": Struct(
            likely("user user.id user.ip user.username user.email"), others=PERHAPS
        ),
        **never("timestamp start_timestamp exclusive_time op span_id parent_span_id trace_id"),
        **never("segment_id is_segment is_remote status origin profile_id received measurements"),
        **never("platform was_transaction kind"),
    },
    others=PERHAPS,
    kinds=_kinds(Kind.SPAN),
)
_UNTOUCHED: Final = (
    "event_id level version type fingerprint transaction transaction_info time_spent logger "
    "modules platform timestamp start_timestamp received release dist environment site "
    "ingest_path key_id project grouping_config checksum measurements breakdowns "
    "scraping_attempts _metrics _dsc _performance_issues_spans _meta title location metadata hashes"
)
EVENT: Final = Struct(
    {
        **never(_UNTOUCHED),
        "culprit": PERHAPS_TEXT,
        "server_name": LIKELY_TEXT,
        "logentry": LOGENTRY,
        "user": USER,
        "request": REQUEST,
        "contexts": CONTEXTS,
        "breadcrumbs": _values(BREADCRUMB),
        "exception": _values(EXCEPTION),
        "threads": _values(THREAD),
        "stacktrace": STACKTRACE,
        "template": Struct(likely("filename abs_path")),
        "tags": Pairs(Personal.PERHAPS),
        "extra": LIKELY,
        "debug_meta": Struct({"images": Listing(_IMAGES)}),
        "sdk": Struct({"client_ip": LIKELY_TEXT}, kinds=_kinds(Kind.SDK)),
        "errors": Listing(Struct(never("type name value"), others=PERHAPS)),
        "csp": Struct(
            {
                **likely("effective_directive blocked_uri document_uri referrer"),
                **never("original_policy status_code violated_directive line_number"),
                **never("column_number script_sample disposition"),
                "source_file": PERHAPS_TEXT,
            },
            others=LIKELY,
        ),
        "spans": Listing(SPAN),
    },
    others=LIKELY,
    kinds=_kinds(Kind.EVENT),
)


def _signals(members: dict[str, Place], kind: Kind) -> Struct:
    """`{"items": […]}` of signals of a kind, each with its attributes."""
    signal = Struct({"attributes": ATTRIBUTES, **members}, kinds=_kinds(kind))
    return Struct({"items": Listing(signal)})


LOGS: Final = _signals({"body": PERHAPS_TEXT}, Kind.LOG)
SPANS: Final = _signals({}, Kind.SPAN)
METRICS: Final = _signals({}, Kind.TRACE_METRIC)
REPLAY: Final = Struct(
    {
        **dict.fromkeys(("urls", "segment_names"), LIKELY),
        "tags": Pairs(Personal.LIKELY),
        "contexts": CONTEXTS,
        "user": USER,
        "request": REQUEST,
    },
    kinds=_kinds(Kind.REPLAY),
)

_IMAGE_NAME: Final = Content(personal=Personal.PERHAPS)
_MINIDUMP: Final = Content(
    Kind.MINIDUMP,
    parts={
        Part.STACK: Content(Kind.STACK_MEMORY),
        Part.HEAP: Content(Kind.HEAP_MEMORY),
        Part.CODE_FILE: _IMAGE_NAME,
        Part.DEBUG_FILE: _IMAGE_NAME,
    },
)
FILES: Final = Struct({}, others=Content(), kinds=_kinds(Kind.ATTACHMENTS))
MINIDUMPS: Final = Struct({}, others=_MINIDUMP, kinds=_kinds(Kind.ATTACHMENTS))
"""Files by their names."""
