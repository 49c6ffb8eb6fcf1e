"""Connections to PostgreSQL: a bounded, last-in-first-out pool that `postgres.py` draws from.

It finds out whether a pooler stands in between, keeps prepared statements out of its way, refuses
look-alikes, and connects anew by itself when the server comes back. It sends no session command:
nothing that a transaction-mode pooler would leave behind on another client's connection.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

import asyncpg

from urgentry.errors import DatabaseUnavailable, StorageError
from urgentry.storage.dsn import PoolSettings, PostgresTarget

Connection: TypeAlias = "asyncpg.Connection[Any]"

OLDEST_SERVER = 13
_GOODBYE_SECONDS = 1
_LOOKALIKES = re.compile(
    r"cockroach|yugabyte|-YB-|redshift|greenplum|materialize|questdb|cratedb|risingwave|gaussdb",
    re.IGNORECASE,
)
_PROBE = """
    SELECT version() AS version, pg_backend_pid() AS pid,
        current_setting('server_version_num') AS number
"""


class Pool:
    """At most `size` connections. `acquire` and `release` belong together, in try and finally."""

    def __init__(
        self,
        target: PostgresTarget,
        settings: PoolSettings,
        observe_wait: Callable[[float], None] | None = None,
    ) -> None:
        self.behind_pooler: bool | None = None
        self._target = target
        self._settings = settings
        self._observe_wait = observe_wait
        self._permits = asyncio.Semaphore(settings.size)
        self._idle: list[Connection] = []
        self._generation = 0
        self._made_in: dict[Connection, int] = {}
        self._probing = asyncio.Lock()
        self._closed = False

    async def acquire(self) -> Connection:
        """A connection that was open a moment ago. DatabaseUnavailable when none becomes free in
        time or the server cannot be reached."""
        await self._permit()
        try:
            while self._idle:
                connection = self._idle.pop()
                if self._usable(connection):
                    return connection
                self._drop(connection)
            connection = await self._connect()
        except BaseException:
            self._permits.release()
            raise
        self._made_in[connection] = self._generation
        return connection

    def release(self, connection: Connection, *, broken: bool = False) -> None:
        """Takes a connection back; one that is broken or in the middle of something is cut."""
        if broken or self._closed or not self._usable(connection) or connection.is_in_transaction():
            self._drop(connection)
        else:
            self._idle.append(connection)
        self._permits.release()

    def suspect_pooler(self) -> None:
        """Called when a prepared statement vanished: looks again before the next connection."""
        self.behind_pooler = None
        self._generation += 1

    async def close(self) -> None:
        """Waits for the connections that are out, then says goodbye on all of them at once: a
        server that does not answer costs its time once."""
        self._closed = True
        for _ in range(self._settings.size):
            await self._permits.acquire()
        async with asyncio.TaskGroup() as farewells:
            for connection in self._idle:
                farewells.create_task(_say_goodbye(connection))
        self._idle.clear()
        self._made_in.clear()
        for _ in range(self._settings.size):
            self._permits.release()

    async def _permit(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._settings.wait_seconds):
                await self._permits.acquire()
        except TimeoutError:
            raise DatabaseUnavailable(
                f"no database connection became free in {self._settings.wait_seconds:g} s",
                hint="raise URGENTRY_DATABASE_POOL_SIZE or look for slow queries",
            ) from None
        finally:
            if self._observe_wait is not None:
                self._observe_wait(loop.time() - began)
        if self._closed:
            self._permits.release()
            raise DatabaseUnavailable("the database is closed")

    def _usable(self, connection: Connection) -> bool:
        current = self._made_in.get(connection) == self._generation
        return current and not connection.is_closed()

    def _drop(self, connection: Connection) -> None:
        self._made_in.pop(connection, None)
        connection.terminate()

    async def _connect(self) -> Connection:
        if self.behind_pooler is None:
            async with self._probing:
                if self.behind_pooler is None:
                    await self._probe()
        wanted = self._settings.statement_cache
        return await self._open(100 if wanted is None and not self.behind_pooler else wanted or 0)

    async def _probe(self) -> None:
        """A pooler invents the process id of the handshake; the server tells its own."""
        connection = await self._open(0)
        announced = connection.get_server_pid()
        try:
            row = await connection.fetchrow(_PROBE)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            raise DatabaseUnavailable(f"{self._target.label}: {error}") from error
        finally:
            connection.terminate()
        if row is None:
            raise DatabaseUnavailable(f"{self._target.label} answers nothing")
        refuse_unsupported(row["version"], int(row["number"]))
        self.behind_pooler = row["pid"] != announced

    async def _open(self, statement_cache: int) -> Connection:
        target, settings = self._target, self._settings
        tls: dict[str, Any] = {"ssl": target.verified_tls} if target.verified_tls else {}
        try:
            connection: Connection = await asyncpg.connect(
                target.url,
                timeout=target.connect_seconds,
                command_timeout=settings.command_seconds,
                statement_cache_size=statement_cache,
                server_settings={
                    "application_name": target.application_name or settings.application_name
                },
                **tls,
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            raise DatabaseUnavailable(
                f"cannot connect to {target.label}: {error or type(error).__name__}",
                hint="check the server, URGENTRY_DATABASE_DSN, and that user and database exist",
            ) from error
        return connection


async def _say_goodbye(connection: Connection) -> None:
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        await connection.close(timeout=_GOODBYE_SECONDS)


def refuse_unsupported(version: str, number: int) -> None:
    """StorageError for servers that only speak PostgreSQL's protocol, and for old ones."""
    if not version.startswith("PostgreSQL") or _LOOKALIKES.search(version):
        raise StorageError(
            f"the database is not PostgreSQL: {version[:60]}",
            hint="transactions and migrations rely on PostgreSQL itself; use 13 or later",
        )
    if number < OLDEST_SERVER * 10_000:
        raise StorageError(
            f"the server is too old: {version[:40]}",
            hint=f"upgrade it to PostgreSQL {OLDEST_SERVER} or later",
        )
