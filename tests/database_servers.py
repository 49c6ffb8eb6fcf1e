"""Real PostgreSQL and PgBouncer servers for tests and the benchmark: started on free ports, with
their files in a directory of their own that goes away with them. Blocking on purpose.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

START_TIMEOUT_S = 20.0
POLL_S = 0.02
USER = "postgres"
_DISK = "/tmp"
_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
_PORTS = range(10_000, 32_000)
"""Below those that systems give to whoever connects."""
_PORT_TRIES = 100

TEST_SETTINGS = (
    "fsync=off",
    "shared_buffers=32MB",
    "max_connections=120",
    "max_wal_size=128MB",
    "deadlock_timeout=50ms",
    "autovacuum=off",
)
POOLER_SETTINGS = """
[databases]
* = host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {directory}/users.txt
pool_mode = {pool_mode}
default_pool_size = {pool_size}
query_wait_timeout = 12
server_login_retry = 1
max_client_conn = 200
"""


class MissingServerError(Exception):
    """A server program is not installed here."""


class Port(Protocol):
    """Whoever takes connections of PostgreSQL's clients: a server, or a proxy before it."""

    port: int


class PostgresServer:
    """A PostgreSQL server that can be stopped, frozen and started again on the same port."""

    def __init__(
        self,
        directory: Path,
        *,
        settings: Sequence[str] = TEST_SETTINGS,
        primary: "PostgresServer | None" = None,
    ) -> None:
        """With a primary it is its standby, which holds all that it has."""
        self.port = free_port()
        self._directory = directory
        self._settings = settings
        self._bin = _postgres_programs()
        self._process: subprocess.Popen[bytes] | None = None
        self._data = directory / "data"
        if primary is None:
            self._run("initdb", "-D", str(self._data), "-U", USER, "-A", "trust", "-E", "UTF8")
        else:
            self._run(
                "pg_basebackup", "-D", str(self._data), "-d", primary.dsn(), "-R", "-c", "fast"
            )

    def dsn(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = [text for setting in self._settings for text in ("-c", setting)]
        where = ["-D", str(self._directory / "data"), "-k", str(self._directory)]
        self._process = _started(
            [
                str(self._bin / "postgres"),
                *where,
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                *options,
            ],
            self._directory / "postgres.log",
        )
        self.wait_ready()

    def wait_ready(self) -> None:
        """Returns when the server takes connections."""
        _wait_until(self._answers, "PostgreSQL", self._directory / "postgres.log")

    def stop(self) -> None:
        """A fast shutdown: sessions are cut, what is committed stays."""
        if self._process is not None:
            self.thaw()
            self._process.send_signal(signal.SIGINT)
            self._process.wait(START_TIMEOUT_S)
            self._process = None

    def crash(self) -> None:
        """Every process of the server ends at once; nothing is flushed, nobody is told."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_TIMEOUT_S)
            self._process = None

    def promote(self) -> None:
        """Makes a standby the primary."""
        self._run("pg_ctl", "promote", "-w", "-D", str(self._data))

    def freeze(self) -> None:
        """Stops every process of the server where it stands: it keeps its sockets, says nothing."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def sql(self, text: str, database: str = "postgres") -> str:
        """Runs a statement as the superuser; what psql prints, unaligned."""
        return self._run(
            "psql", "-d", self.dsn(database), "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text
        )

    def create_database(self, name: str, template: str = "template0") -> None:
        """Copies files, which without fsync takes a third of the time of a copy through the log."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')

    def drop_database(self, name: str) -> None:
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _answers(self) -> bool:
        ready = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            check=False,
            capture_output=True,
            text=True,
            user=unprivileged(),
            cwd=self._directory,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr}")
        return done.stdout.strip()

    def _signal_all(self, told: signal.Signals) -> None:
        for pid in self._processes():
            with suppress(ProcessLookupError):
                os.kill(pid, told)

    def _processes(self) -> list[int]:
        if self._process is None:
            return []
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [self._process.pid, *map(int, children.read_text().split())]


class PgBouncer:
    """A pooler in front of a server, in transaction mode unless told; so small that clients share
    sessions."""

    def __init__(
        self,
        directory: Path,
        server: PostgresServer,
        *,
        pool_size: int = 2,
        pool_mode: str = "transaction",
    ) -> None:
        self.port = free_port()
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._pool = {"pool_size": pool_size, "pool_mode": pool_mode}
        self._write_settings(server)
        (directory / "users.txt").write_text(f'"{USER}" ""\n')

    def dsn(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def lead_to(self, server: Port) -> None:
        """From now on it stands before another server; its clients stay connected."""
        self._write_settings(server)
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def _write_settings(self, server: Port) -> None:
        settings = POOLER_SETTINGS.format(
            server_port=server.port, port=self.port, directory=self._directory, **self._pool
        )
        (self._directory / "pgbouncer.ini").write_text(settings)

    def start(self) -> None:
        program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            raise MissingServerError("pgbouncer is not installed: run scripts/setup --with tests")
        log = self._directory / "pgbouncer.log"
        self._process = _started([program, str(self._directory / "pgbouncer.ini")], log)
        _wait_until(lambda: listens(self.port), "PgBouncer", log)

    @contextmanager
    def kept_running(self) -> Iterator[None]:
        """Starts it again when it ends, as whoever runs a pooler does. Version 1.18 ends itself
        when a client no longer waits for the cancellation that it asked for, as clients of a
        frozen database do."""
        enough = Event()

        def keep() -> None:
            while not enough.wait(POLL_S):
                if self._process is not None and self._process.poll() is not None:
                    self.start()

        keeper = Thread(target=keep)
        keeper.start()
        try:
            yield
        finally:
            enough.set()
            keeper.join()

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(START_TIMEOUT_S)
            self._process = None


@contextmanager
def running_postgres(
    *, settings: Sequence[str] = TEST_SETTINGS, within: Path | None = None
) -> Iterator[PostgresServer]:
    """A new, empty server for the length of the block. Its usual settings forgo durability, and it
    then lies in memory: a disk takes ten times as long for the files of a fresh database."""
    place = str(within) if within else _memory() if "fsync=off" in settings else _DISK
    with private_directory("urgentry-postgres-", within=place) as directory:
        server = PostgresServer(directory, settings=settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def running_standby(primary: PostgresServer) -> Iterator[PostgresServer]:
    """A standby that has each commit of the primary before it is answered."""
    with private_directory("urgentry-standby-") as directory:
        standby = PostgresServer(directory, primary=primary)
        standby.start()
        try:
            primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.sql("SELECT pg_reload_conf()")
            yield standby
        finally:
            standby.stop()


@contextmanager
def running_pgbouncer(
    server: PostgresServer, *, pool_size: int = 2, pool_mode: str = "transaction"
) -> Iterator[PgBouncer]:
    """A pooler in front of the server for the length of the block."""
    with private_directory("urgentry-pgbouncer-") as directory:
        pooler = PgBouncer(directory, server, pool_size=pool_size, pool_mode=pool_mode)
        pooler.start()
        try:
            yield pooler
        finally:
            pooler.stop()


def free_port() -> int:
    """A port of this machine that nobody listens on at this moment, and that no connection which
    begins meanwhile is given."""
    for _ in range(_PORT_TRIES):
        port = _PORTS.start + secrets.randbelow(len(_PORTS))
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise MissingServerError("no free port was found")


def _memory() -> str:
    """Where files lie in memory, if there is room; else the disk."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    return str(_MEMORY) if roomy else _DISK


@contextmanager
def private_directory(prefix: str, *, within: str = _DISK) -> Iterator[Path]:
    """A directory that belongs to the user who runs the server."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=within) as name:
        user = unprivileged()
        if user is not None:
            shutil.chown(name, user)
        yield Path(name)


def unprivileged() -> str | None:
    """Neither program runs as root: then it is the user that Debian's packages make."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(USER).pw_name
    except KeyError:
        raise MissingServerError(f"no user {USER}: run scripts/setup --with tests") from None


def _postgres_programs() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    on_path = shutil.which("postgres")
    found = installed[0] if installed else Path(on_path) if on_path else None
    if found is None:
        raise MissingServerError("PostgreSQL is not installed: run scripts/setup --with tests")
    return found.resolve().parent


def _started(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            user=unprivileged(),
            cwd=log.parent,
        )


def _wait_until(condition: Callable[[], bool], what: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} does not start:\n{log.read_text()[-2000:]}")
        time.sleep(POLL_S)


def listens(port: int) -> bool:
    """Whether somebody on this machine takes connections at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
