"""The databases that the benchmark provides: SQLite in a directory of its own, or a PostgreSQL of
its own with the server's own defaults, durability included. Called by `__main__`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.delay_proxy import delayed
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
            yield ProvidedDatabase(label=label, dsn=dsn, stored_bytes=_weigh(server))


def _sqlite(path: Path) -> ProvidedDatabase:
    def stored_bytes() -> int:
        return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))

    return ProvidedDatabase(label="sqlite", dsn=f"sqlite:///{path}", stored_bytes=stored_bytes)


def _weigh(server: PostgresServer) -> Callable[[], int]:
    def stored_bytes() -> int:
        server.sql("CHECKPOINT")
        return int(server.sql("SELECT pg_database_size('urgentry')"))

    return stored_bytes
