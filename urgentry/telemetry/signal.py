"""One span, log or metric value, whoever sent it and in whatever form."""

from enum import IntEnum

import msgspec

Scalar = str | int | float | bool
Value = Scalar | list[Scalar]

TRACE_BYTES = 16
SPAN_BYTES = 8
NO_SPAN = bytes(SPAN_BYTES)
NO_TRACE = bytes(TRACE_BYTES)
"""Of logs and metrics that belong to none."""


class Kind(IntEnum):
    """What a signal is. The numbers are stored."""

    SPAN = 1
    LOG = 2
    METRIC = 3


class Signal(msgspec.Struct, kw_only=True):
    """A signal; times in microseconds. All that it says is in its attributes, what every signal
    has under the names of `names`."""

    id: int
    """Made by us: unique, and it breaks ties of time."""
    at: int
    """When it happened; a span's start."""
    trace_id: bytes
    span_id: bytes = NO_SPAN
    """A span's own; the span in which a log or a metric was made."""
    parent_id: bytes = NO_SPAN
    segment_id: bytes = NO_SPAN
    """The topmost span of the same program in the trace."""
    attributes: dict[str, Value]

    @property
    def order(self) -> tuple[int, int]:
        """Its place among the signals of a kind."""
        return self.at, self.id
