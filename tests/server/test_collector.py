"""The OpenTelemetry Collector with the exporter that the guide to Kubernetes shows: nothing is lost
while our server restarts, or is killed, in the middle.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.collector import Collector, running_collector
from tests.server.exported import Exported, exported_by
from tests.server.reliability.load import until
from tests.server.running_server import Bootstrapped, RunningServer
from tests.unit.otlp.exports import log, logs, nanos, span, traces
from urgentry import clock
from urgentry.web.platforms import find_platform

GUIDE = Path(__file__).parents[2] / "docs/how-to/kubernetes.md"
AT_ONCE = 40
EVERY_S = 0.05
PHASE = 12
"""So many requests to the Collector before, while, and after the server is away."""
PATIENCE_S = 60.0
RETRIES = {"enabled": True, "initial_interval": "200ms", "max_interval": "1s"}


def over_http(server: RunningServer, made: Bootstrapped) -> Mapping[str, Any]:
    """As in the guide, but for the address and the DSN."""
    shown = GUIDE.read_text().split("```yaml")
    (snippet,) = (part.split("```")[0] for part in shown if "otlphttp:" in part)
    ((name, exporter),) = yaml.safe_load(snippet)["exporters"].items()
    assert exporter["endpoint"].endswith(":4318")
    assert exporter["headers"].keys() == {"x-sentry-dsn"}
    exporter["endpoint"] = f"http://127.0.0.1:{server.otlp_port}"
    exporter["headers"]["x-sentry-dsn"] = made.dsn
    return {name: exporter | {"retry_on_failure": RETRIES}}


def over_grpc(server: RunningServer, made: Bootstrapped) -> Mapping[str, Any]:
    exporter = {
        "endpoint": f"127.0.0.1:{server.grpc_port}",
        "tls": {"insecure": True},
        "headers": {"x-sentry-dsn": made.dsn},
        "retry_on_failure": RETRIES,
    }
    return {"otlp": exporter}


@pytest.mark.parametrize("exporters", [over_http, over_grpc])
@pytest.mark.parametrize("ends", [RunningServer.stop, RunningServer.kill])
async def test_nothing_is_lost_while_the_server_is_away(
    exporters: Any, ends: Any, tmp_path: Path
) -> None:
    server = RunningServer(tmp_path)
    await asyncio.to_thread(server.start)
    try:
        made = await asyncio.to_thread(server.bootstrap)
        with running_collector(exporters(server, made)) as collector:
            async with sending(collector) as sent:
                await until(lambda: sent.requests >= PHASE, timeout_s=PATIENCE_S)
                await asyncio.to_thread(ends, server)
                await until(lambda: sent.requests >= 2 * PHASE, timeout_s=PATIENCE_S)
                await asyncio.to_thread(server.start)
                await until(lambda: sent.requests >= 3 * PHASE, timeout_s=PATIENCE_S)
            with exported_by(server, made) as told:
                await until(lambda: all_arrived(told, sent.count), timeout_s=PATIENCE_S)
                spans, records = counted(told, "spans"), counted(told, "logs")
        assert spans == (sent.count, sent.count), collector.log()
        # A span is counted once however often it comes; a log that was written just before the
        # server was killed has no id by which it would be known again.
        assert records[1] == sent.count, collector.log()
        if ends is RunningServer.stop:
            assert records[0] == sent.count
    finally:
        await asyncio.to_thread(server.kill)


async def test_what_onboarding_shows_delivers(tmp_path: Path) -> None:
    with RunningServer(tmp_path) as server:
        made = await asyncio.to_thread(server.bootstrap)
        shown = find_platform("opentelemetry-collector").snippet(
            dsn=made.dsn,
            envelope=f"{server.base_url}/api/{made.project_id}/envelope/",
            key=httpx.URL(made.dsn).username,
        )
        with running_collector(yaml.safe_load(shown)["exporters"]) as collector:
            async with sending(collector) as sent:
                await until(lambda: sent.requests >= 1, timeout_s=PATIENCE_S)
            with exported_by(server, made) as told:
                await until(lambda: all_arrived(told, sent.count), timeout_s=PATIENCE_S)


class Sent:
    """What the Collector took."""

    def __init__(self) -> None:
        self.requests = 0

    @property
    def count(self) -> int:
        return self.requests * AT_ONCE


@asynccontextmanager
async def sending(collector: Collector) -> AsyncIterator[Sent]:
    """Spans and logs, each with a number of its own, come to the Collector all the time."""
    sent, enough = Sent(), asyncio.Event()
    task = asyncio.create_task(_send(collector, sent, enough))
    try:
        yield sent
    finally:
        enough.set()
        await task


async def _send(collector: Collector, sent: Sent, enough: asyncio.Event) -> None:
    url = f"http://127.0.0.1:{collector.http_port}/v1"
    async with httpx.AsyncClient() as client:
        while not enough.is_set():
            numbers = range(sent.count, sent.count + AT_ONCE)
            at = {"startTimeUnixNano": nanos(clock.now()), "endTimeUnixNano": nanos(clock.now())}
            told = [span(spanId=_id(), about={"number": str(n)}, **at) for n in numbers]
            (await client.post(f"{url}/traces", json=traces(*told))).raise_for_status()
            when = {"timeUnixNano": nanos(clock.now())}
            said = [log(about={"number": str(n)}, **when) for n in numbers]
            (await client.post(f"{url}/logs", json=logs(*said))).raise_for_status()
            sent.requests += 1
            await asyncio.sleep(EVERY_S)


def _id() -> str:
    return uuid.uuid4().hex[:16]


def counted(told: Exported, dataset: str) -> tuple[int, int]:
    """How many there are, and how many different ones."""
    (row,) = told.rows(dataset, "count()", "count_unique(number)")
    return row["count()"], row["count_unique(number)"]


def all_arrived(told: Exported, count: int) -> bool:
    """Whether the Collector has sent what it queued."""
    return all(counted(told, dataset)[1] >= count for dataset in ("spans", "logs"))
