"""Clients that send errors one after another over connections that stay open, and remember what
each was answered: what the tests of this folder compare with the database afterwards.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self

from tests.server.ingest.wire import envelope_of
from tests.server.running_server import Bootstrapped, RunningServer

ACCEPTED = 200
_RETRY_S = 0.02
_ANSWER_TIMEOUT_S = 40.0

Source = Callable[[], dict[str, Any] | None]
"""The next event to send; None when there are no more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and its headers, in lower case."""

    status: int
    headers: dict[str, str]


@dataclass
class Log:
    """What became of each event id."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    broken: Counter[str] = field(default_factory=Counter)
    """Requests that were written whole and never answered, by event id."""
    events: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def accepted(self) -> set[str]:
        """Ids that were answered 200 at least once."""
        return {
            event_id
            for event_id, answers in self.answers.items()
            if any(answer.status == ACCEPTED for answer in answers)
        }

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answers in self.answers.values() for answer in answers)

    def with_status(self, status: int) -> list[Answer]:
        """Every answer of that status."""
        return [
            answer
            for answers in self.answers.values()
            for answer in answers
            if answer.status == status
        ]


class Listener(Protocol):
    """Whoever takes requests on a port of this machine: a server, or a proxy before it."""

    port: int


class Client:
    """One keep-alive connection, opened anew when the server closed it."""

    def __init__(self, server: Listener, project: Bootstrapped) -> None:
        key = project.dsn.split("//")[1].split("@")[0]
        self._port = server.port
        self._head = (
            f"POST /api/{project.project_id}/envelope/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"X-Sentry-Auth: Sentry sentry_version=7, sentry_key={key}\r\nContent-Length: "
        ).encode()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Connects, unless it is connected; OSError when nobody listens."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)

    def request(self, event: dict[str, Any]) -> bytes:
        """The whole request for an event."""
        body = envelope_of(event, event_id=event["event_id"])
        return b"%b%d\r\n\r\n%b" % (self._head, len(body), body)

    async def send(self, event: dict[str, Any]) -> Answer:
        """Sends one event; ConnectionError when the connection ends before the answer."""
        await self.open()
        assert self._streams is not None
        reader, writer = self._streams
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                writer.write(self.request(event))
                answer = await read_answer(reader)
        except (asyncio.IncompleteReadError, OSError) as error:
            await self.close()
            raise ConnectionError("the connection ended before the answer") from error
        if answer.headers.get("connection") == "close":
            await self.close()
        return answer

    async def close(self) -> None:
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
            with suppress(OSError):
                await streams[1].wait_closed()


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """The next answer on a connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    await reader.readexactly(int(headers["content-length"]))
    return Answer(int(head[0].split(" ")[1]), headers)


class Load:
    """A context in which `clients` connections send what `source` makes, until it ends: so many a
    second (`rate`), or as fast as they are answered."""

    def __init__(
        self,
        server: Listener,
        project: Bootstrapped,
        *,
        clients: int = 16,
        source: Source | None = None,
        log: Log | None = None,
        rate: float | None = None,
    ) -> None:
        self._pause = clients / rate if rate else 0.0
        self.log = log or Log()
        self._source = source or endless()
        self._clients = [Client(server, project) for _ in range(clients)]
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    async def __aenter__(self) -> Self:
        apart = self._pause / len(self._clients)
        self._tasks = [
            asyncio.create_task(self._send(client, after=number * apart))
            for number, client in enumerate(self._clients)
        ]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        await self.finish()
        for client in self._clients:
            await client.close()

    async def finish(self) -> None:
        """Returns when the source has no more and everything is answered."""
        await asyncio.gather(*self._tasks)

    async def reaches(self, accepted: int, *, timeout_s: float = 30) -> None:
        """Returns when so many events were answered 200 since the load began."""
        await until(lambda: self.log.statuses[ACCEPTED] >= accepted, timeout_s=timeout_s)

    async def answers(self, status: int, *, timeout_s: float = 30) -> None:
        """Returns when an answer of that status came."""
        await until(lambda: self.log.statuses[status] > 0, timeout_s=timeout_s)

    async def _send(self, client: Client, *, after: float) -> None:
        due = asyncio.get_running_loop().time() + after
        while not self._stopping:
            await asyncio.sleep(due - asyncio.get_running_loop().time() if self._pause else 0)
            due += self._pause
            try:
                await client.open()
            except OSError:
                await asyncio.sleep(_RETRY_S)
                continue
            event = self._source()
            if event is None:
                return
            self.log.events[event["event_id"]] = event
            try:
                answer = await client.send(event)
            except ConnectionError:
                self.log.broken[event["event_id"]] += 1
            else:
                self.log.answers.setdefault(event["event_id"], []).append(answer)


async def send_all(
    server: RunningServer,
    project: Bootstrapped,
    events: Sequence[dict[str, Any]],
    *,
    clients: int = 16,
) -> Log:
    """Sends each event once."""
    remaining = iter(events)
    async with Load(server, project, clients=clients, source=lambda: next(remaining, None)) as load:
        await load.finish()
    return load.log


def endless(issues: int = 5, users: int = 40) -> Source:
    """Errors of a few issues and users, by turns."""
    numbers = iter(range(1 << 62))
    return lambda: error(number := next(numbers), issue=number % issues, user=number % users)


def error(number: int, *, issue: int, user: int, **fields: Any) -> dict[str, Any]:
    """An error of an issue that happened to a user, with tags that are counted."""
    return {
        "event_id": uuid.uuid4().hex,
        "platform": "python",
        "level": "error",
        "environment": "production" if number % 2 else "staging",
        "release": f"web@1.{number % 3}.0",
        "tags": {"parity": "odd" if number % 2 else "even", "third": str(number % 3)},
        "user": {"id": f"user-{user}"},
        "fingerprint": [f"issue-{issue}"],
        "exception": {"values": [{"type": f"Error{issue}", "value": f"number {number}"}]},
        **fields,
    }


def errors(count: int, *, issues: int = 5, users: int = 40) -> list[dict[str, Any]]:
    """That many errors."""
    return [error(n, issue=n % issues, user=n % users) for n in range(count)]


async def until(condition: Callable[[], bool], *, timeout_s: float) -> None:
    """Returns when the condition holds; TimeoutError when it does not in time."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(_RETRY_S)


def chunks(events: Sequence[dict[str, Any]], size: int) -> Iterator[Sequence[dict[str, Any]]]:
    """The events in pieces."""
    for start in range(0, len(events), size):
        yield events[start : start + size]
