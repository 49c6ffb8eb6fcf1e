"""The composition root: settings become opened backends and one ASGI application.

`serve` owns the order of start and stop. At the start: lock, open, listen, wait until the schema
serves, then work. At the end: refuse, drain, flush, close.
"""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import structlog
from starlette.applications import Starlette

from urgentry import clock
from urgentry.api.endpoint import ApiDeps
from urgentry.api.routes import routes as api_routes
from urgentry.config import Settings
from urgentry.domain.feed import FeedEntry, FeedKind
from urgentry.errors import ConfigError, StorageError
from urgentry.ingest.budget import BytesInFlight
from urgentry.ingest.endpoint import PATH as INGEST_PATH
from urgentry.ingest.endpoint import Ingest
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.names import KnownNames
from urgentry.ingest.pipeline import Pipeline
from urgentry.ingest.quota import Quotas
from urgentry.ingest.scopes import Scopes
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import BodyLimits, collapse_slashes
from urgentry.jobs.aging import keep_aging
from urgentry.jobs.housekeeping import keep_house, prepare_partitions
from urgentry.jobs.pulse import Pulse
from urgentry.jobs.supervise import supervise
from urgentry.live.hub import Hub
from urgentry.metrics import Metrics
from urgentry.operations import PATHS as OPERATIONS_PATHS
from urgentry.operations import Operations
from urgentry.server import HttpServer
from urgentry.storage import migrate as schema
from urgentry.storage.data_directory import lock_data_directory
from urgentry.storage.database import Database
from urgentry.storage.dsn import sqlite_path
from urgentry.storage.open import open_database
from urgentry.storage.postgres_pool import PoolSettings
from urgentry.tenancy.onboard import Wish, bootstrap
from urgentry.web.deps import WebDeps
from urgentry.web.routes import routes as web_routes

_SWITCH_SECONDS = 0.0001
_OLDEST_EVENT = 10 * clock.SECOND
_SCHEMA_POLL_SECONDS = 1.0
_COMMAND_SECONDS = 12.0
_GARBAGE_THRESHOLD = 20_000
"""New containers before a collection looks for cycles. An event makes a thousand and no cycle, so
Python's own 700 would look more than once an event."""
_FLUSH_SECONDS = 3.0
_STATEMENT_CACHES = {"auto": None, "yes": 0, "no": 100}
"""By what the operator says of a pooler in between: prepared statements survive none."""

log = structlog.get_logger(__name__)


class App:
    """Everything that one process serves."""

    def __init__(self, settings: Settings, database: Database, metrics: Metrics) -> None:
        limits = settings.limits
        self.metrics = metrics
        self.database = database
        self.hub = Hub(database, metrics)
        self.pulse = Pulse(database)
        self.ledger = Ledger(database, metrics)
        self.names = KnownNames()
        self.scopes = Scopes(database)
        self.quotas = Quotas(database)
        self.pipeline = Pipeline(
            database,
            self.ledger,
            metrics,
            self.names,
            max_queue_bytes=limits.max_queue_bytes,
            after_commit=self.hub.wake,
        )
        budget = BytesInFlight(limits.max_bytes_in_flight)
        metrics.in_flight_bytes.set_function(lambda: budget.used)
        metrics.queue_bytes.set_function(lambda: self.pipeline.queue_bytes)
        metrics.oldest_seconds.set_function(lambda: self.pipeline.oldest_age / clock.SECOND)
        self.ingest = Ingest(
            scopes=self.scopes,
            pipeline=self.pipeline,
            ledger=self.ledger,
            quotas=self.quotas,
            budget=budget,
            limits=BodyLimits(
                compressed_bytes=limits.max_envelope_compressed_bytes,
                unpack=UnpackLimits(unpacked_bytes=limits.max_envelope_bytes),
            ),
            trusted_proxies=settings.trusted_proxies,
        )
        self.hub.listen(self._settings_changed)
        self.api = Starlette(
            routes=api_routes(
                ApiDeps(
                    database=database,
                    base_url=settings.base_url,
                    event_retention_days=limits.event_retention_days,
                )
            )
        )
        self.web = Starlette(
            routes=web_routes(
                WebDeps(
                    database=database,
                    hub=self.hub,
                    base_url=settings.base_url,
                    trusted_proxies=settings.trusted_proxies,
                    event_retention_days=limits.event_retention_days,
                )
            )
        )
        self.operations = Operations(metrics, self.problems, metrics_token=settings.metrics_token)
        self.not_ready: str | None = "starting"
        self.is_stopping = False

    def _settings_changed(self, entry: FeedEntry) -> None:
        """Somebody, on whatever replica, changed settings: what is remembered may be wrong."""
        if entry.kind is FeedKind.SETTINGS:
            self.scopes.forget()
            self.names.forget()

    async def problems(self) -> Mapping[str, str]:
        """What stands in the way of serving, by part. Waits for nothing: probes have no time."""
        if self.is_stopping:
            return {"server": "stopping"}
        if self.not_ready is not None:
            return {"server": self.not_ready}
        problems = {}
        if self.pulse.problem is not None:
            problems["database"] = self.pulse.problem
        if self.pipeline.oldest_age > _OLDEST_EVENT:
            problems["writer"] = "the oldest event has waited too long for its commit"
        return problems

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Routes a request to the part that answers it, and counts it."""
        # Routes match no line break, and what they miss would pass by our own answers.
        path = collapse_slashes(scope["path"]).replace("\n", "\ufffd")
        area, part = self._part(path)
        started = clock.now()

        async def counting_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                elapsed = (clock.now() - started) / clock.SECOND
                self.metrics.requests.labels(area, message["status"]).inc()
                self.metrics.request_seconds.labels(area).observe(elapsed)
            await send(message)

        if path != scope["path"]:
            scope = {**scope, "path": path}
        await part(scope, receive, counting_send)

    def _part(self, path: str) -> tuple[str, Any]:
        if path in OPERATIONS_PATHS:
            return "operations", self.operations
        if self.not_ready is not None:
            return "starting", _answer_not_ready
        if INGEST_PATH.fullmatch(path):
            return "ingest", self.ingest
        if path.startswith("/api/"):
            return "api", self.api
        return "web", self.web


async def _answer_not_ready(_scope: Any, _receive: Any, send: Any) -> None:
    body = b'{"detail":"the server is not ready"}'
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"5"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def serve(settings: Settings, *, migrate: bool) -> None:
    """Serves until SIGTERM or SIGINT; returns when everything accepted is written."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        if is_embedded(settings):
            stack.enter_context(lock_data_directory(sqlite_path(settings.database.dsn).parent))
        database = open_settings_database(settings, observe_wait=metrics.pool_wait_seconds.observe)
        stack.push_async_callback(database.close)
        app = App(settings, database, metrics)
        listener = HttpServer(
            app,
            host=settings.host,
            port=settings.port,
            drain_timeout_s=settings.shutdown_timeout_s,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(
                number, _refuse, app, listener, settings.shutdown_timeout_s
            )
        await _run(settings, app, listener, migrate=migrate or is_embedded(settings))
    log.info("stopped")


def _refuse(app: App, listener: HttpServer, timeout_s: int) -> None:
    """The first step of stopping: not ready any more, live streams end, no new connections. What
    comes on open ones is still served, for as long as the listener lets it."""
    app.is_stopping = True
    app.hub.close()
    listener.stop()
    asyncio.get_running_loop().call_later(timeout_s, app.pipeline.give_up)


async def _run(settings: Settings, app: App, listener: HttpServer, *, migrate: bool) -> None:
    """Listens until told to stop, then drains and flushes. Whoever waited for an answer has it by
    then, be it that time was up: a database that hangs ends the flush."""
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(_work(settings, app, migrate=migrate))
        writer = tasks.create_task(app.pipeline.run())
        await listener.serve()
        app.pipeline.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_SECONDS):
                await writer
                await app.ledger.flush()
        work.cancel()


