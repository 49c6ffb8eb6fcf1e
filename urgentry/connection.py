"""One connection of HTTP/1.1: uvicorn's, with a bound on heads and less to do for each request.

What differs is what happens a thousand times a second: a body that came with its head is handed
over without waiting for it, an answer that is whole leaves in one piece with a head that was put
together before, and a connection that is used again and again has one timer, not one an answer.
"""

import asyncio
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from urgentry.protocol.extensions import WHOLE_BODY

MAX_HEAD_BYTES = 64 << 10
"""Of a request's line and headers together, as far as they are read before they are complete."""

_HEADS_KEPT = 256
_BODILESS = frozenset({204, 304})

Headers = tuple[tuple[bytes, bytes], ...]


class Exchange(RequestResponseCycle):
    """A request and its answer.

    An application that gives the headers of an answer as a tuple says that they are much the same
    each time, hold no secret, and that the body follows whole.
    """

    _head = b""

    def whole_body(self) -> bytes | None:
        """The body, once, where all of it has come and nobody waits to be told to send it."""
        if self.more_body or self.disconnected or self.response_complete:
            return None
        self.message_event.clear()
        self.flow.resume_reading()
        body, self.body = bytes(self.body), bytearray()
        return body

    async def send(self, message: Any) -> None:
        """Sends a part of the answer; of a whole one the head waits for its body."""
        if self._head:
            self._send_whole(message)
        elif not self.response_started and type(message.get("headers")) is tuple:
            await self._hold_head(message)
        else:
            await super().send(message)

    async def _hold_head(self, message: Any) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        status = message["status"]
        if self.scope["method"] == "HEAD" or status in _BODILESS:
            await super().send(message)
            return
        self.response_started = True
        self.waiting_for_100_continue = False
        self.expected_content_length, self._head = _head_of(status, message["headers"])

    def _send_whole(self, message: Any) -> None:
        head, self._head = self._head, b""
        body = message["body"]
        if self.expected_content_length != len(body) or message.get("more_body"):
            raise RuntimeError("the answer is not whole")
        if self.disconnected:
            return
        for name, value in self.default_headers:
            head += name + b": " + value + b"\r\n"
            if name == b"connection":
                self.keep_alive = False
        if not self.keep_alive and b"\r\nconnection: " not in head:
            head += b"connection: close\r\n"
        self.transport.write(head + b"\r\n" + body)
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


@lru_cache(maxsize=_HEADS_KEPT)
def _head_of(status: int, headers: Headers) -> tuple[int, bytes]:
    """The length of the body and the head without its end."""
    parts, length = [STATUS_LINE[status]], 0
    for name, value in headers:
        if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
            raise RuntimeError("Invalid HTTP header.")
        if name == b"content-length":
            length = int(value)
        parts += (name, b": ", value, b"\r\n")
    return length, b"".join(parts)


class Connection(HttpToolsProtocol):
    """A client's connection."""

    _head_bytes = 0
    _is_in_head = False
    _waits_since: float | None = None
    """Since when the client has sent no whole head, while no request is being answered."""

    def connection_made(self, transport: Any) -> None:
        """A client is there, and has so long for its first head as for any other."""
        super().connection_made(transport)
        self._waits_since = self.loop.time()
        self._look_again(self.timeout_keep_alive)

    def data_received(self, data: bytes) -> None:
        """Takes what came; 400 when a head has no end in sight."""
        self._head_bytes += len(data)
        super().data_received(data)
        if not self._is_in_head:
            self._head_bytes = 0
        elif self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The headers are too large.")

    def on_message_begin(self) -> None:
        """A head begins, which must end in time."""
        self._is_in_head = True
        self._waits_since = self.loop.time()
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        """A head ends: its request begins, or waits for those that came before it. ValueError,
        which uvicorn answers with 400, when the head is too large."""
        self._is_in_head = False
        self._waits_since = None
        size = len(self.url)
        for name, value in self.headers:
            size += len(name) + len(value)
        if size > MAX_HEAD_BYTES:
            raise ValueError("the headers are too large")
        before, self.cycle = self.cycle, self._begin()
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def _begin(self) -> Exchange:
        version = self.parser.get_http_version()
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope: Any = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": "",
            "method": self.parser.get_method().decode("ascii"),
            "path": unquote(path) if "%" in path else path,
            "raw_path": url.path,
            "query_string": url.query or b"",
            "headers": self.headers,
            "state": {},
        }
        exchange = Exchange(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        scope["extensions"] = {WHOLE_BODY: exchange.whole_body}
        self.scope = scope
        return exchange

    def on_response_complete(self) -> None:
        """An answer left: the next request that waits begins; without one the connection may be
        idle for a while."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._waits_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        """Time to see whether the client was silent, or in the middle of a head, for too long."""
        self.timeout_keep_alive_task = None
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if self._waits_since is None or is_answering or self.transport.is_closing():
            return
        left = self._waits_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_again(left)
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is no more."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None

    def _look_again(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def _unset_keepalive_if_required(self) -> None:
        """Data alone is no reason to wait any longer: a whole head is."""
