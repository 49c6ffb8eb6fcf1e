"""What probes and Prometheus ask: `/health`, `/ready`, `/metrics`. Mounted by `app`.

`/health` says that the loop turns and touches nothing else. `/ready` says whether requests can be
served, and to those who may know, why not. Details and metrics are not for the public: they are
refused to requests that came through a proxy, unless these bring the token.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from urgentry.metrics import Metrics

PATHS = frozenset({"/health", "/ready", "/metrics"})

_FORWARDED = frozenset(
    {b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"}
)
_METRICS_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

Checks = Callable[[], Awaitable[Mapping[str, str]]]
"""What stands in the way of serving, by part; empty when nothing does."""


class Operations:
    """The ASGI application of the three addresses."""

    def __init__(
        self, metrics: Metrics, checks: Checks, *, metrics_token: str, maintenance: str = "off"
    ) -> None:
        self._maintenance = maintenance
        self._metrics = metrics
        self._checks = checks
        self._token = metrics_token

    async def __call__(self, scope: dict[str, Any], _receive: Any, send: Any) -> None:
        """Answers one request for one of `PATHS`."""
        if scope["path"] == "/health":
            await _answer(send, 200, b'{"status":"ok"}')
        elif scope["path"] == "/ready":
            await self._ready(scope, send)
        elif self._may_know(scope):
            await _answer(send, 200, self._metrics.exposition(), _METRICS_TYPE)
        else:
            await _answer(
                send, 403, b'{"detail":"metrics need the token of URGENTRY_METRICS_TOKEN"}'
            )

    async def _ready(self, scope: dict[str, Any], send: Any) -> None:
        problems = await self._checks()
        body: dict[str, Any] = {"status": "unready" if problems else "ready"}
        if self._maintenance != "off":
            body["maintenance"] = self._maintenance
        if problems and self._may_know(scope):
            body["problems"] = problems
        await _answer(send, 503 if problems else 200, orjson.dumps(body))

    def _may_know(self, scope: dict[str, Any]) -> bool:
        headers = dict(scope["headers"])
        given = headers.get(b"authorization", b"").removeprefix(b"Bearer ")
        if self._token and hmac.compare_digest(given, self._token.encode()):
            return True
        return not self._token and not headers.keys() & _FORWARDED


async def _answer(
    send: Any, status: int, body: bytes, content_type: bytes = b"application/json"
) -> None:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
