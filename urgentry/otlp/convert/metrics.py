"""OpenTelemetry's metrics, which are counted and not kept."""

from collections.abc import Iterator
from typing import Any

_KINDS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")


def count_points(export: Any) -> int:
    """How many values an export holds."""
    return sum(len(each.data_points or ()) for each in _data_of(export))


def _data_of(export: Any) -> Iterator[Any]:
    for of_resource in export.resource_metrics or ():
        for of_scope in of_resource.scope_metrics or ():
            for metric in of_scope.metrics or ():
                yield from filter(None, (getattr(metric, kind) for kind in _KINDS))
