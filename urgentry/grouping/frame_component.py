"""What of a frame goes into the hash: module, filename, function and source line, cleaned.

`stacktrace` asks once per distinct frame. The rules are those of spec §4; each part that stays out
says why in its hint.
"""

import re
from typing import Final

from urgentry.grouping.component import Component, leaf, muted, node_of_leaves, word
from urgentry.grouping.frame import Frame
from urgentry.grouping.frame_function import function_component, last_name
from urgentry.grouping.frame_module import clean_filename, module_component

_WEB_ORIGINS: Final = ("http:", "https:", "blob:", "applewebdata:")
_ORIGINS: Final = (*_WEB_ORIGINS, "file:")
_ANONYMOUS_FILES: Final = frozenset({"<anonymous>", "[native code]"})
_UNNAMED_SOURCES: Final = frozenset({"[native code]", "native code", "eval code", "<anonymous>"})
_SHOWS_LINES: Final = frozenset({"javascript", "node", "python", "php", "ruby"})
_LONGEST_LINE: Final = 120

_SPAWN_MAIN = re.compile(r"(?<=\bspawn_main\()[^()]*(?=\))")
_INT = re.compile(r"\b\d+\b")
_NO_FILENAME: Final = leaf("filename")
_NO_CONTEXT_LINE: Final = leaf("context_line")


def frame_component(frame: Frame, *, cleans_spawn_main: bool) -> Component:
    module = module_component(frame)
    filename = _filename(frame) if frame.filename else _NO_FILENAME
    if module.contributes and filename.contributes:
        filename = muted(filename, "module takes precedence")
    line = _context_line(frame, cleans_spawn_main=cleans_spawn_main)
    function = function_component(frame, has_line=line.contributes)
    component = node_of_leaves("frame", (module, filename, function, line))
    if frame.family == "javascript" and _is_anonymous_code(frame):
        return muted(component, "ignored low quality javascript frame")
    return component


def is_url(abs_path: str | None, *, files_too: bool) -> bool:
    """Whether a frame's path is an address rather than a file of the program."""
    return abs_path is not None and abs_path.startswith(_ORIGINS if files_too else _WEB_ORIGINS)


def _filename(frame: Frame) -> Component:
    path = frame.filename or ""
    name = path[max(path.rfind("/"), path.rfind("\\")) + 1 :].lower()
    if frame.abs_path is not None and frame.abs_path.startswith(_WEB_ORIGINS):
        return leaf(
            "filename", name, contributes=False, hint="ignored because frame points to a URL"
        )
    if path in _ANONYMOUS_FILES:
        return leaf("filename", name, contributes=False, hint="anonymous filename discarded")
    if frame.platform == "java" and (cleaned := clean_filename(name)) != name:
        return leaf("filename", cleaned, hint="cleaned javassist parts")
    return word("filename", name)


def _context_line(frame: Frame, *, cleans_spawn_main: bool) -> Component:
    source = frame.context_line
    if not source or frame.platform not in _SHOWS_LINES:
        return _NO_CONTEXT_LINE
    line = " ".join(source.split())
    if not line:
        return _NO_CONTEXT_LINE
    if len(source) > _LONGEST_LINE:
        return leaf("context_line", line, contributes=False, hint="discarded because line too long")
    if cleans_spawn_main and frame.platform == "python" and "spawn_main(" in line:
        line = _SPAWN_MAIN.sub(lambda match: _INT.sub("<int>", match[0]), line)
    if (
        frame.family == "javascript"
        and not frame.function
        and is_url(frame.abs_path, files_too=True)
    ):
        hint = "discarded because from URL origin and no function"
        return leaf("context_line", line, contributes=False, hint=hint)
    return word("context_line", line)


def _is_anonymous_code(frame: Frame) -> bool:
    name = frame.raw_function or frame.function
    return (name is not None and last_name(name) == "eval") or frame.abs_path in _UNNAMED_SOURCES
