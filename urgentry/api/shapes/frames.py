"""Stack traces, exceptions and threads of an event as the API shows them."""

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

_FRAME = {
    "filename": "filename",
    "abs_path": "absPath",
    "module": "module",
    "package": "package",
    "platform": "platform",
    "instruction_addr": "instructionAddr",
    "symbol_addr": "symbolAddr",
    "addr_mode": "addrMode",
    "function": "function",
    "raw_function": "rawFunction",
    "symbol": "symbol",
    "lineno": "lineNo",
    "colno": "colNo",
    "in_app": "inApp",
    "trust": "trust",
    "vars": "vars",
    "lock": "lock",
    "source_link": "sourceLink",
}
_MECHANISM = {
    "type": "type",
    "description": "description",
    "help_link": "helpLink",
    "handled": "handled",
    "synthetic": "synthetic",
    "meta": "meta",
    "data": "data",
    "exception_id": "exception_id",
    "parent_id": "parent_id",
    "is_exception_group": "is_exception_group",
    "source": "source",
}


def values_of(attribute: Any) -> list[Json]:
    """The members of `{"values": […]}`, without those that were lost."""
    values = attribute.get("values") if isinstance(attribute, dict) else attribute
    return [value for value in values or () if isinstance(value, dict)]


def exception_data(attribute: Any) -> Json:
    """The entry `exception`."""
    values = values_of(attribute)
    return {
        "values": [_exception(value) for value in values],
        "hasSystemFrames": any(_mixes_frames(value.get("stacktrace")) for value in values),
        "excOmitted": None,
    }


def threads_data(attribute: Any) -> Json:
    """The entry `threads`."""
    return {
        "values": [
            {
                "id": value.get("id"),
                "current": bool(value.get("current")),
                "crashed": bool(value.get("crashed")),
                "name": value.get("name"),
                "state": value.get("state"),
                "heldLocks": value.get("held_locks"),
                "stacktrace": stacktrace_data(value.get("stacktrace")),
                "rawStacktrace": stacktrace_data(value.get("raw_stacktrace")),
            }
            for value in values_of(attribute)
        ]
    }


def stacktrace_data(stacktrace: Any) -> Json | None:
    """A stack trace, or None where there is none."""
    if not isinstance(stacktrace, dict):
        return None
    return {
        "frames": [_frame(frame) for frame in _frames(stacktrace)],
        "framesOmitted": stacktrace.get("frames_omitted"),
        "registers": stacktrace.get("registers"),
        "hasSystemFrames": _mixes_frames(stacktrace),
    }


def source_lines(frame: Json) -> list[list[Any]]:
    """The lines around the frame's own as [number, text]; none where it has no text."""
    line = frame.get("lineno")
    if line is None or frame.get("context_line") is None:
        return []
    before = list(frame.get("pre_context") or ())
    lines = [*before, frame["context_line"], *(frame.get("post_context") or ())]
    first = line - len(before)
    return [[number, text or ""] for number, text in enumerate(lines, first) if number >= 0]


def _exception(value: Json) -> Json:
    return {
        "type": value.get("type"),
        "value": value.get("value"),
        "mechanism": _renamed(value.get("mechanism"), _MECHANISM),
        "threadId": value.get("thread_id"),
        "module": value.get("module"),
        "stacktrace": stacktrace_data(value.get("stacktrace")),
        "rawStacktrace": stacktrace_data(value.get("raw_stacktrace")),
    }


def _frame(frame: Json) -> Json:
    shown = _renamed(frame, _FRAME) or {}
    return {
        **shown,
        "inApp": bool(frame.get("in_app")),
        "context": source_lines(frame),
        "errors": frame.get("errors"),
    }


def _frames(stacktrace: Any) -> Iterable[Json]:
    frames = stacktrace.get("frames") if isinstance(stacktrace, dict) else None
    return (frame for frame in frames or () if isinstance(frame, dict))


def _mixes_frames(stacktrace: Any) -> bool:
    """Whether frames of the app stand beside others, so that hiding the others makes sense."""
    kinds = {bool(frame.get("in_app")) for frame in _frames(stacktrace)}
    return len(kinds) > 1


def _renamed(source: Any, names: dict[str, str]) -> Json | None:
    if not isinstance(source, dict):
        return None
    return {shown: source.get(name) for name, shown in names.items()}
