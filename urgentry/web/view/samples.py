"""Spans as rows that lead to their traces; pure."""

from collections.abc import Mapping

import msgspec

from urgentry.explore.listing import Found
from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_TRACE
from urgentry.web.formats import duration
from urgentry.web.view.trace_tree import duration_of
from urgentry.web.view.values import text
from urgentry.web.view.waterfall import hue_of, is_failed, op_of, service_of


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One span of a list; `at` in microseconds."""

    op: str
    hue: int
    text: str
    service: str
    took: str
    status: str
    is_failed: bool
    at: int
    trace: str
    href: str


def sample_of(found: Found, slugs: Mapping[int, str], *, base: str) -> Sample:
    """A span as a row."""
    signal, said = found.signal, found.signal.attributes
    op, trace = op_of(signal), signal.trace_id.hex() if signal.trace_id != NO_TRACE else ""
    described = text(said.get(names.NAME)) or text(said.get(names.DESCRIPTION))
    return Sample(
        op=op,
        hue=hue_of(op),
        text=" ".join(described[:400].split()) or op,
        service=service_of(found, slugs),
        took=duration(duration_of(found)),
        status=text(said.get(names.STATUS)),
        is_failed=is_failed(signal),
        at=signal.at,
        trace=trace,
        href=f"{base}/traces/{trace}/?span={signal.span_id.hex()}" if trace else "",
    )
