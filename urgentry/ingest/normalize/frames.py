"""Stack frames: their members, and where each came from when only half of that was said."""

from typing import Any
from urllib.parse import urlsplit

from urgentry.ingest.normalize.addresses import ADDRESS
from urgentry.ingest.normalize.bags import fit_bag, is_small
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
from urgentry.ingest.normalize.limits import ENUMERATION, FRAME_VARS, FUNCTION, PATH
from urgentry.ingest.normalize.plain import plain_list
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
LOCK = {
    "type": UNSIGNED,
    **members(text(), "address package_name class_name"),
    "thread_id": lenient_text(ENUMERATION),
}
FRAME = {
    "function": text(*FUNCTION),
    "raw_function": text(*FUNCTION),
    "symbol": text(FUNCTION[0]),
    "filename": text(*PATH),
    "abs_path": text(*PATH),
    **members(text(), "module package file_revision platform context_line addr_mode source_link"),
    **members(UNSIGNED, "lineno colno sample_count"),
    "parent_index": SIGNED,
    **members(fitted_by(_fit_context_lines), "pre_context post_context"),
    **members(FLAG, "in_app stack_start"),
    "vars": fitted_by(_fit_vars),
    "data": fit_struct(_DATA),
    **members(ADDRESS, "image_addr instruction_addr symbol_addr function_id"),
    **members(text(ENUMERATION), "trust lang"),
    "lock": fit_struct(LOCK),
}


_read_plain = plain_list(FRAME, {"pre_context": list[str], "post_context": list[str], "vars": Any})


def fit_frames(frames: list[Any], path: Path, report: Report) -> list[Any]:
    """Each frame's known members; file name and absolute path stand in for each other."""
    for frame in frames:
        if type(frame) is dict:
            filename = frame.get("filename")
            abs_path = frame.get("abs_path")
            if not filename or type(abs_path) is not str or not abs_path:
                _complete_path(frame, filename, abs_path)
            if frame.get("function") == "?":
                del frame["function"]
    return fit_raw_frames(frames, path, report)


def fit_raw_frames(frames: list[Any], path: Path, report: Report) -> list[Any]:
    """Frames as the machine saw them: nothing is filled in."""
    plain = _read_plain(frames)
    if plain is None:
        return [_fit_frame(frame, (path, index), report) for index, frame in enumerate(frames)]
    for index, frame in enumerate(plain):
        variables = frame.get("vars")
        if type(variables) is dict and variables and is_small(variables, *FRAME_VARS):
            continue
        if "vars" in frame:
            _replace_vars(frame, (path, index), report)
    return plain


def _replace_vars(frame: dict[str, Any], path: Path, report: Report) -> None:
    given = frame["vars"]
    fitted = ABSENT if given is None else _fit_vars(given, (path, "vars"), report)
    if fitted is ABSENT:
        del frame["vars"]
    else:
        frame["vars"] = fitted


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
        frame["filename"] = _path_of_url(abs_path)


def _path_of_url(location: str) -> str:
    """Of a URL its path, if it has one; else the location itself."""
    if "://" not in location or not location.startswith(("http://", "https://")):
        return location
    try:
        path = urlsplit(location).path
    except ValueError:
        return location
    return path if path not in {"", "/"} else location


def drop_context(frame: Any) -> None:
    """Take from a frame what only helps a reader who looks at it."""
    if type(frame) is dict:
        for key in ("vars", "pre_context", "post_context"):
            frame.pop(key, None)
