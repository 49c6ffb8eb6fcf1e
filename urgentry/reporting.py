"""The server's own errors, sent through sentry-sdk to a DSN of the operator's choice.

What is sent says where the program failed, never with what: types of exceptions and the places in
the code, no messages, no variables, no request. The DSN may be that of another instance or of a
project of this one. An error in taking a report would then make the next: one place reports once
in `_QUIET` and all places together `_MOST_AN_HOUR` times, so nothing circles.
"""

import logging
import os
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

import structlog

from urgentry import __version__, clock
from urgentry.errors import UrgentryError
from urgentry.logs import on_errors

if TYPE_CHECKING:
    from sentry_sdk.types import Event

_QUIET = 10 * clock.MINUTE
_MOST_AN_HOUR = 60
_MOST_PLACES = 1_000
_FLUSH_SECONDS = 2.0
_TOLD = frozenset({"endpoint", "job", "kind", "method", "path", "reason", "type"})
"""What a line of the log tells that the code chose, not a user."""

log = structlog.get_logger(__name__)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


@contextmanager
def reporting(dsn: str, *, environment: str) -> Iterator[None]:
    """Sends what is logged as an error meanwhile, and what ends the body; nothing without a DSN."""
    if not dsn:
        yield
        return
    reporter = Reporter(dsn, environment=environment)
    libraries = _Libraries(reporter.report)
    logging.getLogger().addHandler(libraries)
    try:
        with on_errors(reporter.report):
            try:
                yield
            except UrgentryError:
                raise
            except Exception as error:
                reporter.report("crashed", {"exc_info": error})
                raise
    finally:
        logging.getLogger().removeHandler(libraries)
        reporter.close()


class Reporter:
    """Makes reports of errors and hands them to sentry-sdk, whose thread sends them."""

    def __init__(self, dsn: str, *, environment: str) -> None:
        import sentry_sdk  # noqa: PLC0415 - it takes 20 megabytes, and few want it

        self._client = sentry_sdk.Client(
            dsn,
            release=f"urgentry@{__version__}",
            environment=environment,
            transport=_transport(),
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            send_client_reports=False,
            in_app_include=["urgentry"],
        )
        self._pace = Pace()

    def report(self, message: str, told: Mapping[str, Any]) -> None:
        """Reports a line of the log. Never raises, and waits for nothing."""
        try:
            self._report(message, told)
        except Exception as error:  # noqa: BLE001 - the error itself is in the log already
            log.warning("report_not_made", problem=type(error).__name__)

    def close(self) -> None:
        """Sends what waits, for a moment."""
        self._client.close(timeout=_FLUSH_SECONDS)

    def _report(self, message: str, told: Mapping[str, Any]) -> None:
        failure = _failure(told.get("exc_info"))
        unsaid = self._pace.take((message, _place(failure)))
        if unsaid is None:
            return
        event: Event = {
            "level": "error",
            "logger": "urgentry",
            "tags": {name: str(value) for name, value in told.items() if name in _TOLD},
            "extra": {"not reported since the last": unsaid},
        }
        if failure is None:
            event["message"] = message
        else:
            event["transaction"] = message
            event["exception"] = {"values": self._exceptions(failure)}
        self._client.capture_event(event)

    def _exceptions(self, failure: ExcInfo) -> list[dict[str, Any]]:
        """The chain of exceptions. Their messages may quote what somebody sent, or a row."""
        from sentry_sdk.utils import event_from_exception  # noqa: PLC0415 - as above

        event, _ = event_from_exception(failure, client_options=self._client.options)
        values: list[dict[str, Any]] = event["exception"]["values"]
        codes = {type(error).__name__: _code(error) for error in _chain(failure[1])}
        for value in values:
            value["value"] = codes.get(str(value.get("type")), "")
        return values


def _transport() -> Any:
    from sentry_sdk.transport import HttpTransport  # noqa: PLC0415 - as above

    class Transport(HttpTransport):
        """Says in the log what could not be sent; nobody would miss it elsewhere."""

        def on_dropped_event(self, reason: str) -> None:
            log.warning("report_not_sent", reason=reason)

    return Transport


class Pace:
    """How often the same is reported, and how much in all. Errors come from any thread."""

    def __init__(self, now: Callable[[], int] = clock.now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._places: dict[Any, tuple[int, int]] = {}
        """When a place last reported, and how often it failed since."""
        self._sent: deque[int] = deque(maxlen=_MOST_AN_HOUR)

    def take(self, place: Any) -> int | None:
        """None when it is too early; else how many of the same were not reported."""
        now = self._now()
        with self._lock:
            if len(self._places) >= _MOST_PLACES and place not in self._places:
                self._places.clear()
            last, unsaid = self._places.get(place, (now - _QUIET, 0))
            is_full = len(self._sent) == _MOST_AN_HOUR and now - self._sent[0] < clock.HOUR
            if now - last < _QUIET or is_full:
                self._places[place] = (last, unsaid + 1)
                return None
            self._places[place] = (now, 0)
            self._sent.append(now)
            return unsaid


class _Libraries(logging.Handler):
    """What libraries log as errors: which of them, and the exception."""

    def __init__(self, report: Callable[[str, Mapping[str, Any]], None]) -> None:
        super().__init__(level=logging.ERROR)
        self._forward = report

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("sentry_sdk", "urllib3")):
            self._forward(f"library: {record.name}", {"exc_info": record.exc_info})


def _failure(exc_info: Any) -> ExcInfo | None:
    """What `exc_info` of a line of the log stands for."""
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    return exc_info if exc_info and exc_info[1] is not None else None


def _place(failure: ExcInfo | None) -> tuple[str, str, int | None] | None:
    """The type of an error and where it was raised."""
    if failure is None:
        return None
    frames = traceback.extract_tb(failure[2], limit=-1)
    last = frames[-1] if frames else None
    return failure[0].__name__, last.filename if last else "", last.lineno if last else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _code(error: BaseException) -> str:
    """What may be told of an error beside its type: the number that its system gives it."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return f"SQLSTATE {state}"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return ""
