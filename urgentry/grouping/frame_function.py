"""A frame's function as it is hashed: without what a platform makes up per build or per call.

Used by `frame_component`; the cases are those of spec §4.
"""

import re
from typing import Final

from urgentry.grouping.component import Component, leaf, word
from urgentry.grouping.frame import Frame

_UNKNOWN_NATIVE: Final = frozenset({"<redacted>", "<unknown>"})
_UNKNOWN_JAVASCRIPT: Final = frozenset(
    {"?", "<anonymous function>", "<anonymous>", "Anonymous function"}
)
_PHP_ANONYMOUS: Final = ("[Anonymous", "class@anonymous\x00")
_NO_FUNCTION: Final = leaf("function")
_ERB = re.compile(r"__\d{4,}_\d{4,}\Z")


def last_name(function: str) -> str:
    """What stands after the last dot."""
    return function.rsplit(".", 1)[-1]


def function_component(frame: Frame, *, has_line: bool) -> Component:
    """`has_line`: whether the source line of the frame contributes."""
    if frame.platform == "csharp":
        name = frame.raw_function or frame.function
    else:
        name = frame.function or frame.raw_function
    if frame.family == "javascript":
        return _javascript(name, frame, has_line=has_line)
    if not name:
        return _NO_FUNCTION
    return _by_platform(name, frame) or word("function", name)


def _by_platform(name: str, frame: Frame) -> Component | None:
    if frame.platform == "ruby":
        return _ruby(name)
    if frame.platform == "php":
        return _php(name)
    if frame.platform == "java" and name.startswith("lambda$"):
        return leaf("function", name, contributes=False, hint="ignored lambda function")
    if frame.family == "native" and name in _UNKNOWN_NATIVE:
        return leaf("function", name, contributes=False, hint="ignored unknown function")
    return None


def _ruby(name: str) -> Component | None:
    if name.startswith("block "):
        return leaf("function", "block", hint="ruby block")
    cleaned = _ERB.sub("", name)
    if cleaned == name:
        return None
    return leaf("function", cleaned, hint="removed generated erb template suffix")


def _php(name: str) -> Component | None:
    if name.startswith("class@anonymous") and "::" in name:
        return leaf("function", name.rsplit("::", 1)[-1], hint="anonymous class method")
    if name.startswith(_PHP_ANONYMOUS):
        return leaf("function", name, contributes=False, hint="ignored anonymous function")
    return None


def _javascript(name: str | None, frame: Frame, *, has_line: bool) -> Component:
    shown = last_name(name) if name else None
    values = (shown,) if shown is not None else ()
    hint = "trimmed javascript function" if shown != name else None
    if _is_unknown_javascript(frame):
        return leaf("function", *values, contributes=False, hint="ignored unknown function name")
    if has_line and frame.has_sourcemap:
        hint = "ignored because sourcemap used and context line available"
        return leaf("function", *values, contributes=False, hint=hint)
    return leaf("function", *values, hint=hint)


def _is_unknown_javascript(frame: Frame) -> bool:
    name = last_name(frame.raw_function or frame.function or "")
    return not name or name in _UNKNOWN_JAVASCRIPT or name.endswith("/<")
