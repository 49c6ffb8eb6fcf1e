"""A small HTTP/1.1 client for load: keep-alive connections, whole requests as ready bytes, one
callback an answer. It costs the machine little, which the server under test needs more.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlsplit

import httptools

Settled = Callable[[str, float], None]
"""Told how a request ended ("200", "429", "connection", …) and when, by `time.perf_counter`."""


class Connection(asyncio.Protocol):
    """One keep-alive connection; carries one request at a time."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool
        self._transport: asyncio.Transport | None = None
        self._settled: Settled | None = None
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, settled: Settled) -> None:
        """Writes `request`; `settled` is called once."""
        self._settled = settled
        if self._transport is not None:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        settled, self._settled = self._settled, None
        if settled is not None:
            settled(str(self._parser.get_status_code()), time.perf_counter())
        if self._parser.should_keep_alive():
            self._parser = httptools.HttpResponseParser(self)
            self._pool.give_back(self)
        elif self._transport is not None:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        settled, self._settled = self._settled, None
        if settled is not None:
            settled("connection", time.perf_counter())
        self._pool.forget(self)

    def close(self) -> None:
        """Closes at once; a request under way is settled as lost."""
        if self._transport is not None:
            self._transport.abort()


class Pool:
    """At most `size` connections to one host, opened when needed. Requests that find none free
    wait in line: whoever measures counts that time too.
    """

    def __init__(self, url: str, *, size: int) -> None:
        parts = urlsplit(url)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 80
        self._size = size
        self._open: set[Connection] = set()
        self._free: list[Connection] = []
        self._waiting: deque[tuple[bytes, Settled]] = deque()
        self._opening: set[asyncio.Task[Any]] = set()

    def submit(self, request: bytes, settled: Settled) -> None:
        """Sends `request` on a free connection, now or as soon as there is one."""
        if self._free:
            self._free.pop().send(request, settled)
            return
        self._waiting.append((request, settled))
        if len(self._open) + len(self._opening) < self._size:
            task = asyncio.get_running_loop().create_task(self._connect())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def give_back(self, connection: Connection) -> None:
        """Takes back a connection that may serve the next in line."""
        if self._waiting:
            connection.send(*self._waiting.popleft())
        else:
            self._free.append(connection)

    def forget(self, connection: Connection) -> None:
        """Drops a connection that is closed."""
        self._open.discard(connection)
        if connection in self._free:
            self._free.remove(connection)

    async def close(self) -> None:
        """Aborts every connection."""
        for connection in list(self._open):
            connection.close()
        await asyncio.sleep(0)  # the loop closes sockets on its next turn

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(self), self._host, self._port
            )
        except OSError:
            if self._waiting:
                self._waiting.popleft()[1]("refused", time.perf_counter())
            return
        self._open.add(connection)
        self.give_back(connection)
