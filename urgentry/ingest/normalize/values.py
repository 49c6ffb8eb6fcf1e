"""The list of values that `exception`, `threads` and `breadcrumbs` share, in each of its shapes."""

from collections.abc import Callable
from typing import Any

from urgentry.ingest.normalize.fields import (
    reject,
)
from urgentry.ingest.normalize.report import Path, Report


def read_values(value: Any, path: Path, report: Report) -> Any:
    """The members of `{"values": […]}`, of a bare list, or of a single object; None: rejected."""
    if type(value) is list or type(value) is tuple:
        return value
    if type(value) is not dict:
        return reject(value, path, report, "expected an array")
    if "values" not in value:
        return [value] if value else []
    listed = value["values"]
    if listed is None or type(listed) is list or type(listed) is tuple:
        return listed or []
    if type(listed) is dict:
        return [listed]
    report.reject((path, "values"), "expected an array", original=listed)
    return None


def fit_values(
    listed: list[Any],
    fit: Callable[[dict[str, Any], Path, Report], Any],
    path: Path,
    report: Report,
) -> list[Any]:
    """Each object fitted; null stays, other types become null with a remark."""
    fitted: list[Any] = []
    for index, entry in enumerate(listed):
        at = ((path, "values"), index)
        if type(entry) is dict:
            fitted.append(fit(entry, at, report))
        else:
            if entry is not None:
                reject(entry, at, report, "expected an object")
            fitted.append(None)
    return fitted
