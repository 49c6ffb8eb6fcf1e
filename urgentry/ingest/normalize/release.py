"""Release, dist and environment: names that appear in URLs and pickers, so their form is strict."""

import re
from typing import Any

from urgentry.ingest.normalize.fields import (
    primitive_text,
    reject,
)
from urgentry.ingest.normalize.limits import DIST, ENVIRONMENT, RELEASE
from urgentry.ingest.normalize.report import Path, Report, at

_BAD_IN_RELEASE = re.compile(r"[\t\n\r\f/\\]")
_BAD_IN_ENVIRONMENT = re.compile(r"[\n\r/\\]")


def fit_release(value: Any, path: Path, report: Report) -> Any:
    name = _name(value, path, report)
    if name is None:
        return None
    if (
        len(name) > RELEASE
        or name in {".", ".."}
        or name.lower() == "latest"
        or _BAD_IN_RELEASE.search(name)
    ):
        return reject(value, path, report)
    return name


def fit_environment(value: Any, path: Path, report: Report) -> Any:
    name = _name(value, path, report)
    if name is None:
        return None
    if (
        len(name) > ENVIRONMENT
        or name in {".", ".."}
        or name.lower() == "none"
        or _BAD_IN_ENVIRONMENT.search(name)
    ):
        return reject(value, path, report)
    return name


def release_of(value: Any) -> str | None:
    """The release that something other than an event names, by the same rules; None where it is
    none."""
    return _plain(fit_release(value, at("release"), Report()))


def environment_of(value: Any) -> str | None:
    """The same for an environment."""
    return _plain(fit_environment(value, at("environment"), Report()))


def _plain(name: Any) -> str | None:
    return name.replace("\x00", "").strip() or None if isinstance(name, str) else None


def fit_dist(value: Any, path: Path, report: Report) -> Any:
    name = _name(value, path, report)
    if name is None:
        return None
    return reject(value, path, report) if len(name) > DIST else name


def _name(value: Any, path: Path, report: Report) -> Any:
    """The trimmed text of a string or number; null when it is neither, or empty."""
    if not isinstance(value, (str, int, float)):
        return reject(value, path, report, "expected a string")
    name = primitive_text(value).strip()
    if not name:
        report.reject(path, "expected a non-empty value")
        return None
    return name
