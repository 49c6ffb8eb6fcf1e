"""What probes and Prometheus are told, and what strangers are not."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.running_server import RunningServer

FORWARDED = [
    {"X-Forwarded-For": "203.0.113.7"},
    {"Forwarded": "for=203.0.113.7"},
    {"X-Real-IP": "203.0.113.7"},
]
TOKEN = "a-token-for-prometheus"


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("operations")) as server:
        yield server


def get(server: RunningServer, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{server.base_url}{path}", headers=headers)


def test_health_and_readiness(open_server: RunningServer) -> None:
    assert get(open_server, "/health").json() == {"status": "ok"}
    assert get(open_server, "/ready").json() == {"status": "ready"}


def test_metrics_are_prometheus_text(open_server: RunningServer) -> None:
    answer = get(open_server, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = {line.split()[2] for line in answer.text.splitlines() if line.startswith("# TYPE")}
    assert told >= {
        *("ingest_events_total", "ingest_errors_total", "ingest_outcomes_total"),
        *("http_requests_total", "ingest_commit_duration_seconds", "ingest_batch_records"),
        *("ingest_queue_bytes", "process_resident_memory_bytes", "live_streams"),
    }
    assert "project" not in "".join(
        line for line in answer.text.splitlines() if line.startswith(("ingest", "http"))
    )


@pytest.mark.parametrize("headers", FORWARDED)
def test_metrics_are_not_told_through_a_proxy(
    open_server: RunningServer, headers: dict[str, str]
) -> None:
    assert get(open_server, "/metrics", **headers).status_code == 403
    assert get(open_server, "/ready", **headers).json() == {"status": "ready"}


def test_a_token_opens_metrics_and_nothing_else_does(tmp_path: Path) -> None:
    with RunningServer(tmp_path, settings={"URGENTRY_METRICS_TOKEN": TOKEN}) as server:
        assert get(server, "/metrics").status_code == 403
        assert get(server, "/metrics", Authorization="Bearer wrong").status_code == 403
        for headers in ({}, *FORWARDED):
            opened = get(server, "/metrics", Authorization=f"Bearer {TOKEN}", **headers)
            assert opened.status_code == 200


def test_requests_are_counted_by_area(open_server: RunningServer) -> None:
    def count() -> float:
        for line in get(open_server, "/metrics").text.splitlines():
            if line.startswith('http_requests_total{area="api",status="404"}'):
                return float(line.rpartition(" ")[2])
        return 0.0

    before = count()
    assert get(open_server, "/api/0/nonsense/").status_code == 404
    assert count() == before + 1
