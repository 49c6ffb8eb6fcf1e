"""How the program logs: one line a fact, for people on a console or as JSON for machines."""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

_ERRORS = frozenset({"error", "critical"})


def set_up_logging(*, level: str, json: bool) -> None:
    """Configures structlog for the process; standard logging of libraries only warns."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if json else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")


@contextmanager
def on_errors(tell: Callable[[str, Mapping[str, Any]], None]) -> Iterator[None]:
    """Passes each line of an error to `tell` as well: its words, and what it tells beside them."""

    def tell_errors(
        _logger: Any, method: str, line: structlog.types.EventDict
    ) -> structlog.types.EventDict:
        if method in _ERRORS:
            tell(str(line["event"]), line)
        return line

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[tell_errors, *before])
    try:
        yield
    finally:
        structlog.configure(processors=before)
