"""Opens the database that a DSN names. Only `opening.py` calls this.

Understood are `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql://…`, `postgres://…`.
"""

from collections.abc import Callable

from urgentry.errors import ConfigError
from urgentry.storage.data_directory import refuse_network_volume
from urgentry.storage.database import Database
from urgentry.storage.dsn import PoolSettings, postgres_target, sqlite_path
from urgentry.storage.queries import Library


def open_database(
    dsn: str,
    *,
    queries: Library | None = None,
    pool: PoolSettings | None = None,
    statement_seconds: float | None = 10.0,
    observe_wait: Callable[[float], None] | None = None,
) -> Database:
    """The database of the DSN; connections are made when they are needed.

    ConfigError for a DSN that says nothing usable or a SQLite file on a network file system. The
    folder of a SQLite file is made when it is missing.
    """
    scheme = dsn.partition(":")[0].lower()
    if scheme == "sqlite":
        from urgentry.storage.sqlite import SqliteDatabase  # noqa: PLC0415 - one driver takes memory

        path = sqlite_path(dsn)
        refuse_network_volume(path.parent)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SqliteDatabase(path, queries=queries)
    if scheme in {"postgres", "postgresql"}:
        from urgentry.storage.postgres import PostgresDatabase  # noqa: PLC0415 - same

        return PostgresDatabase(
            postgres_target(dsn),
            queries=queries,
            pool=pool,
            statement_seconds=statement_seconds,
            observe_wait=observe_wait,
        )
    raise ConfigError(
        "the database DSN names no database that is known here",
        hint="it begins with sqlite:/// or postgresql://",
    )
