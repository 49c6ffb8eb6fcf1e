"""A TCP proxy in front of PostgreSQL that breaks connections when COMMIT passes."""

import asyncio
import enum
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Break(enum.Enum):
    """When the connection is cut."""

    NEVER = enum.auto()
    BEFORE_COMMIT_ARRIVES = enum.auto()
    BEFORE_COMMIT_IS_ANSWERED = enum.auto()
    AFTER_COMMIT_IS_SENT = enum.auto()
    """At once, while the server may still be at it."""
    AT_THE_NEXT_STATEMENT = enum.auto()


class InterruptingProxy:
    """Forwards bytes until told to break; breaks once, then forwards again."""

    def __init__(self, server_port: int) -> None:
        self.port = 0
        self.when = Break.NEVER
        self.connections = 0
        self._forwarding: set[asyncio.Task[None]] = set()
        self._server_port = server_port
        self._cutting = False
        self._cutting_after = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        if task is not None:
            self._forwarding.add(task)
            task.add_done_callback(self._forwarding.discard)
        remote_reader, remote_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._forward(reader, remote_writer, to_server=True))
                group.create_task(self._forward(remote_reader, writer, to_server=False))
        except* ConnectionError:
            pass
        finally:
            for stream in (writer, remote_writer):
                stream.close()
                with suppress(ConnectionError):
                    await stream.wait_closed()

    async def close(self) -> None:
        """Cuts every connection and waits until its sockets are closed."""
        forwarding = list(self._forwarding)
        for task in forwarding:
            task.cancel()
        await asyncio.gather(*forwarding, return_exceptions=True)

    async def _forward(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, to_server: bool
    ) -> None:
        while chunk := await source.read(65536):
            if to_server:
                self._look_at(chunk)
            elif self._cutting:
                self._cutting = False
                raise ConnectionAbortedError("cut before the answer")
            sink.write(chunk)
            await sink.drain()
            if to_server and self._cutting_after:
                self._cutting_after = False
                raise ConnectionAbortedError("cut after COMMIT")
        raise ConnectionAbortedError("one side has closed")

    def _look_at(self, chunk: bytes) -> None:
        if self.when is Break.AT_THE_NEXT_STATEMENT:
            self.when = Break.NEVER
            raise ConnectionAbortedError("cut before a statement")
        if b"COMMIT" not in chunk or self.when is Break.NEVER:
            return
        when, self.when = self.when, Break.NEVER
        if when is Break.BEFORE_COMMIT_ARRIVES:
            raise ConnectionAbortedError("cut before COMMIT")
        if when is Break.AFTER_COMMIT_IS_SENT:
            self._cutting_after = True
        else:
            self._cutting = True


@asynccontextmanager
async def interrupting_proxy(server_port: int) -> AsyncIterator[InterruptingProxy]:
    proxy = InterruptingProxy(server_port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await server.wait_closed()
        await proxy.close()
