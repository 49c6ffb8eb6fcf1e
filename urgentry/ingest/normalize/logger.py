"""The logger's name. Java's are class paths; a long one loses words from its start."""

from typing import Any

from urgentry.ingest.normalize.fields import (
    cut,
    primitive_text,
    reject,
)
from urgentry.ingest.normalize.limits import LOGGER
from urgentry.ingest.normalize.report import ROOT, Path, Report


def fit_logger(value: Any, platform: str, path: Path, report: Report) -> Any:
    if value is None:
        return ""
    if not isinstance(value, (str, int, float)):
        return reject(value, path, report, "expected a string")
    name = primitive_text(value).strip()
    if not name:
        return _remove(value, report)
    if platform != "java" or len(name) <= LOGGER:
        return cut(name, LOGGER, path, report)
    return _shorten(name, report)


def _remove(value: Any, report: Report) -> str:
    """A name of blanks is none. The remark stands at the event itself, as in Sentry."""
    length = len(primitive_text(value))
    if length:
        report.remark(ROOT, "@logger:remove", "x", 0, length, length)
    return ""


def _shorten(name: str, report: Report) -> str:
    """`*` and the last words that fit."""
    start = len(name) - LOGGER + 1
    if name[start - 1] != ".":
        word = name.find(".", start)
        start = start if word < 0 else word
    report.remark(ROOT, "@logger:replace", "s", 0, start, len(name))
    return "*" + name[start:]
