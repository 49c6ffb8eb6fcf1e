"""A report that a page broke its content security policy, as browsers send it (spec §10)."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from urgentry.protocol.outcome import Reason, invalid

Report = dict[str, Any]

_NAMES: Final = (
    "base-uri block-all-mixed-content child-src connect-src default-src fenced-frame-src "
    "font-src form-action frame-ancestors frame-src img-src manifest-src media-src navigate- "
    "to object-src plugin-types prefetch-src referrer report-to report-uri require-sri-for "
    "require-trusted-types-for sandbox script-src script-src-attr script-src-elem style-src "
    "style-src-attr style-src-elem trusted-types upgrade-insecure-requests worker-src"
)
_DIRECTIVES: Final = frozenset(_NAMES.split())
_TEXTS: Final = {
    "effective_directive": ("effective-directive", "effectiveDirective"),
    "blocked_uri": ("blocked-uri", "blockedURL"),
    "document_uri": ("document-uri", "documentURL"),
    "original_policy": ("original-policy", "originalPolicy"),
    "referrer": (),
    "violated_directive": ("violated-directive", "violatedDirective"),
    "source_file": ("source-file", "sourceFile"),
    "script_sample": ("script-sample", "scriptSample", "sample"),
    "disposition": (),
}
_NUMBERS: Final = {
    "status_code": ("status-code", "statusCode"),
    "line_number": ("line-number", "lineNumber"),
    "column_number": ("column-number", "columnNumber"),
}
"""Our names, and how the two generations of reports spell them."""

_LOCAL: Final = ("", "self", "'self'")
_KINDS: Final = {
    "child-src": "child",
    "connect-src": "connect",
    "font-src": "font",
    "img-src": "image",
    "manifest-src": "manifest",
    "media-src": "media",
    "object-src": "object",
    "script-src": "script",
    "script-src-elem": "script",
    "style-src": "style",
    "style-src-elem": "style",
}
_LOCAL_MESSAGES: Final = {
    "script-src": "Blocked unsafe (eval() or inline) 'script'",
    "script-src-attr": "Blocked unsafe 'script' element",
    "script-src-elem": "Blocked inline script attribute",
    "style-src-elem": "Blocked 'style' or 'link' element",
    "style-src-attr": "Blocked style attribute",
}
_INLINE: Final = "Blocked unsafe inline 'script'"
_EVAL: Final = "Blocked unsafe eval() 'script'"
_FROM: Final = {
    "form-action": "Blocked 'form' action to",
    "script-src-attr": "Blocked inline script attribute from",
    "style-src-attr": "Blocked style attribute from",
}
_KEYWORDS: Final = ("'none'", "'self'", "'unsafe-inline'", "'unsafe-eval'")
_SCHEMES: Final = ("data:", "mediastream:", "blob:", "filesystem:", "http:", "https:", "file:")
_WITH_HOST: Final = frozenset({"ftp", "file", "http", "https", "sftp", "ws", "wss"})
_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
_TAG_CHARS: Final = 200


def csp_payload(body: Mapping[str, Any]) -> Report:
    """The payload of an event that tells of a report. `Rejected` when no known directive was
    violated."""
    report = _read(body)
    directive = _directive(report)
    report["effective_directive"] = directive
    return {
        "csp": report,
        "logentry": {"formatted": _message(report, directive)},
        "culprit": _culprit(report),
        "tags": _tags(report, directive),
        "request": _request(report),
    }


def _read(body: Mapping[str, Any]) -> Report:
    """The report by our names; what browsers add beside them is kept."""
    report: Report = {"blocked_uri": "self", "violated_directive": ""}
    known: set[str] = set()
    for name, spellings in _TEXTS.items():
        known.update((name, *spellings))
        if (value := _first(body, name, spellings, str)) is not None:
            report[name] = value
    for name, spellings in _NUMBERS.items():
        known.update((name, *spellings))
        value = _first(body, name, spellings, (int, str))
        if (number := _number(value)) is not None:
            report[name] = number
    return {name: value for name, value in body.items() if name not in known} | report


def _first(body: Mapping[str, Any], name: str, spellings: tuple[str, ...], kind: Any) -> Any:
    values = (body.get(spelling) for spelling in (name, *spellings))
    return next((value for value in values if isinstance(value, kind)), None)


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None  # noqa: PLR2004
    return value if type(value) is int and value >= 0 else None


def _directive(report: Report) -> str:
    """What was violated. Firefox once told it by the policy's own words alone."""
    for name in ("effective_directive", "violated_directive"):
        word = report.get(name, "").partition(" ")[0]
        if word in _DIRECTIVES:
            return str(word)
    raise invalid(Reason.SECURITY_REPORT, "no known directive was violated")


def _message(report: Report, directive: str) -> str:
    blocked = report["blocked_uri"]
    if directive == "script-src" and (said := _script_message(blocked, report)):
        return said
    if blocked in _LOCAL:
        kind = _KINDS.get(directive, directive)
        return _LOCAL_MESSAGES.get(directive) or f"Blocked inline '{kind}'"
    begin = _FROM.get(directive) or f"Blocked '{_KINDS.get(directive, directive)}' from"
    return f"{begin} '{_shown(blocked)}'"


def _script_message(blocked: str, report: Report) -> str:
    """What kind of script of the page itself it was, where the report tells."""
    violated = report["violated_directive"] if blocked in _LOCAL else ""
    if blocked == "inline" or "'unsafe-inline'" in violated:
        return _INLINE
    return _EVAL if blocked == "eval" or "'unsafe-eval'" in violated else ""


def _shown(uri: str) -> str:
    """An address as people read it: the host of a web page, else the scheme."""
    if uri in _LOCAL:
        return "'self'"
    if ":" not in uri:
        return _joined(uri, "")
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return uri
    host = f"[{host}]" if ":" in host else host
    name = host if parts.scheme in ("http", "https") else _joined(parts.scheme, host)
    return name if port in (None, _PORTS.get(parts.scheme)) else f"{name}:{port}"


def _joined(scheme: str, host: str) -> str:
    return f"{scheme}://{host}" if host or scheme in _WITH_HOST else f"{scheme}:"


def _culprit(report: Report) -> str:
    """The violated part of the policy, with the page's own origin as 'self' again."""
    directive, *sources = report["violated_directive"].split() or [""]
    document = report.get("document_uri", "")
    return " ".join([directive, *(_own(source, document) for source in sources)])


def _own(source: str, document: str) -> str:
    page = _shown(document)
    if source in _KEYWORDS:
        return source
    if source.startswith(_SCHEMES):
        return "'self'" if _shown(source) == page else source
    if source == page:
        return "'self'"
    scheme, colon, _ = document.partition(":")
    return _joined(scheme, source) if colon and scheme not in ("http", "https") else source


def _tags(report: Report, directive: str) -> list[list[str]]:
    blocked = report["blocked_uri"]
    if blocked.startswith("https://api.stripe.com/"):
        # What follows there is about payments.
        blocked = blocked.partition("?")[0].partition("#")[0]
    tags = [["effective-directive", directive], ["blocked-uri", blocked[:_TAG_CHARS]]]
    if host := _web_host(blocked):
        tags.append(["blocked-host", host])
    return [tag for tag in tags if tag[1]]


def _web_host(uri: str) -> str:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


def _request(report: Report) -> Report:
    request: Report = {}
    if document := report.get("document_uri"):
        request["url"] = document
    if referrer := report.get("referrer"):
        request["headers"] = [["Referer", referrer]]
    return request
