"""The composition root: settings and an opened database become one ASGI application."""

import asyncio
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from starlette.applications import Starlette

from urgentry import clock
from urgentry.access.seals import Seals
from urgentry.api.endpoint import ApiDeps
from urgentry.api.routes import routes as api_routes
from urgentry.blobs.base import BlobStore
from urgentry.config import Settings
from urgentry.domain.feed import FeedEntry, FeedKind
from urgentry.explore.scanning import Desk
from urgentry.explore.tailing import Tails
from urgentry.ingest.budget import BytesInFlight
from urgentry.ingest.edge import IngestEdge
from urgentry.ingest.endpoints.table import ENDPOINTS
from urgentry.ingest.intake import Intake
from urgentry.ingest.keeping import Keeper
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.names import KnownNames
from urgentry.ingest.normalize.receipt import FindPlace
from urgentry.ingest.overflow import Overflow
from urgentry.ingest.pipeline import Pipeline
from urgentry.ingest.quota import Quotas
from urgentry.ingest.readers import READERS
from urgentry.ingest.scopes import Scopes
from urgentry.ingest.space import Space
from urgentry.ingest.spikes import Spikes
from urgentry.ingest.spool.drain import Drain
from urgentry.ingest.spool.spool import Spool
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import CORS_HEADERS, BodyLimits, collapse_slashes
from urgentry.ingest.writer import BatchWriter
from urgentry.jobs.pulse import Pulse
from urgentry.live.hub import Hub
from urgentry.metrics import Metrics
from urgentry.operations import PATHS as OPERATIONS_PATHS
from urgentry.operations import Operations
from urgentry.otlp.endpoints import ENDPOINTS as OTLP_ENDPOINTS
from urgentry.otlp.endpoints import OWN_ENDPOINTS as OTLP_PORT_ENDPOINTS
from urgentry.otlp.items import with_exports
from urgentry.storage.database import Database
from urgentry.storage.dsn import sqlite_path
from urgentry.web.deps import WebDeps
from urgentry.web.routes import routes as web_routes
from urgentry.web.sdk_loader import PATH as SDK_LOADER_PATH
from urgentry.web.sdk_loader import SdkLoader

_START_SECONDS = 5.0
_QUESTIONS_AT_ONCE = 2
_TAIL_SECONDS = 2.0
_MOST_TAILS = 50
_OLDEST_EVENT = 10 * clock.SECOND


