"""The composition root: settings and an opened database become one ASGI application."""

import math
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette

from urgentry import clock
from urgentry.access.seals import Seals
from urgentry.api.endpoint import ApiDeps
from urgentry.api.routes import routes as api_routes
from urgentry.blobs.base import BlobStore
from urgentry.config import Settings
from urgentry.domain.feed import FeedEntry, FeedKind
from urgentry.ingest.budget import BytesInFlight
from urgentry.ingest.edge import IngestEdge
from urgentry.ingest.endpoints.envelopes import EnvelopeEndpoint
from urgentry.ingest.endpoints.network_errors import NetworkErrorEndpoint
from urgentry.ingest.endpoints.security import SecurityEndpoint
from urgentry.ingest.endpoints.stores import StoreEndpoint
from urgentry.ingest.intake import Intake
from urgentry.ingest.ledger import Ledger
from urgentry.ingest.names import KnownNames
from urgentry.ingest.pipeline import Pipeline
from urgentry.ingest.quota import Quotas
from urgentry.ingest.readers import READERS
from urgentry.ingest.scopes import Scopes
from urgentry.ingest.unpack import UnpackLimits
from urgentry.ingest.wire import BodyLimits, collapse_slashes
from urgentry.jobs.pulse import Pulse
from urgentry.live.hub import Hub
from urgentry.metrics import Metrics
from urgentry.operations import PATHS as OPERATIONS_PATHS
from urgentry.operations import Operations
from urgentry.storage.database import Database
from urgentry.web.deps import WebDeps
from urgentry.web.routes import routes as web_routes

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
    ) -> None:
        limits = settings.limits
        self.metrics = metrics
        self.database = database
        self.blobs = blobs
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
        metrics.blob_free_bytes.set_function(lambda: _free_bytes(blobs))
        metrics.queue_bytes.set_function(lambda: self.pipeline.queue_bytes)
        metrics.oldest_seconds.set_function(lambda: self.pipeline.oldest_age / clock.SECOND)
        self.ingest = IngestEdge(
            endpoints=(
                EnvelopeEndpoint(),
                StoreEndpoint(),
                SecurityEndpoint(),
                NetworkErrorEndpoint(),
            ),
            scopes=self.scopes,
            intake=Intake(
                pipeline=self.pipeline,
                ledger=self.ledger,
                quotas=self.quotas,
                readers=READERS,
            ),
            ledger=self.ledger,
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
                    seals=seals,
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
                    seals=seals,
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
        if self.ingest.matches(path):
            return "ingest", self.ingest
        if path.startswith("/api/"):
            return "api", self.api
        return "web", self.web


def _free_bytes(blobs: BlobStore) -> float:
    free = blobs.free_bytes()
    return math.nan if free is None else free


async def _answer_not_ready(_scope: Any, _receive: Any, send: Any) -> None:
    body = b'{"detail":"the server is not ready"}'
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"5"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
