"""Every setting with its default and its line of help, and what must hold between them."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from urgentry.config.blobs import BlobSettings
from urgentry.config.environment import PREFIX, given_settings, read_group, refuse_unknown
from urgentry.config.fields import (
    Network,
    base_url,
    bundle_url,
    choice,
    database_dsn,
    networks,
    retention_days,
    secret_keys,
    sentry_dsn,
    setting,
    switch,
    versions,
    whole_number,
)
from urgentry.domain.sdk_loader import BUNDLE_URL, VERSIONS
from urgentry.errors import ConfigError

DATA_DIR = Path("data")
OTLP_HTTP_PORT = 4318
OTLP_GRPC_PORT = 4317


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """`URGENTRY_DATABASE_*`. After reading, `dsn` is whole, whichever way it was given."""

    dsn: str = setting(
        "",
        "`sqlite:///relative`, `sqlite:////absolute` or `postgresql://user:password@host/name`. "
        "Wins over the single parts below.",
        parse=database_dsn,
        shown="SQLite in the data directory",
        secret=True,
    )
    host: str = setting("", "PostgreSQL's host name, or the directory of its socket.")
    port: int = setting(5432, "PostgreSQL's port.", parse=whole_number(1, 65535))
    name: str = setting("urgentry", "Name of the PostgreSQL database.")
    user: str = setting("urgentry", "PostgreSQL's user.")
    password: str = setting("", "That user's password.", secret=True)
    pool_size: int = setting(
        10, "Most connections to PostgreSQL of one process.", parse=whole_number(1, 1000)
    )
    pooler: str = setting(
        "auto",
        "Whether a transaction-mode pooler such as PgBouncer stands in between: `auto` finds out, "
        "`yes` and `no` tell.",
        parse=choice("auto", "yes", "no"),
    )
    statement_timeout_ms: int = setting(
        10_000,
        "PostgreSQL gives up on a statement after this time.",
        parse=whole_number(100, 3_600_000),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapSettings:
    """`URGENTRY_BOOTSTRAP_*`: what the first start makes. All empty: nothing."""

    org: str = setting("", "Slug of the organisation that the first start makes.")
    project: str = setting("", "Slug of its first project.")
    email: str = setting("", "E-mail address of its owner.")
    password: str = setting("", "Password of the owner.", secret=True)
    password_file: str = setting("", "A file that holds that password instead.")
    auth_token: str = setting(
        "", "An API token to make instead of a random one, known beforehand.", secret=True
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """What one request, and all requests together, may take."""

    max_envelope_compressed_bytes: int = setting(
        100 << 20,
        "Largest body of a request as it arrives.",
        parse=whole_number(1 << 10, 1 << 32),
    )
    max_envelope_bytes: int = setting(
        200 << 20, "Largest body once unpacked.", parse=whole_number(1 << 10, 1 << 32)
    )
    max_bytes_in_flight: int = setting(
        64 << 20,
        "Bytes of bodies that may be in work at once; above it SDKs are asked to come back later.",
        parse=whole_number(1 << 20, 1 << 36),
    )
    max_overflow_bytes: int = setting(
        1 << 30,
        "Bytes of large bodies (above 1 MiB, such as attachments) that may lie in the data "
        "directory while they come in; above it SDKs are asked to come back later.",
        parse=whole_number(1 << 20, 1 << 40),
    )
    max_queue_bytes: int = setting(
        32 << 20,
        "Bytes of events that may wait for their commit; above it SDKs are asked to come back "
        "later.",
        parse=whole_number(1 << 20, 1 << 36),
    )
    max_spool_bytes: int = setting(
        1 << 30,
        "Bytes in the data directory that may wait for a database that is away; 0 keeps nothing, "
        "and SDKs are asked to come back. Set it to 0 where the directory does not outlive the "
        "process.",
        parse=whole_number(0, 1 << 44),
    )
    min_free_bytes: int = setting(
        256 << 20,
        "With less than this free on the disk of SQLite's file, SDKs are asked to come back later.",
        parse=whole_number(0, 1 << 50),
    )
    max_database_bytes: int = setting(
        0,
        "With more than this in the database, SDKs are asked to come back later, until what has "
        "expired is removed; 0 is no limit.",
        parse=whole_number(0, 1 << 60),
    )
    commit_deadline_ms: int = setting(
        2_000,
        "After this time the database is taken to be away, and what was sent goes to the spool.",
        parse=whole_number(100, 600_000),
    )
    event_retention_days: int = setting(
        90,
        "How long events are kept, in days: 1, 7, 14, 30, 60, 90, 180 or 365.",
        parse=retention_days,
    )
    explore_timeout_s: int = setting(
        10,
        "Seconds after which a question about spans, logs or metrics is given up.",
        parse=whole_number(1, 600),
    )
    telemetry_retention_days: int = setting(
        30,
        "How long spans, logs and metrics are kept, in days of the same list; never longer than "
        "the events of their project.",
        parse=retention_days,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSdkSettings:
    """`URGENTRY_BROWSER_SDK_*`: what the loader script of a key brings into pages."""

    url: str = setting(
        BUNDLE_URL,
        "Address of the bundles that the loader script brings; the first `%s` is the version, "
        "the second the parts (`.tracing.replay`). `none`: the script loads nothing.",
        parse=bundle_url,
        shown=f"`{BUNDLE_URL}`",
    )
    versions: tuple[str, ...] = setting(
        VERSIONS,
        "Comma list of the SDK's versions to choose from, one for each major version.",
        parse=versions,
        shown=", ".join(VERSIONS),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """`URGENTRY_REPORT_*`: where the server's own errors go."""

    dsn: str = setting(
        "",
        "DSN that is sent the server's own errors: of another instance, or of a project of this "
        "one. Types and places in the code are sent, nothing that anybody sent or stored here.",
        parse=sentry_dsn,
        shown="none: they are only logged",
    )
    environment: str = setting("production", "Environment that these reports name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one process."""

    data_dir: Path = setting(
        DATA_DIR, "Directory of the SQLite database and of keys that were made.", parse=Path
    )
    host: str = setting("0.0.0.0", "Address to listen on.")  # noqa: S104 - it serves a team
    port: int = setting(8000, "Port of pages, API and ingest.", parse=whole_number(1, 65535))
    otlp_http_port: int = setting(
        OTLP_HTTP_PORT, "Port of OTLP over HTTP; 0 is off.", parse=whole_number(0, 65535)
    )
    otlp_grpc_port: int = setting(
        OTLP_GRPC_PORT, "Port of OTLP over gRPC; 0 is off.", parse=whole_number(0, 65535)
    )
    otlp_grpc_health: bool = setting(
        True,
        "Whether that port answers gRPC's health protocol, as probes of Kubernetes ask it.",
        parse=switch,
        shown="yes",
    )
    otlp_grpc_reflection: bool = setting(
        False,
        "Whether that port tells tools, such as grpcurl, what its services are.",
        parse=switch,
        shown="no",
    )
    base_url: str = setting(
        "",
        "The address by which people and SDKs reach this server; DSNs and links begin with it.",
        parse=base_url,
        shown="`http://localhost:` and the port",
    )
    log_level: str = setting(
        "info",
        "Least level that is logged: `debug`, `info`, `warning` or `error`.",
        parse=choice("debug", "info", "warning", "error"),
    )
    log_format: str = setting(
        "console", "`console` for people, `json` for machines.", parse=choice("console", "json")
    )
    maintenance: str = setting(
        "off",
        "Maintenance. While it is not `off`, pages and API are only read and jobs rest. Events are "
        "told to come back (`refuse`), or wait in the spool until it is over (`spool`).",
        parse=choice("off", "refuse", "spool"),
    )
    secret_keys: tuple[str, ...] = setting(
        (),
        "Comma list of keys for session cookies: the first signs, all verify. Needed with several "
        "replicas.",
        parse=secret_keys,
        shown="made once, kept in the data directory",
        secret=True,
    )
    trusted_proxies: tuple[Network, ...] = setting(
        (),
        "Comma list of addresses and CIDR ranges whose forwarded headers count.",
        parse=networks,
        shown="none",
    )
    geoip_database: Path | None = setting(
        None,
        "A MaxMind database (.mmdb) of cities or countries, by which the place of a user's address "
        "is found. It is opened at the start.",
        parse=Path,
        shown="none",
    )
    metrics_token: str = setting(
        "",
        "Bearer token that opens `/metrics` and the details of `/ready` also through a proxy.",
        shown="none",
        secret=True,
    )
    replicas: int = setting(
        1, "How many processes serve this database.", parse=whole_number(1, 1000)
    )
    shutdown_timeout_s: int = setting(
        25, "Time to finish what was accepted when asked to stop.", parse=whole_number(1, 3600)
    )
    database: DatabaseSettings = DatabaseSettings()
    bootstrap: BootstrapSettings = BootstrapSettings()
    blobs: BlobSettings = BlobSettings()
    limits: LimitSettings = LimitSettings()
    browser_sdk: BrowserSdkSettings = BrowserSdkSettings()
    report: ReportSettings = ReportSettings()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Reads every setting; `ConfigError` names one that is unknown, invalid or missing."""
        given = given_settings(environ)
        refuse_unknown(given, _declared())
        groups = {
            group: read_group(kind, prefix, given) for group, (kind, prefix) in GROUPS.items()
        }
        settings = replace(read_group(cls, "", given), **groups)
        return _completed(settings, given)


GROUPS: dict[str, tuple[type[Any], str]] = {
    "database": (DatabaseSettings, "DATABASE_"),
    "bootstrap": (BootstrapSettings, "BOOTSTRAP_"),
    "blobs": (BlobSettings, "BLOBS_"),
    "limits": (LimitSettings, ""),
    "browser_sdk": (BrowserSdkSettings, "BROWSER_SDK_"),
    "report": (ReportSettings, "REPORT_"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One setting as documentation tells it."""

    name: str
    default: str
    about: str
    secret: bool


def describe() -> Iterator[Described]:
    """Every setting, in the order of the settings page."""
    for name, declared in _declared().items():
        told = declared.metadata
        yield Described(
            name=name, default=told["shown"], about=told["about"], secret=told["secret"]
        )


def _declared() -> dict[str, Field[Any]]:
    kinds = [(Settings, ""), *GROUPS.values()]
    return {
        PREFIX + prefix + declared.name.upper(): declared
        for kind, prefix in kinds
        for declared in fields(kind)
        if declared.metadata
    }


def _completed(settings: Settings, given: Mapping[str, str]) -> Settings:
    """Fills what depends on other settings, and refuses what does not go together."""
    dsn = _whole_dsn(settings, given)
    _check_bootstrap(settings.bootstrap)
    _check_replicas(settings, dsn)
    _check_blobs(settings.blobs)
    if settings.maintenance == "spool" and not settings.limits.max_spool_bytes:
        raise ConfigError(
            "URGENTRY_MAINTENANCE is spool, but URGENTRY_MAX_SPOOL_BYTES is 0",
            hint="use URGENTRY_MAINTENANCE=refuse: SDKs are then asked to come back",
        )
    return replace(
        settings,
        base_url=settings.base_url or f"http://localhost:{settings.port}",
        database=replace(settings.database, dsn=dsn),
        blobs=_completed_blobs(settings),
    )


def _whole_dsn(settings: Settings, given: Mapping[str, str]) -> str:
    database = settings.database
    if database.dsn:
        return database.dsn
    if database.host:
        return _dsn_of_parts(database)
    for part in ("PORT", "NAME", "USER", "PASSWORD"):
        if f"URGENTRY_DATABASE_{part}" in given:
            raise ConfigError(
                f"URGENTRY_DATABASE_{part} is set, but no host is",
                hint="set URGENTRY_DATABASE_HOST too, or give the whole URGENTRY_DATABASE_DSN",
            )
    return f"sqlite:///{settings.data_dir / 'urgentry.sqlite'}"


def _dsn_of_parts(database: DatabaseSettings) -> str:
    login = quote(database.user, safe="")
    if database.password:
        login += ":" + quote(database.password, safe="")
    name = quote(database.name, safe="")
    if database.host.startswith("/"):
        return f"postgresql://{login}@/{name}?host={quote(database.host)}&port={database.port}"
    host = f"[{database.host}]" if ":" in database.host else database.host
    return f"postgresql://{login}@{host}:{database.port}/{name}"


def _check_bootstrap(bootstrap: BootstrapSettings) -> None:
    if bootstrap == BootstrapSettings():
        return
    for name in ("org", "project", "email"):
        if not getattr(bootstrap, name):
            raise ConfigError(
                f"URGENTRY_BOOTSTRAP_{name.upper()} is missing",
                hint="the first start needs an organisation, a project, an e-mail and a password",
            )
    if bool(bootstrap.password) == bool(bootstrap.password_file):
        raise ConfigError(
            "one of URGENTRY_BOOTSTRAP_PASSWORD and URGENTRY_BOOTSTRAP_PASSWORD_FILE is needed",
            hint="set the one, leave the other away",
        )


def _check_replicas(settings: Settings, dsn: str) -> None:
    if settings.replicas == 1:
        return
    if dsn.startswith("sqlite:"):
        raise ConfigError(
            f"URGENTRY_REPLICAS is {settings.replicas}, but SQLite serves one process only",
            hint="use PostgreSQL (URGENTRY_DATABASE_DSN) for several replicas",
        )
    if not settings.secret_keys:
        raise ConfigError(
            "URGENTRY_SECRET_KEYS is missing",
            hint="several replicas must share it: make one with `openssl rand -hex 32`",
        )


def _completed_blobs(settings: Settings) -> BlobSettings:
    if settings.blobs.dir == Path():
        return replace(settings.blobs, dir=settings.data_dir / "blobs")
    return settings.blobs


def _check_blobs(blobs: BlobSettings) -> None:
    if bool(blobs.s3_access_key_id) != bool(blobs.s3_secret_access_key):
        raise ConfigError(
            "one of URGENTRY_BLOBS_S3_ACCESS_KEY_ID and URGENTRY_BLOBS_S3_SECRET_ACCESS_KEY is "
            "missing",
            hint="set both, or neither to use the credentials of a role",
        )
    if blobs.former_store == blobs.store:
        raise ConfigError(
            f"URGENTRY_BLOBS_FORMER_STORE is {blobs.store}, as URGENTRY_BLOBS_STORE is",
            hint="leave it away: nothing is moved",
        )
    stores = {blobs.store, blobs.former_store}
    if "s3" in stores and not blobs.s3_bucket:
        raise ConfigError(
            "URGENTRY_BLOBS_S3_BUCKET is missing",
            hint="name the bucket, or keep blobs on disk (URGENTRY_BLOBS_STORE=disk)",
        )
    if "s3" not in stores and blobs.s3_bucket:
        raise ConfigError(
            "URGENTRY_BLOBS_S3_BUCKET is set, but blobs are kept on disk",
            hint="set URGENTRY_BLOBS_STORE=s3 as well, or URGENTRY_BLOBS_FORMER_STORE=s3",
        )
