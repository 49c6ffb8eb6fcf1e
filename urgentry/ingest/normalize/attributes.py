"""The attributes of an event that depend on nothing else: a table, and the few fits it needs.

`event` takes from here what it does not handle itself. The order is the one in which Sentry lists
the errors of an event.
"""

from typing import Any

from urgentry.ingest.normalize.bags import bag
from urgentry.ingest.normalize.debug_meta import fit_debug_meta
from urgentry.ingest.normalize.fields import (
    UNSIGNED,
    Field,
    fit_list,
    fit_member,
    fit_struct,
    fitted_by,
    members,
    primitive_text,
    reject,
    text,
)
from urgentry.ingest.normalize.limits import (
    CHECKSUM,
    CULPRIT,
    EXTRA,
    EXTRA_MEMBER,
    FINGERPRINT_PARTS,
    PATH,
    SYMBOL,
    TRANSACTION,
    UNTYPED,
)
from urgentry.ingest.normalize.modules import MODULE_VERSIONS
from urgentry.ingest.normalize.report import Path, Report

_IN_ORDER = (
    "event_id level version type fingerprint culprit transaction transaction_info time_spent "
    "logentry logger modules platform timestamp start_timestamp received server_name release "
    "dist environment site user request contexts breadcrumbs exception stacktrace template "
    "threads tags extra debug_meta sdk ingest_path errors key_id project grouping_config "
    "checksum csp spans measurements breakdowns scraping_attempts"
)
ERROR_ORDER = {name: index for index, name in enumerate(_IN_ORDER.split())}


def _fit_trimmed(cap: int) -> Field:
    short = text(cap)

    def fit(value: Any, path: Path, report: Report) -> Any:
        stripped = value.strip() if type(value) is str else value
        return fit_member(stripped, short, path, report)

    return fitted_by(fit)


def _fit_fingerprint(value: Any, path: Path, report: Report) -> Any:
    """Scalars as texts; whole numbers of floats; what is neither is reported and left out."""
    if type(value) is not list:
        return reject(value, path, report, "expected an array")
    given = [part for part in value if part is not None]
    wrong = [part for part in given if not isinstance(part, (str, int, float))]
    if wrong:
        report.reject(path, value=wrong)
        report.shortened(path, len(given))
    parts = [_part(part) for part in given if isinstance(part, (str, int, float))]
    return parts[:FINGERPRINT_PARTS]


def _part(part: str | float) -> str:
    return str(int(part)) if isinstance(part, float) else primitive_text(part)


_UNTYPED = bag(*UNTYPED)
_HOST = text(*SYMBOL)
_TEMPLATE = {
    "filename": text(128, 20),
    "abs_path": text(*PATH),
    **members(UNSIGNED, "lineno colno"),
    **members(fit_list(text()), "pre_context post_context"),
    "context_line": text(),
}
_TRANSACTION_INFO = {
    "source": text(),
    "original": _fit_trimmed(TRANSACTION),
    "changes": _UNTYPED,
    "propagations": UNSIGNED,
}

ATTRIBUTES: dict[str, Field] = {
    "fingerprint": fitted_by(_fit_fingerprint),
    "culprit": text(CULPRIT),
    "transaction": _fit_trimmed(TRANSACTION),
    "transaction_info": fit_struct(_TRANSACTION_INFO),
    "time_spent": UNSIGNED,
    "modules": MODULE_VERSIONS,
    "server_name": _HOST,
    "site": _HOST,
    "template": fit_struct(_TEMPLATE),
    "extra": bag(*EXTRA, objects_only=True, member_size=EXTRA_MEMBER),
    "debug_meta": fitted_by(fit_debug_meta),
    "checksum": text(CHECKSUM),
    "csp": _UNTYPED,
    "measurements": _UNTYPED,
    "breakdowns": _UNTYPED,
    "scraping_attempts": _UNTYPED,
}
