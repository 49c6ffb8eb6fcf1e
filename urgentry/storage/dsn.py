"""Database DSNs: what `URGENTRY_DATABASE_DSN` may say, turned into what the drivers take.

Managed services hand out libpq parameters that asyncpg would pass on as settings of the server,
which poolers refuse: they are translated or dropped here. Pure; `open.py` calls it.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from urgentry.errors import ConfigError

_KEPT = frozenset({
    "host", "port", "user", "password", "dbname", "passfile", "sslmode", "sslcert", "sslkey",
    "sslrootcert", "sslcrl", "sslpassword", "sslnegotiation", "ssl_min_protocol_version",
    "ssl_max_protocol_version", "target_session_attrs",
})  # fmt: skip
_DROPPED = frozenset({
    "channel_binding", "pgbouncer", "gssencmode", "krbsrvname", "keepalives", "keepalives_idle",
    "keepalives_interval", "keepalives_count", "tcp_user_timeout", "fallback_application_name",
    "client_encoding", "load_balance_hosts", "require_auth", "connection_limit", "pool_timeout",
    "prepareThreshold", "preparethreshold", "ssl", "sslcompression", "sslsni", "supa",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresTarget:
    """Where and how to connect. `url` holds the password: it is never logged."""

    url: str
    label: str
    application_name: str | None = None
    connect_seconds: float = 5.0
    verified_tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """`statement_cache`: statements kept prepared a connection; None finds out whether it may."""

    size: int = 10
    wait_seconds: float = 5.0
    command_seconds: float | None = 12.0
    statement_cache: int | None = None
    application_name: str = "urgentry"


def sqlite_path(dsn: str) -> Path:
    """The file of a `sqlite:` DSN: three slashes are relative, four are absolute."""
    parts = urlsplit(dsn)
    if parts.netloc or parts.query or parts.fragment or parts.path in {"", "/"}:
        raise ConfigError(
            "the SQLite DSN names no file",
            hint="write sqlite:///relative/path.db or sqlite:////absolute/path.db",
        )
    return Path(parts.path[1:])


def postgres_target(dsn: str) -> PostgresTarget:
    """The target of a `postgres:` or `postgresql:` DSN. ConfigError names what it cannot take."""
    parts = urlsplit(dsn)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    _refuse_unknown(given)
    kept = {name: value for name, value in given.items() if name in _KEPT}
    tls = None
    if kept.get("sslrootcert") == "system":
        kept.pop("sslrootcert")
        kept.pop("sslmode", None)
        tls = ssl.create_default_context()
    url = parts._replace(scheme="postgresql", query=urlencode(kept, quote_via=quote)).geturl()
    return PostgresTarget(
        url=url,
        label=f"{parts.netloc.rpartition('@')[2] or kept.get('host', 'localhost')}{parts.path}",
        application_name=given.get("application_name"),
        connect_seconds=_connect_seconds(given.get("connect_timeout", "")),
        verified_tls=tls,
    )


def postgres_dsn(*, host: str, port: int = 5432, name: str, user: str, password: str = "") -> str:
    """The DSN of a database that is given by its parts."""
    secret = f":{quote(password, safe='')}" if password else ""
    where = f"[{host}]" if ":" in host else quote(host, safe="")
    return f"postgresql://{quote(user, safe='')}{secret}@{where}:{port}/{quote(name, safe='')}"


def _refuse_unknown(given: dict[str, str]) -> None:
    known = _KEPT | _DROPPED | {"application_name", "connect_timeout"}
    unknown = sorted(given.keys() - known)
    if unknown:
        raise ConfigError(
            f"the database DSN has a parameter that is not understood: {', '.join(unknown)}",
            hint="remove it: settings of the session do not survive a connection pooler",
        )


def _connect_seconds(text: str) -> float:
    """libpq reads 0, a negative number and nothing as its default."""
    try:
        seconds = float(text) if text else 0.0
    except ValueError:
        raise ConfigError("connect_timeout in the database DSN is not a number") from None
    return max(2.0, seconds) if seconds > 0 else 5.0
