"""The life of a server: lock, open, listen, wait until the schema serves, then work. At the end:
refuse, drain, flush, close. Called by `cli`.
"""

import asyncio
import ctypes
import gc
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Protocol

import structlog

from urgentry import clock
from urgentry.app import App
from urgentry.config import OTLP_GRPC_PORT, OTLP_HTTP_PORT, Settings
from urgentry.errors import ConfigError, SchemaMismatch, StorageError
from urgentry.ingest.monitoring import keep_monitoring
from urgentry.jobs.aging import keep_aging
from urgentry.jobs.blob_sweeping import keep_swept
from urgentry.jobs.block_joining import keep_joining
from urgentry.jobs.escalation import keep_escalating
from urgentry.jobs.housekeeping import keep_house, prepare_partitions
from urgentry.jobs.measuring import keep_measuring
from urgentry.jobs.packing import keep_packing
from urgentry.jobs.retention import keep_retention
from urgentry.jobs.supervise import Job, supervise
from urgentry.metrics import Metrics
from urgentry.opening import (
    bootstrap_password,
    is_embedded,
    open_blob_store,
    open_places,
    open_seals,
    open_settings_database,
)
from urgentry.reporting import reporting
from urgentry.server import HttpServer
from urgentry.storage import migrate as schema
from urgentry.storage.data_directory import lock_data_directory
from urgentry.storage.dsn import sqlite_path
from urgentry.tenancy.onboard import Wish, bootstrap

_SWITCH_SECONDS = 0.0001
_SCHEMA_POLL_SECONDS = 1.0
_M_ARENA_MAX = -8
"""What `malloc.h` calls the option."""
_GARBAGE_THRESHOLD = 20_000
"""New containers before a collection looks for cycles. An event makes a thousand and no cycle, so
Python's own 700 would look more than once an event."""
_FLUSH_SECONDS = 3.0

log = structlog.get_logger(__name__)


