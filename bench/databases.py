"""The databases that the benchmark provides: SQLite in a directory of its own, or a PostgreSQL of
its own with the server's own defaults, durability included. Called by `__main__`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.delay_proxy import delayed
from bench.process import family_processor_seconds, parent
from tests.database_servers import PostgresServer, running_postgres

DATABASES = ("sqlite", "postgres")
POSTGRES_SETTINGS = ("shared_buffers=128MB", "max_connections=60")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvidedDatabase:
    """An empty database and how to weigh it."""

    label: str
    dsn: str
    stored_bytes: Callable[[], int]
    """Bytes on disk once all is written to its place; asked while the server is stopped."""
    processor_seconds: Callable[[], float]
    """Processor time of the database's own processes so far."""


@contextmanager
def provided(name: str, folder: Path, *, delay_ms: float) -> Iterator[ProvidedDatabase]:
    """The database of that name for the length of the block."""
    if name == "sqlite":
        yield _sqlite(folder / "urgentry.sqlite")
        return
    with running_postgres(settings=POSTGRES_SETTINGS) as server:
        server.create_database("urgentry")
        with delayed(server.dsn("urgentry"), delay_ms) as dsn:
            label = f"postgres + {delay_ms:g} ms" if delay_ms else "postgres"
            yield _postgres(server, label=label, dsn=dsn)


def _sqlite(path: Path) -> ProvidedDatabase:
    def stored_bytes() -> int:
        return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))

    return ProvidedDatabase(
        label="sqlite",
        dsn=f"sqlite:///{path}",
        stored_bytes=stored_bytes,
        processor_seconds=lambda: 0.0,
    )


def _postgres(server: PostgresServer, *, label: str, dsn: str) -> ProvidedDatabase:
    checkpointer = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"
    postmaster = parent(int(server.sql(checkpointer)))

    def stored_bytes() -> int:
        server.sql("CHECKPOINT")
        return int(server.sql("SELECT pg_database_size('urgentry')"))

    return ProvidedDatabase(
        label=label,
        dsn=dsn,
        stored_bytes=stored_bytes,
        processor_seconds=lambda: family_processor_seconds(postmaster),
    )
