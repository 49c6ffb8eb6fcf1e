"""Spans and log signals of a web shop as its SDKs would send them, in traces of up to forty spans;
and one large trace. Called by `telemetry`.
"""

import random
from collections.abc import Iterator

from urgentry.telemetry import names
from urgentry.telemetry.signal import NO_SPAN, Signal, Value

_OPS = (
    *("http.server", "db", "db.query", "cache.get", "http.client", "template.render"),
    *("middleware", "queue.publish"),
)
_STATUSES = ("ok", "ok", "ok", "ok", "internal_error")
_LEVELS = ("info", "info", "info", "warn", "error", "debug")
_STEP_US = 2_000
_ROW_BITS = 10


class Shop:
    """Makes signals; the same ones each time."""

    def __init__(self, start: int) -> None:
        self._random = random.Random(7)  # noqa: S311 - repeatable signals, not secrets
        self._at = start
        self._made = 0

    def spans(self, count: int, *, trace_id: bytes | None = None) -> Iterator[Signal]:
        """Spans in the order of time, of traces of 1 to 40 spans or of one trace."""
        left, segment = 0, NO_SPAN
        trace = trace_id or NO_SPAN * 2
        for _ in range(count):
            if left == 0:
                left, parent = self._random.randrange(1, 40), NO_SPAN
                trace, segment = trace_id or self._id(16), self._id(8)
                span_id = segment
            else:
                parent, span_id = segment, self._id(8)
            left -= 1
            signal = self._signal(trace, self._span_attributes())
            signal.span_id, signal.parent_id, signal.segment_id = span_id, parent, segment
            yield signal

    def logs(self, count: int) -> Iterator[Signal]:
        """Log signals in the order of time, eight to a trace."""
        trace = NO_SPAN * 2
        for number in range(count):
            if number % 8 == 0:
                trace = self._id(16)
            signal = self._signal(trace, self._log_attributes())
            signal.span_id = self._id(8)
            yield signal

    def _signal(self, trace: bytes, attributes: dict[str, Value]) -> Signal:
        self._at += self._random.randrange(_STEP_US)
        self._made += 1
        return Signal(
            id=(self._at << _ROW_BITS) + (self._made & ((1 << _ROW_BITS) - 1)),
            at=self._at,
            trace_id=trace,
            attributes=attributes,
        )

    def _shared(self) -> dict[str, Value]:
        pick = self._random.randrange
        return {
            names.ENVIRONMENT: "staging" if pick(8) == 0 else "production",
            names.RELEASE: f"shop@2.{pick(3)}.0",
            names.SDK_NAME: "sentry.python.django",
            names.SDK_VERSION: "2.75.0",
            "server.address": f"web-{pick(8)}",
            "user.id": str(pick(50_000)),
        }

    def _span_attributes(self) -> dict[str, Value]:
        pick = self._random.randrange
        operation = _OPS[pick(len(_OPS))]
        attributes = self._shared() | {
            names.OP: operation,
            names.STATUS: _STATUSES[pick(len(_STATUSES))],
            names.DURATION_MS: round(self._random.lognormvariate(2, 2), 3),
            names.SEGMENT_NAME: f"/api/orders/{{id}}/step{pick(12)}",
            "thread.id": str(pick(10**10)),
        }
        if operation.startswith("db"):
            query = f"MATCH (order:Order) WHERE order.number = {pick(10**6)} RETURN order"
            return attributes | {
                names.DESCRIPTION: query,
                "db.system": "postgresql",
                "db.rows": pick(100),
            }
        address = f"https://api.example.com/orders/{pick(10**6)}"
        return attributes | {
            names.DESCRIPTION: f"GET {address}",
            "url.full": address,
            "http.response.status_code": (200, 200, 404, 500)[pick(4)],
        }

    def _log_attributes(self) -> dict[str, Value]:
        pick = self._random.randrange
        body = f"order {pick(10**6)} was priced at {pick(500)}.{pick(99)} EUR in {pick(300)} ms"
        return self._shared() | {
            names.BODY: body,
            names.SEVERITY: _LEVELS[pick(len(_LEVELS))],
            "sentry.message.template": "order %d was priced at %s EUR in %d ms",
            "logger.name": "shop.pricing",
            "code.line.number": pick(400),
            "process.pid": 3_000 + pick(10),
        }

    def _id(self, width: int) -> bytes:
        return self._random.randbytes(width)
