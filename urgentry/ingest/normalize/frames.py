"""Stack frames: their members, and where each came from when only half of that was said."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from urgentry.ingest.normalize.addresses import ADDRESS, spell_addresses
from urgentry.ingest.normalize.bags import are_each_small, fit_bag
from urgentry.ingest.normalize.fields import (
    ABSENT,
    FLAG,
    SIGNED,
    UNSIGNED,
    fit_fields,
    fit_struct,
    fitted_by,
    lenient_text,
    members,
    reject,
    text,
)
from urgentry.ingest.normalize.limits import ENUMERATION, FRAME_VARS, FUNCTION, PATH, PATHS_KEPT
from urgentry.ingest.normalize.plain import (
    WHOLE,
    Objects,
    json_bag,
    json_list_of,
    list_reader,
    plain_object,
)
from urgentry.ingest.normalize.report import Path, Report


def _fit_context_lines(value: Any, path: Path, report: Report) -> Any:
    """Source lines; a missing one is an empty one, so that the numbering holds."""
    if type(value) is not list:
        return reject(value, path, report, "expected an array")
    try:
        "".join(value)  # proves in one call that each line is a text
    except TypeError:
        _fill_lines(value, path, report)
    return value


def _fill_lines(value: list[Any], path: Path, report: Report) -> None:
    for index, line in enumerate(value):
        if type(line) is not str:
            if line is not None:
                reject(line, (path, index), report, "expected a string")
            value[index] = ""


def _fit_vars(value: Any, path: Path, report: Report) -> Any:
    """Variables by name, or by number: PHP has one type for lists and objects."""
    if type(value) is list:
        value = {str(index): item for index, item in enumerate(value)}
    elif type(value) is not dict:
        return reject(value, path, report, "expected an object")
    return fit_bag(value, *FRAME_VARS, path, report) or ABSENT


_DATA = {
    **members(text(), "sourcemap orig_function orig_filename"),
    **members(UNSIGNED, "orig_lineno orig_colno"),
    "orig_in_app": SIGNED,
}
_ADDRESS_NAMES = ("instruction_addr", "symbol_addr", "image_addr", "function_id")
LOCK = {
    "type": UNSIGNED,
    **members(text(), "address package_name class_name"),
    "thread_id": lenient_text(ENUMERATION),
}
# In the order in which SDKs mostly write them, which is the order in which they are found soonest.
FRAME = {
    **members(text(*PATH), "filename abs_path"),
    "function": text(*FUNCTION),
    "module": text(),
    **members(UNSIGNED, "lineno colno"),
    "in_app": FLAG,
    "pre_context": fitted_by(_fit_context_lines),
    "context_line": text(),
    "post_context": fitted_by(_fit_context_lines),
    "vars": fitted_by(_fit_vars),
    "package": text(),
    **dict.fromkeys(_ADDRESS_NAMES, ADDRESS),
    "platform": text(),
    "raw_function": text(*FUNCTION),
    "symbol": text(FUNCTION[0]),
    "data": fit_struct(_DATA),
    **members(text(), "file_revision addr_mode"),
    "sample_count": UNSIGNED,
    "parent_index": SIGNED,
    "stack_start": FLAG,
    **members(text(ENUMERATION), "trust lang"),
    "lock": fit_struct(LOCK),
}


_LINES = json_list_of(str)
_PLAIN = {
    "pre_context": _LINES,
    "post_context": _LINES,
    "vars": json_bag(FRAME_VARS[0]),
    "data": plain_object(_DATA, {"orig_in_app": WHOLE}),
    "lock": plain_object(LOCK, {}),
    "parent_index": WHOLE,
    **dict.fromkeys(_ADDRESS_NAMES, str),
}
PLAIN_FRAME = plain_object(FRAME, _PLAIN)
_read_plain = list_reader(FRAME, _PLAIN)


def fit_frames(frames: Any, path: Path, report: Report) -> list[Any]:
    """Each frame's known members; file name and absolute path stand in for each other."""
    if type(frames) is tuple:
        _complete(frames)
    else:
        _complete([frame for frame in frames if type(frame) is dict])
    return fit_raw_frames(frames, path, report)


def _complete(frames: Sequence[dict[str, Any]]) -> None:
    for frame in frames:
        filename = frame.get("filename")
        abs_path = frame.get("abs_path")
        is_whole = filename and abs_path and type(abs_path) is str
        if not is_whole and (filename is not None or abs_path is not None):
            _complete_path(frame, filename, abs_path)
        if frame.get("function") == "?":
            del frame["function"]


def fit_raw_frames(frames: Any, path: Path, report: Report) -> list[Any]:
    """Frames as the machine saw them: nothing is filled in."""
    plain: Objects | None = frames if type(frames) is tuple else _read_plain(frames)
    if plain is None:
        return [_fit_frame(frame, (path, index), report) for index, frame in enumerate(frames)]
    bags = [frame["vars"] for frame in plain if "vars" in frame]
    if bags and not are_each_small(bags, FRAME_VARS[1]):
        _fit_each_vars(plain, path, report)
    for name in _ADDRESS_NAMES:
        spell_addresses(plain, name, path, report)
    for frame in plain:
        if "data" in frame or "lock" in frame:
            _drop_empty(frame)
    return list(plain)


def _fit_each_vars(plain: Objects, path: Path, report: Report) -> None:
    for index, frame in enumerate(plain):
        if "vars" in frame:
            fitted = _fit_vars(frame["vars"], ((path, index), "vars"), report)
            if fitted is ABSENT:
                del frame["vars"]
            else:
                frame["vars"] = fitted


def _drop_empty(frame: dict[str, Any]) -> None:
    for name in ("data", "lock"):
        if name in frame and not frame[name]:
            del frame[name]


def _fit_frame(frame: Any, path: Path, report: Report) -> Any:
    if type(frame) is not dict:
        return None if frame is None else reject(frame, path, report, "expected an object")
    return fit_fields(frame, FRAME, path, report)


def _complete_path(frame: dict[str, Any], filename: Any, abs_path: Any) -> None:
    if filename and not (type(abs_path) is str and abs_path):
        frame["abs_path"] = abs_path = filename
        del frame["filename"]
    elif filename == "":
        del frame["filename"]
    if type(abs_path) is str and abs_path:
        is_usual = len(abs_path) <= sum(PATH)
        frame["filename"] = _remembered_path(abs_path) if is_usual else _path_of_url(abs_path)


_URL = re.compile(r"https?://[^/?#]*(/[^?#]+)")


def _path_of_url(location: str) -> str:
    """Of a URL its path, if it has one; else the location itself."""
    url = _URL.match(location)
    return url[1] if url else location


# Most frames of a browser lie in few files.
_remembered_path = lru_cache(maxsize=PATHS_KEPT)(_path_of_url)


def drop_context(frame: Any) -> None:
    """Take from a frame what only helps a reader who looks at it."""
    if type(frame) is dict:
        for key in ("vars", "pre_context", "post_context"):
            frame.pop(key, None)