class App:
    """Everything that one process serves."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        blobs: BlobStore,
        metrics: Metrics,
        seals: Seals,
        find_place: FindPlace | None = None,
    ) -> None:
        limits, dsn = settings.limits, settings.database.dsn
        self.is_maintained = settings.maintenance != "off"
        self._spools_all = settings.maintenance == "spool"
        self.metrics = metrics
        metrics.maintenance.set(self.is_maintained)
        self.database = database
        self.blobs = blobs
        self.hub = Hub(database, metrics)
        self.pulse = Pulse(database)
        self.ledger = Ledger(database, metrics)
        self.names = KnownNames()
        keeps = limits.max_spool_bytes > 0
        self.scopes = Scopes(
            database,
            kept_in=settings.data_dir / "keys.json" if keeps else None,
            telemetry_days=limits.telemetry_retention_days,
        )
        self.quotas = Quotas(database, Spikes(database))
        self.spool = Spool(settings.data_dir / "spool", max_bytes=limits.max_spool_bytes)
        self.writer = BatchWriter(self.ledger, metrics, self.names, after_commit=self.hub.wake)
        self.pipeline = Pipeline(
            database,
            self.ledger,
            metrics,
            self.writer,
            self.spool,
            max_queue_bytes=limits.max_queue_bytes,
            commit_deadline_s=limits.commit_deadline_ms / 1000,
        )
        self.drain = Drain(
            database, self.spool, self.writer, metrics, on_empty=self.pipeline.resume
        )
        self.space = Space(
            database,
            sqlite_path(dsn).parent if dsn.startswith("sqlite:") else None,
            min_free_bytes=limits.min_free_bytes,
            max_database_bytes=limits.max_database_bytes,
        )
        self.ingest, self.otlp = self._edges(settings, find_place)
        self._take_sdks = partial(self._take, self.ingest)
        self._take_otlp = partial(self._take, self.otlp)
        self.hub.listen(self._settings_changed)
        self.desk = Desk(database, seconds=limits.explore_timeout_s, at_once=_QUESTIONS_AT_ONCE)
        self.tails = Tails(Desk(database, seconds=_TAIL_SECONDS, at_once=1), most=_MOST_TAILS)
        self.api = Starlette(
            routes=api_routes(
                ApiDeps(
                    database=database,
                    base_url=settings.base_url,
                    seals=seals,
                    event_retention_days=limits.event_retention_days,
                    blobs=blobs,
                    desk=self.desk,
                    browser_sdk_versions=settings.browser_sdk.versions,
                    is_read_only=self.is_maintained,
                )
            )
        )
        self.web = Starlette(routes=web_routes(self._web_deps(settings, seals)))
        self.sdk_loader = _sdk_loader(settings, self.scopes)
        self.operations = Operations(
            metrics,
            self.problems,
            metrics_token=settings.metrics_token,
            maintenance=settings.maintenance,
        )
        self.not_ready: str | None = "starting"
        self.takes_into_spool = False
        """Whether events are taken although the database has not been there since the start."""
        self._has_started = asyncio.Event()
        self.is_stopping = False

    def _web_deps(self, settings: Settings, seals: Seals) -> WebDeps:
        return WebDeps(
            database=self.database,
            hub=self.hub,
            metrics=self.metrics,
            max_database_bytes=settings.limits.max_database_bytes,
            desk=self.desk,
            tails=self.tails,
            base_url=settings.base_url,
            seals=seals,
            trusted_proxies=settings.trusted_proxies,
            event_retention_days=settings.limits.event_retention_days,
            blobs=self.blobs,
            browser_sdk_versions=settings.browser_sdk.versions,
            is_read_only=self.is_maintained,
        )

    def _edges(
        self, settings: Settings, find_place: FindPlace | None
    ) -> tuple[IngestEdge, IngestEdge]:
        """The ways in, that of the SDKs and that of OTLP. They differ by their endpoints; all else
        they share."""
        budget = BytesInFlight(settings.limits.max_bytes_in_flight)
        self._show(budget)
        edge = partial(
            IngestEdge,
            scopes=self.scopes,
            intake=Intake(
                pipeline=self.pipeline,
                ledger=self.ledger,
                quotas=self.quotas,
                keeper=Keeper(self.blobs, self.ledger),
                readers=with_exports(READERS),
            ),
            ledger=self.ledger,
            quotas=self.quotas,
            budget=budget,
            overflow=Overflow(
                settings.data_dir / "incoming", BytesInFlight(settings.limits.max_overflow_bytes)
            ),
            limits=BodyLimits(
                compressed_bytes=settings.limits.max_envelope_compressed_bytes,
                unpack=UnpackLimits(unpacked_bytes=settings.limits.max_envelope_bytes),
            ),
            space=self.space,
            trusted_proxies=settings.trusted_proxies,
            find_place=find_place,
            takes_nothing=settings.maintenance == "refuse",
        )
        return edge(endpoints=(*ENDPOINTS, *OTLP_ENDPOINTS)), edge(endpoints=OTLP_PORT_ENDPOINTS)

    def _show(self, budget: BytesInFlight) -> None:
        """What is looked up when metrics are asked for."""
        metrics, pipeline, spool = self.metrics, self.pipeline, self.spool
        metrics.spool_bytes.set_function(lambda: spool.size)
        metrics.spool_oldest_seconds.set_function(lambda: spool.age / clock.SECOND)
        metrics.in_flight_bytes.set_function(lambda: budget.used)
        metrics.database_bytes.set_function(lambda: self.space.database_bytes)
        metrics.database_free_bytes.set_function(lambda: self.space.free_bytes)
        metrics.no_room.set_function(lambda: self.space.problem is not None)
        metrics.blob_free_bytes.set_function(lambda: _free_bytes(self.blobs))
        metrics.queue_bytes.set_function(lambda: pipeline.queue_bytes)
        metrics.oldest_seconds.set_function(lambda: pipeline.oldest_age / clock.SECOND)

    def wait_without_database(self, problem: str) -> None:
        """The start waits for the database. Meanwhile the spool takes what is sent with keys that
        a process before this one knew."""
        self.not_ready = problem
        self._has_started.set()
        if self.spool.is_on and self.scopes.knows_any:
            self.takes_into_spool = True
            self.pipeline.set_aside()

    def open_doors(self) -> None:
        """The database is there; under maintenance what comes may still have to wait."""
        if self._spools_all:
            self.pipeline.set_aside()
        self.not_ready = None
        self.takes_into_spool = False
        self._has_started.set()

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
        """Routes a request to the part that answers it."""
        await self._serve(self._part, scope, receive, send)

    async def take_exports(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers a request on the port of OTLP."""
        await self._serve(self._otlp_part, scope, receive, send)

    async def _serve(
        self, part_of: Callable[[str], tuple[str, Any]], scope: Any, receive: Any, send: Any
    ) -> None:
        """Has a request answered, and counts it."""
        path = scope["path"]
        if "//" in path or "\n" in path:
            # Routes match no line break, and what they miss would pass by our own answers.
            path = collapse_slashes(path).replace("\n", "\ufffd")
            scope = {**scope, "path": path}
        area, part = part_of(path)
        started = clock.now()

        async def counting_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                elapsed = (clock.now() - started) / clock.SECOND
                self.metrics.count_answer(area, message["status"], elapsed)
            await send(message)

        await part(scope, receive, counting_send)

    def _part(self, path: str) -> tuple[str, Any]:
        if self.ingest.matches(path):
            return "ingest", self._take_sdks
        if path in OPERATIONS_PATHS:
            return "operations", self.operations
        if self.not_ready is not None:
            return "starting", _answer_not_ready
        if path.startswith("/api/"):
            return "api", self.api
        if SDK_LOADER_PATH.fullmatch(path):
            return "loader", self.sdk_loader
        return "web", self.web

    def _otlp_part(self, _path: str) -> tuple[str, Any]:
        return "otlp", self._take_otlp

    async def _take(self, edge: IngestEdge, scope: Any, receive: Any, send: Any) -> None:
        is_open = await self.is_open()
        await (edge if is_open else _answer_not_ready)(scope, receive, send)

    async def is_open(self) -> bool:
        """Whether what is sent can be taken. What is sent in the moment between listening and being
        ready waits for it: proxies that ask servers which are not ready would else meet a refusal
        at each start."""
        if not self._has_started.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_START_SECONDS):
                    await self._has_started.wait()
        return self.not_ready is None or self.takes_into_spool


def _free_bytes(blobs: BlobStore) -> float:
    free = blobs.free_bytes()
    return math.nan if free is None else free


def _sdk_loader(settings: Settings, scopes: Scopes) -> SdkLoader:
    return SdkLoader(
        scopes.find,
        base_url=settings.base_url,
        bundle_url=settings.browser_sdk.url,
        versions=settings.browser_sdk.versions,
    )


async def _answer_not_ready(_scope: Any, _receive: Any, send: Any) -> None:
    body = b'{"detail":"the server is not ready"}'
    headers = [
        *CORS_HEADERS,
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"5"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
