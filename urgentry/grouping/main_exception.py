"""Which exception of a chain names the issue, where a framework wraps the one that matters.

Only title and metadata follow this; the hash is made of the whole chain (spec §7.4).
"""

from typing import Any, Final

from urgentry.grouping.values import object_of, text_of

_REACT_RECOVERY: Final = (
    (
        "There was an error during concurrent rendering but React was able to recover by instead "
        "synchronously rendering the entire root."
    ),
    (
        "There was an error while hydrating but React was able to recover by instead client "
        "rendering from the nearest Suspense boundary."
    ),
)
_RX_MODULE: Final = "io.reactivex.rxjava3.exceptions"
_RX_WRAPPERS: Final = frozenset(
    {"OnErrorNotImplementedException", "CompositeException", "UndeliverableException"}
)
_RX_MECHANISM: Final = "UncaughtExceptionHandler"


def wrapped_main_exception(exceptions: list[dict[str, Any]]) -> int | None:
    """The id of the exception that a wrapper hides, or None. `exceptions` are those that stand for
    the event, in the order in which they are hashed."""
    if len(exceptions) < 2:  # noqa: PLR2004  # a chain has two links
        return None
    found = _under_react(exceptions) or _under_rxjava(exceptions) or {}
    number = object_of(found, "mechanism").get("exception_id")
    return number if isinstance(number, int) else None


def _under_react(exceptions: list[dict[str, Any]]) -> dict[str, Any] | None:
    first, last = exceptions[0], exceptions[-1]
    if text_of(first, "type") != "Error":
        return None
    if text_of(first, "value") not in _REACT_RECOVERY:
        return None
    return last if object_of(last, "mechanism").get("source") == "cause" else None


def _under_rxjava(exceptions: list[dict[str, Any]]) -> dict[str, Any] | None:
    for exception in exceptions:
        mechanism = object_of(exception, "mechanism")
        if (
            text_of(exception, "module") == _RX_MODULE
            and text_of(exception, "type") in _RX_WRAPPERS
            and mechanism.get("type") == _RX_MECHANISM
        ):
            return _child_of(mechanism.get("exception_id"), exceptions)
    return None


def _child_of(number: Any, exceptions: list[dict[str, Any]]) -> dict[str, Any] | None:
    if number is None:
        return None
    for exception in exceptions:
        if object_of(exception, "mechanism").get("parent_id") == number:
            return exception
    return None
