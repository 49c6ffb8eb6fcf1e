"""What kind of work a span is, by what it says of it, where it does not say so outright."""

from collections.abc import Mapping

from urgentry.telemetry import names
from urgentry.telemetry.signal import Value

_OF_SYSTEM = (
    ("db.system.name", "db"),
    ("db.system", "db"),
    ("gen_ai.operation.type", "gen_ai"),
    ("gen_ai.system", "gen_ai"),
    ("gen_ai.provider.name", "gen_ai"),
    ("rpc.service", "rpc"),
    ("rpc.system", "rpc"),
    ("messaging.system", "message"),
    ("faas.trigger", "faas"),
)
_METHODS = ("http.request.method", "http.method")


def operation_of(attributes: Mapping[str, Value]) -> str:
    """An operation such as `db` or `http.client`; `default` where nothing tells."""
    if any(name in attributes for name in _METHODS):
        kind = attributes.get(names.SPAN_KIND)
        return f"http.{kind}" if kind in ("client", "server") else "http"
    for name, operation in _OF_SYSTEM:
        if name in attributes:
            trigger = attributes[name]
            return str(trigger) if operation == "faas" else operation
    return "default"
