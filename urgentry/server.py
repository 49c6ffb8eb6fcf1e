"""uvicorn, told how to serve us: httptools on uvloop, no logs and signals of its own."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from urgentry.connection import Connection
from urgentry.errors import ConfigError

_BACKLOG = 2048
_KEEP_ALIVE_S = 75
_LAST_REQUESTS_S = 0.5
_POLL_S = 0.02


class HttpServer(uvicorn.Server):
    """One listener. `stop` ends it in good order: no new connections, then those that are open."""

    def __init__(
        self,
        app: Any,
        *,
        host: str,
        port: int,
        drain_timeout_s: int,
        port_setting: str = "URGENTRY_PORT",
    ) -> None:
        self._socket = _listen(host, port, port_setting)
        super().__init__(
            uvicorn.Config(
                app,
                loop="none",
                http=Connection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=drain_timeout_s,
            )
        )

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Answers requests until `stop`."""
        await super().serve(sockets or [self._socket])

    def stop(self) -> None:
        """Asks the listener to end; `serve` returns when the last request is answered."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no new connection, answers what is sent on the open ones with `Connection: close`,
        and then lets uvicorn end them: a request that is on its way meets no closed door."""
        for server in self.servers:
            server.close()
        self.server_state.default_headers = [
            *self.server_state.default_headers,
            (b"connection", b"close"),
        ]
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _LAST_REQUESTS_S
        while self.server_state.connections and loop.time() < deadline:  # noqa: ASYNC110 - as uvicorn
            await asyncio.sleep(_POLL_S)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's business."""
        yield


def _listen(host: str, port: int, setting: str) -> socket.socket:
    try:
        listener = socket.create_server(
            (host, port),
            family=socket.AF_INET6 if ":" in host else socket.AF_INET,
            backlog=_BACKLOG,
        )
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host} port {port}: {error.strerror}",
            hint=f"set URGENTRY_HOST or {setting}, or stop who listens there",
        ) from error
    # Connections inherit it. Loops set it only on sockets that name their protocol, and without it
    # the body of an answer waits 40 ms for the acknowledgement of its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
