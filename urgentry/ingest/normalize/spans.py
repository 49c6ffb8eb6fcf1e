"""The spans inside a transaction's payload, as they will be shown; its times corrected."""

from typing import Any

from urgentry.ingest.normalize.bags import bag
from urgentry.ingest.normalize.fields import (
    FLAG,
    NUMBER,
    Field,
    fit_fields,
    fitted_by,
    members,
    reject,
    text,
)
from urgentry.ingest.normalize.limits import CONTEXT, ENUMERATION, MESSAGE, SPANS
from urgentry.ingest.normalize.report import Path, Report
from urgentry.ingest.normalize.timestamps import fit_timestamp

_SPAN = {
    **members(text(ENUMERATION), "op origin status kind"),
    **members(text(ENUMERATION), "span_id parent_span_id trace_id segment_id profile_id platform"),
    "description": text(*MESSAGE),
    **members(FLAG, "is_segment is_remote was_transaction"),
    "exclusive_time": NUMBER,
    **members(bag(*CONTEXT), "tags data sentry_tags measurements links"),
}


def fit_spans(value: Any, shift: int, path: Path, report: Report) -> Any:
    """At most 1,000 spans; `shift` (µs) corrects the client's clock."""
    if type(value) is not list:
        return reject(value, path, report, "expected an array")
    if len(value) > SPANS:
        report.shortened(path, len(value))
        value = value[:SPANS]

    def fit_time(moment: Any, at: Path, report: Report) -> Any:
        return fit_timestamp(moment, at, report, shift)

    fields = _SPAN | members(fitted_by(fit_time), "timestamp start_timestamp")
    return [_fit_span(span, fields, (path, index), report) for index, span in enumerate(value)]


def _fit_span(span: Any, fields: dict[str, Field], path: Path, report: Report) -> Any:
    if type(span) is not dict:
        return None if span is None else reject(span, path, report, "expected an object")
    return fit_fields(span, fields, path, report)