def _share_memory() -> None:
    """All threads take memory from one place, and give it back to it: the C library would keep
    some for each."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


async def serve(settings: Settings, *, migrate: bool) -> None:
    """Serves until SIGTERM or SIGINT; returns when everything accepted is written."""
    _share_memory()
    sys.setswitchinterval(_SWITCH_SECONDS)
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        stack.enter_context(reporting(settings.report.dsn, environment=settings.report.environment))
        if is_embedded(settings):
            stack.enter_context(lock_data_directory(sqlite_path(settings.database.dsn).parent))
        database = open_settings_database(settings, observe_wait=metrics.pool_wait_seconds.observe)
        stack.push_async_callback(database.close)
        blobs = open_blob_store(settings.blobs)
        stack.push_async_callback(blobs.close)
        places = open_places(settings.geoip_database)
        if places is not None:
            stack.enter_context(places)
        app = App(
            settings,
            database,
            blobs,
            metrics,
            open_seals(settings),
            find_place=places.find if places is not None else None,
        )
        listeners = _listeners(settings, app)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(
                number, _refuse, app, listeners, settings.shutdown_timeout_s
            )
        await _run(settings, app, listeners, migrate=migrate or is_embedded(settings))
    log.info("stopped")


class Listener(Protocol):
    """What answers on a port."""

    async def serve(self) -> None:
        """Answers until `stop`; returns when the last request is answered."""

    def stop(self) -> None:
        """Asks it to end."""


def _listeners(settings: Settings, app: App) -> list[Listener]:
    """One for people and SDKs, and where they are wanted those for OTLP. Where somebody else has
    one of OTLP's usual ports, as a second server on one machine finds it, only that is missing;
    another port was asked for, and stops the start."""
    listen = partial(HttpServer, host=settings.host, drain_timeout_s=settings.shutdown_timeout_s)
    own_port = partial(
        listen,
        app.take_exports,
        port=settings.otlp_http_port,
        port_setting="URGENTRY_OTLP_HTTP_PORT",
    )
    listeners: list[Listener] = [listen(app, port=settings.port)]
    for port, usual, make in (
        (settings.otlp_http_port, OTLP_HTTP_PORT, own_port),
        (settings.otlp_grpc_port, OTLP_GRPC_PORT, partial(_grpc_listener, settings, app)),
    ):
        try:
            listeners += [make()] if port else []
        except ConfigError as error:
            if port != usual:
                raise
            log.warning("otlp_not_taken", problem=str(error), hint=error.hint)
    return listeners


def _grpc_listener(settings: Settings, app: App) -> Listener:
    from urgentry.otlp.grpc.listener import GrpcListener  # noqa: PLC0415 - it takes 14 megabytes

    return GrpcListener(
        app.otlp,
        app.is_open,
        app.problems,
        app.metrics,
        host=settings.host,
        port=settings.otlp_grpc_port,
        drain_timeout_s=settings.shutdown_timeout_s,
        answers_health=settings.otlp_grpc_health,
        answers_reflection=settings.otlp_grpc_reflection,
    )


def _refuse(app: App, listeners: Sequence[Listener], timeout_s: int) -> None:
    """The first step of stopping: not ready any more, live streams end, no new connections. What
    comes on open ones is still served, for as long as the listener lets it."""
    app.is_stopping = True
    app.hub.close()
    for listener in listeners:
        listener.stop()
    asyncio.get_running_loop().call_later(timeout_s, app.pipeline.give_up)


async def _run(
    settings: Settings, app: App, listeners: Sequence[Listener], *, migrate: bool
) -> None:
    """Listens until told to stop, then drains and flushes. Whoever waited for an answer has it by
    then, be it that time was up: a database that hangs ends the flush."""
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(_work(settings, app, migrate=migrate))
        writer = tasks.create_task(app.pipeline.run())
        await asyncio.gather(*(listener.serve() for listener in listeners))
        app.pipeline.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_SECONDS):
                await writer
                await app.ledger.flush()
        work.cancel()
    await app.spool.close()


async def _work(settings: Settings, app: App, *, migrate: bool) -> None:
    """Waits until the schema serves, opens the doors, then keeps the jobs running."""
    await _wait_for_database(settings, app, migrate=migrate)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE_THRESHOLD)
    app.open_doors()
    log.info("ready", url=settings.base_url)
    async with asyncio.TaskGroup() as jobs:
        for name, job in _jobs(settings, app).items():
            jobs.create_task(supervise(name, job, app.metrics))
        if app.is_maintained:
            log.warning("maintenance", events=settings.maintenance)


def _jobs(settings: Settings, app: App) -> Mapping[str, Job]:
    """What runs beside answering; under maintenance only what serves readers."""
    database = app.database
    jobs: dict[str, Job] = {
        "pulse": app.pulse.run,
        "feed": app.hub.run,
        "ledger": app.ledger.run,
        "quotas": app.quotas.run,
        "space": app.space.run,
    }
    if settings.limits.max_spool_bytes:
        jobs["keys"] = app.scopes.run
    if app.is_maintained:
        return jobs
    delay = settings.blobs.sweep_delay_days * clock.DAY
    return jobs | {
        "spool": app.drain.run,
        "housekeeping": partial(keep_house, database),
        "monitors": partial(keep_monitoring, database, app.writer),
        "retention": partial(keep_retention, database),
        "aging": partial(keep_aging, database),
        "escalation": partial(keep_escalating, database),
        "packing": partial(keep_packing, database, app.pipeline.is_behind),
        "blobs": partial(keep_swept, database, app.blobs, delay=delay),
        "joining": partial(keep_joining, database),
        "measuring": partial(
            keep_measuring, database, app.metrics, most=settings.limits.max_database_bytes
        ),
    }


async def _wait_for_database(settings: Settings, app: App, *, migrate: bool) -> None:
    """Returns when the database is prepared. Without PostgreSQL, or on an older schema, it waits
    and says what to do; a SQLite file that cannot be used stops the start."""
    while True:
        try:
            if migrate:
                await _migrate(settings)
            await schema.check(app.database)
            await prepare_partitions(app.database)
            await _bootstrap(settings, app)
        except StorageError as error:
            if is_embedded(settings):
                raise
            app.metrics.migration_pending.set(isinstance(error, SchemaMismatch))
            problem = f"{error} ({error.hint})" if error.hint else str(error)
            if app.not_ready != problem:
                log.warning("waiting", problem=str(error), hint=error.hint)
            app.wait_without_database(problem)
            await asyncio.sleep(_SCHEMA_POLL_SECONDS)
        else:
            app.metrics.migration_pending.set(0)
            return


async def _migrate(settings: Settings) -> None:
    """Migrates on connections of its own, whose statements may take the time that they need."""
    database = open_settings_database(settings, is_limited=False)
    try:
        await schema.migrate(database)
    finally:
        await database.close()


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
