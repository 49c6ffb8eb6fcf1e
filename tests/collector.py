"""The OpenTelemetry Collector, built unmodified from its modules: takes OTLP on free ports and
sends it on as its configuration says.
"""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.database_servers import free_port, listens, private_directory

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 30.0


class Collector:
    """Its receiver's ports, and the process."""

    def __init__(self, folder: Path, exporters: Mapping[str, Any]) -> None:
        self.http_port, self.grpc_port = free_port(), free_port()
        self._log = folder / "collector.log"
        self._config = folder / "config.yaml"
        self._config.write_text(yaml.safe_dump(self._settings(exporters)))
        self._process: subprocess.Popen[bytes] | None = None

    def _settings(self, exporters: Mapping[str, Any]) -> dict[str, Any]:
        listeners = {
            "http": {"endpoint": f"127.0.0.1:{self.http_port}"},
            "grpc": {"endpoint": f"127.0.0.1:{self.grpc_port}"},
        }
        pipeline = {"receivers": ["otlp"], "processors": ["batch"], "exporters": [*exporters]}
        return {
            "receivers": {"otlp": {"protocols": listeners}},
            "processors": {"batch": {"timeout": "100ms", "send_batch_size": 256}},
            "exporters": dict(exporters),
            "service": {
                "telemetry": {"metrics": {"level": "none"}},
                "pipelines": {"traces": pipeline, "logs": pipeline},
            },
        }

    def start(self) -> None:
        build = [str(ROOT / "scripts/go-tool"), "tools/collector", "urgentry.dev/tools/collector"]
        program = subprocess.run(build, check=True, capture_output=True, text=True).stdout.strip()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [program, "--config", str(self._config)], stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not listens(self.http_port):
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def stop(self) -> None:
        """Asks it to end, which first sends all that it holds."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_TIMEOUT_S)
            self._process = None

    def log(self) -> str:
        return self._log.read_text(errors="replace")


@contextmanager
def running_collector(exporters: Mapping[str, Any]) -> Iterator[Collector]:
    """A Collector that sends spans and logs through these exporters."""
    with private_directory("urgentry-collector-") as folder:
        collector = Collector(folder, exporters)
        collector.start()
        try:
            yield collector
        finally:
            collector.stop()
