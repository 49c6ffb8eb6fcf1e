"""The classes that are generated from OpenTelemetry's protocol buffers, loaded when the first
export comes: a server that takes none keeps their two megabytes.
"""

from importlib import import_module
from types import ModuleType
from typing import Any

_SERVICES = "opentelemetry.proto.collector.{name}.v1.{name}_service_pb2"


class Generated:
    """The messages of one service: `trace`, `logs` or `metrics`."""

    def __init__(self, name: str, prefix: str) -> None:
        self._module = _SERVICES.format(name=name)
        self._prefix = prefix

    @property
    def request(self) -> Any:
        """The class of what is exported."""
        return self._class("Request")

    @property
    def response(self) -> Any:
        """The class of the answer."""
        return self._class("Response")

    def load(self) -> ModuleType:
        """Makes the classes known to this process."""
        return import_module(self._module)

    def _class(self, kind: str) -> Any:
        return getattr(self.load(), f"Export{self._prefix}Service{kind}")


TRACE = Generated("trace", "Trace")
LOGS = Generated("logs", "Logs")
METRICS = Generated("metrics", "Metrics")
