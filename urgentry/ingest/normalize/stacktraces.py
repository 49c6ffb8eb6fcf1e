"""Stack traces of an exception, a thread or the event: at most 250 frames, 50 of them in full."""

from typing import Any

from urgentry.ingest.normalize.addresses import ADDRESS
from urgentry.ingest.normalize.fields import (
    ABSENT,
    FLAG,
    Field,
    Fields,
    Fit,
    fit_fields,
    fit_member,
    fitted_by,
    reject,
    require,
    text,
)
from urgentry.ingest.normalize.frames import (
    PLAIN_FRAME,
    drop_context,
    fit_frames,
    fit_raw_frames,
)
from urgentry.ingest.normalize.limits import (
    ENUMERATION,
    FRAMES_IN_FULL,
    FRAMES_NEWEST,
    FRAMES_OLDEST,
)
from urgentry.ingest.normalize.plain import json_object_of, json_value, plain_object, proved_list_of
from urgentry.ingest.normalize.report import Path, Report


def _fit_frames(value: Any, path: Path, report: Report) -> Any:
    return _fit_list(value, fit_frames, path, report)


def _fit_raw_frames(value: Any, path: Path, report: Report) -> Any:
    return _fit_list(value, fit_raw_frames, path, report)


def _fit_list(value: Any, fit: Fit, path: Path, report: Report) -> Any:
    if type(value) is not list and type(value) is not tuple:
        return reject(value, path, report, "expected an array")
    if not value:
        return report.reject(path, "expected a non-empty value")
    frames: Any = value
    length = len(frames)
    if length > FRAMES_OLDEST + FRAMES_NEWEST:
        report.shortened(path, length)
        frames = frames[:FRAMES_OLDEST] + frames[-FRAMES_NEWEST:]
    if length > FRAMES_IN_FULL:
        _slim(frames)
    return fit(frames, path, report)


def _fit_registers(value: Any, path: Path, report: Report) -> Any:
    if type(value) is not dict:
        return reject(value, path, report, "expected an object")
    return {
        name: fit_member(register, ADDRESS, (path, name), report)
        for name, register in value.items()
    } or ABSENT


_STACKTRACE = {
    "frames": fitted_by(_fit_frames),
    "registers": fitted_by(_fit_registers),
    "instruction_addr_adjustment": text(ENUMERATION),
    "lang": text(ENUMERATION),
    "snapshot": FLAG,
}
PLAIN_STACKTRACE = plain_object(
    _STACKTRACE,
    {"frames": proved_list_of(PLAIN_FRAME, least=1), "registers": json_object_of(json_value(0))},
    required="frames",
)
_RAW_STACKTRACE = _STACKTRACE | {"frames": fitted_by(_fit_raw_frames)}


def _stacktrace(fields: Fields) -> Field:
    def fit(value: Any, path: Path, report: Report) -> Any:
        if type(value) is not dict:
            return reject(value, path, report, "expected an object")
        fitted = fit_fields(value, fields, path, report)
        require(fitted, "frames", path, report)
        return fitted

    return fitted_by(fit)


STACKTRACE = _stacktrace(_STACKTRACE)
RAW_STACKTRACE = _stacktrace(_RAW_STACKTRACE)


def finish_stacktrace(stacktrace: dict[str, Any], path: Path, report: Report) -> None:
    """Of a plain one, what its type does not say."""
    frames = stacktrace["frames"]
    stacktrace["frames"] = _fit_list(frames, fit_frames, (path, "frames"), report)
    if "registers" in stacktrace:
        registers = _fit_registers(stacktrace["registers"], (path, "registers"), report)
        if registers is ABSENT:
            del stacktrace["registers"]
        else:
            stacktrace["registers"] = registers


def _slim(frames: list[Any]) -> None:
    """Of a long trace only so many frames keep variables and source: the application's first.

    The outermost and the innermost of a kind are kept, half of the allowance each; the frame that
    raised always is.
    """
    ours = [index for index, frame in enumerate(frames) if _is_ours(frame)]
    own = set(ours)
    theirs = [index for index in range(len(frames)) if index not in own]
    spare = max(FRAMES_IN_FULL - len(ours), 0)
    slimmed = _middle(ours, FRAMES_IN_FULL) + _middle(theirs, spare)
    for index in slimmed:
        if index != len(frames) - 1:
            drop_context(frames[index])


def _middle(indexes: list[int], allowance: int) -> list[int]:
    if len(indexes) <= allowance:
        return []
    half = allowance // 2
    return indexes[half : len(indexes) - (allowance - half)]


def _is_ours(frame: Any) -> bool:
    return type(frame) is dict and frame.get("in_app") is True
