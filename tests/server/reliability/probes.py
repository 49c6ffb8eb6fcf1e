"""Asks `/health` and `/ready` all the time, on new connections, as an orchestrator does."""

import asyncio
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.server.reliability.load import read_answer, until
from tests.server.running_server import RunningServer

EVERY_S = 0.05
_GIVE_UP_S = 20.0


@dataclass(frozen=True, slots=True)
class Probe:
    """One answer and how long it took."""

    status: int
    seconds: float


class Probes:
    """A context in which a server is probed."""

    def __init__(self, server: RunningServer) -> None:
        self.health: list[Probe] = []
        self.ready: list[Probe] = []
        self._port = server.port
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    async def __aenter__(self) -> Self:
        asked = (("/health", self.health), ("/ready", self.ready))
        self._tasks = [asyncio.create_task(self._ask(*each)) for each in asked]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        await asyncio.gather(*self._tasks)

    @property
    def slowest_s(self) -> float:
        """The longest that any answer took."""
        return max(probe.seconds for probe in [*self.health, *self.ready])

    async def become(self, status: int, *, within_s: float) -> float:
        """Returns when `/ready` answers so; after how many seconds."""
        began = time.monotonic()
        await until(
            lambda: bool(self.ready) and self.ready[-1].status == status, timeout_s=within_s
        )
        return time.monotonic() - began

    async def _ask(self, path: str, answers: list[Probe]) -> None:
        request = f"GET {path} HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n".encode()
        while not self._stopping:
            began = time.perf_counter()
            async with asyncio.timeout(_GIVE_UP_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    writer.write(request)
                    answer = await read_answer(reader)
                finally:
                    writer.close()
                    await writer.wait_closed()
            answers.append(Probe(answer.status, time.perf_counter() - began))
            await asyncio.sleep(EVERY_S)
