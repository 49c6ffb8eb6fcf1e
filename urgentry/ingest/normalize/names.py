"""Names of an event's attributes: the old ones that still arrive, and those that mean nothing."""

from typing import Any

from urgentry.ingest.normalize.attributes import ATTRIBUTES
from urgentry.ingest.normalize.limits import UNKNOWN_ATTRIBUTES
from urgentry.ingest.normalize.report import Report, at

_OLD_NAMES = (
    ("exception", "sentry.interfaces.Exception"),
    ("stacktrace", "sentry.interfaces.Stacktrace"),
    ("request", "sentry.interfaces.Http"),
    ("user", "sentry.interfaces.User"),
    ("logentry", "sentry.interfaces.Message"),
    ("logentry", "message"),
    ("breadcrumbs", "sentry.interfaces.Breadcrumbs"),
    ("contexts", "sentry.interfaces.Contexts"),
    ("template", "sentry.interfaces.Template"),
    ("csp", "sentry.interfaces.Csp"),
    ("threads", "sentry.interfaces.Threads"),
    ("debug_meta", "sentry.interfaces.DebugMeta"),
)
_OLD = frozenset(old for _, old in _OLD_NAMES)
_HANDLED = (
    "event_id level version type logentry logger platform timestamp start_timestamp received "
    "release dist environment user request contexts breadcrumbs exception stacktrace threads tags "
    "sdk errors key_id project spans "
    # Ours to set, of no use, or of Sentry's own machinery: taken without a word and not kept.
    "ingest_path grouping_config metadata hashes applecrashreport device repos query "
    "_metrics _dsc _performance_issues_spans"
)
_KNOWN = frozenset(ATTRIBUTES) | frozenset(_HANDLED.split())


def canonical_names(payload: dict[str, Any]) -> None:
    """Give every attribute its present name; where both came, the present one counts."""
    if _OLD.isdisjoint(payload):
        return
    for name, old in _OLD_NAMES:
        if old in payload:
            value = payload.pop(old)
            if payload.get(name) is None:
                payload[name] = value


def reject_unknown(payload: dict[str, Any], event: dict[str, Any], report: Report) -> None:
    """Null for each attribute that no event has; its value may be anything and is not kept."""
    if _KNOWN.issuperset(payload):
        return
    for name in sorted(payload.keys() - _KNOWN)[:UNKNOWN_ATTRIBUTES]:
        event[name] = None
        report.reject(at(name), kind="invalid_attribute")
