"""The numbers that operators watch, as Prometheus collects them. `app` makes one; parts get it.

Labels carry no project, as a server with many projects would otherwise make as many series. What
takes room is told by project all the same, for the largest ones.
"""

import math
from collections import Counter as Counted
from collections.abc import Iterable
from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_EVENTS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """Every metric of one server, in a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self.registry = registry
        self._add_ingest(registry)
        self._add_spool(registry)
        self._add_requests(registry)
        self._add_rest(registry)
        # Finding a series by its labels takes longer than counting does.
        self._answers = cache(self.requests.labels)
        self._answer_seconds = cache(self.request_seconds.labels)
        self.received_of = cache(self.received.labels)
        self.outcomes_of = cache(self.outcomes.labels)

    def _add_ingest(self, registry: CollectorRegistry) -> None:
        self.received = Counter(
            "ingest_events", "Items received, by data category", ["category"], registry=registry
        )
        self.errors = Counter(
            "ingest_errors",
            "Items lost or refused through a fault of this server, by data category and reason",
            ["category", "reason"],
            registry=registry,
        )
        self.outcomes = Counter(
            "ingest_outcomes",
            "Items settled, by data category, outcome and reason",
            ["category", "outcome", "reason"],
            registry=registry,
        )
        self.commit_seconds = Histogram(
            "ingest_commit_duration_seconds",
            "Time to write one batch, commit included",
            buckets=_SECONDS,
            registry=registry,
        )
        self.batch_records = Histogram(
            "ingest_batch_records", "Records in one batch", buckets=_EVENTS, registry=registry
        )
        self.unstored = Counter(
            "ingest_events_unstored",
            "Events counted without being stored, by their project's rule for storms",
            registry=registry,
        )
        self.queue_bytes = Gauge(
            "ingest_queue_bytes", "Bytes of events that wait for the writer", registry=registry
        )
        self.in_flight_bytes = Gauge(
            "ingest_in_flight_bytes", "Bytes of request bodies held in memory", registry=registry
        )
        self.oldest_seconds = Gauge(
            "ingest_oldest_event_seconds",
            "Age of the oldest event that waits for the writer",
            registry=registry,
        )

    def _add_spool(self, registry: CollectorRegistry) -> None:
        self.spooled = Counter(
            "ingest_spooled_records",
            "Records that went to the spool because the database was away",
            registry=registry,
        )
        self.spool_bytes = Gauge(
            "ingest_spool_bytes", "Bytes in the spool that wait for the database", registry=registry
        )
        self.spool_damaged = Counter(
            "ingest_spool_damaged_files",
            "Files of the spool of which a part could not be read; they are kept",
            registry=registry,
        )
        self.spool_oldest_seconds = Gauge(
            "ingest_spool_oldest_seconds",
            "Age of the oldest batch in the spool",
            registry=registry,
        )

    def _add_requests(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "http_requests",
            "Requests answered, by area and status code",
            ["area", "status"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "http_request_duration_seconds",
            "Time from the request's first byte to the answer's, by area",
            ["area"],
            buckets=_SECONDS,
            registry=registry,
        )

        self.grpc_requests = Counter(
            "grpc_requests",
            "Calls over gRPC that ended, by service and status",
            ["service", "code"],
            registry=registry,
        )
        self.grpc_seconds = Histogram(
            "grpc_request_duration_seconds",
            "Time from a call's start to its answer, by service",
            ["service"],
            buckets=_SECONDS,
            registry=registry,
        )

    def _add_rest(self, registry: CollectorRegistry) -> None:
        self.live_streams = Gauge(
            "live_streams", "Browsers that follow the live feed", registry=registry
        )
        self.database_bytes = Gauge(
            "database_bytes", "Bytes that the database takes", registry=registry
        )
        self.database_free_bytes = Gauge(
            "database_free_bytes",
            "Bytes that are free where SQLite's file is; not a number on PostgreSQL",
            registry=registry,
        )
        self.database_days_left = Gauge(
            "database_days_until_full",
            "For how many days there is room, as the database grew lately; not a number where it "
            "does not grow or nobody can tell",
            registry=registry,
        )
        for unknown in (self.database_bytes, self.database_free_bytes, self.database_days_left):
            unknown.set(math.nan)
        self.stored_bytes = Gauge(
            "stored_bytes",
            "Bytes of what is stored, by kind, and by project for those that take most: those of "
            "all others have no project",
            ["organization", "project", "kind"],
            registry=registry,
        )
        self.no_room = Gauge(
            "ingest_no_room",
            "1 while nothing is taken because there is no room for it, else 0",
            registry=registry,
        )
        self.blob_free_bytes = Gauge(
            "blob_free_bytes",
            "Bytes that are free where blobs are kept; not a number where nobody can tell",
            registry=registry,
        )
        self.job_heard = Gauge(
            "background_job_heard_timestamp_seconds",
            "When a background job was last heard of, in seconds since 1970",
            ["name"],
            registry=registry,
        )
        self.job_failures = Counter(
            "background_job_restarts",
            "Background jobs that were started again, by why: they failed, or were stuck",
            ["name", "reason"],
            registry=registry,
        )
        self.migration_pending = Gauge(
            "schema_migration_pending",
            "1 while the server waits for somebody to migrate the database, else 0",
            registry=registry,
        )
        self.maintenance = Gauge(
            "maintenance",
            "1 while the server is under maintenance and nothing can be changed, else 0",
            registry=registry,
        )
        self.pool_wait_seconds = Histogram(
            "database_pool_wait_seconds",
            "Time that a query waited for a connection",
            buckets=_SECONDS,
            registry=registry,
        )

    def count_answer(self, area: str, status: int, seconds: float) -> None:
        """One answered request, after so long."""
        self._answers(area, status).inc()
        self._answer_seconds(area).observe(seconds)

    def tell_sizes(self, found: Iterable[tuple[str, str, str, int]]) -> None:
        """What takes room now: organization, project, kind, bytes of each."""
        self.stored_bytes.clear()
        for organization, project, kind, count in found:
            self.stored_bytes.labels(organization, project, kind).set(count)

    def sample(self, name: str) -> float:
        """What a metric without labels says now; not a number where it says nothing."""
        found = self.registry.get_sample_value(name)
        return math.nan if found is None else found

    def jobs(self) -> list[tuple[str, float, int]]:
        """The background jobs by name: when each was last heard of, in seconds since 1970, and how
        often it was started again."""
        restarts = Counted[str]()
        for family in self.job_failures.collect():
            for sample in family.samples:
                if sample.name.endswith("_total"):
                    restarts[sample.labels["name"]] += round(sample.value)
        heard = [sample for family in self.job_heard.collect() for sample in family.samples]
        return sorted(
            (sample.labels["name"], sample.value, restarts[sample.labels["name"]])
            for sample in heard
        )

    def exposition(self) -> bytes:
        """The text format of Prometheus."""
        return generate_latest(self.registry)