async def _work(settings: Settings, app: App, *, migrate: bool) -> None:
    """Waits until the schema serves, opens the doors, then keeps the jobs running."""
    await _wait_for_database(settings, app, migrate=migrate)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE_THRESHOLD)
    app.not_ready = None
    log.info("ready", url=settings.base_url)
    async with asyncio.TaskGroup() as jobs:
        jobs.create_task(supervise("pulse", app.pulse.run))
        jobs.create_task(supervise("feed", app.hub.run))
        jobs.create_task(supervise("ledger", app.ledger.run))
        jobs.create_task(supervise("quotas", app.quotas.run))
        jobs.create_task(supervise("housekeeping", lambda: keep_house(app.database)))
        jobs.create_task(supervise("aging", lambda: keep_aging(app.database)))


async def _wait_for_database(settings: Settings, app: App, *, migrate: bool) -> None:
    """Returns when the database is prepared. Without PostgreSQL, or on an older schema, it waits
    and says what to do; a SQLite file that cannot be used stops the start."""
    while True:
        try:
            if migrate:
                await schema.migrate(app.database)
            await schema.check(app.database)
            await prepare_partitions(app.database)
            await _bootstrap(settings, app)
        except StorageError as error:
            if is_embedded(settings):
                raise
            problem = f"{error} ({error.hint})" if error.hint else str(error)
            if app.not_ready != problem:
                log.warning("waiting", problem=str(error), hint=error.hint)
            app.not_ready = problem
            await asyncio.sleep(_SCHEMA_POLL_SECONDS)
        else:
            return


async def _bootstrap(settings: Settings, app: App) -> None:
    """Makes what `URGENTRY_BOOTSTRAP_*` asks for, where it does not exist yet."""
    wanted = settings.bootstrap
    if not wanted.org:
        return
    made = await bootstrap(
        app.database,
        Wish(
            organization=wanted.org,
            project=wanted.project,
            email=wanted.email,
            password=bootstrap_password(settings),
            auth_token=wanted.auth_token or None,
            retention_days=settings.limits.event_retention_days,
        ),
        base_url=settings.base_url,
    )
    log.info("bootstrapped", organization=made.organization, project=made.project)


def bootstrap_password(settings: Settings) -> str | None:
    """The password that the environment gives for the first account, if it gives one."""
    if settings.bootstrap.password_file:
        return read_password_file(settings.bootstrap.password_file)
    return settings.bootstrap.password or None


def read_password_file(path: str) -> str:
    """The first line of a file."""
    try:
        return Path(path).read_text().partition("\n")[0].rstrip("\r")
    except OSError as error:
        raise ConfigError(f"cannot read the password file {path}: {error.strerror}") from error


def is_embedded(settings: Settings) -> bool:
    """Whether the database is a SQLite file."""
    return settings.database.dsn.startswith("sqlite:")


def open_settings_database(
    settings: Settings,
    *,
    observe_wait: Callable[[float], None] | None = None,
    is_limited: bool = True,
) -> Database:
    """The database that the settings name. Statements of a migration are not limited in time."""
    configured = settings.database
    return open_database(
        configured.dsn,
        pool=PoolSettings(
            size=configured.pool_size,
            statement_cache=_STATEMENT_CACHES[configured.pooler],
            application_name=f"urgentry-{os.getpid()}",
            command_seconds=_COMMAND_SECONDS if is_limited else None,
        ),
        statement_seconds=configured.statement_timeout_ms / 1000 if is_limited else None,
        observe_wait=observe_wait,
    )
