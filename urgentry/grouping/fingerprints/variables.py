"""What `{{ … }}` stands for in fingerprints and in titles (spec §10.1).

`variants` resolves an event's fingerprint with these, `matching` a rule's title.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from urgentry.grouping.crash_frame import crash_frame
from urgentry.grouping.values import items_of, object_of, text_of

_WHOLE = re.compile(r"\{\{\s*(\S+?)\s*\}\}\Z")
_INSIDE = re.compile(r"\{\{\s*([^\s{}]+)\s*\}\}")
_SEPARATOR = re.compile(r"[/\\]")

Event = dict[str, Any]


def variable_of(entry: str) -> str | None:
    """The name of the variable that an entry is, or None for a literal."""
    match = _WHOLE.match(entry)
    return match[1] if match else None


def is_default(entry: str) -> bool:
    return variable_of(entry) == "default"


def expand(entry: str, event: Event, *, names_unknown: bool) -> str:
    """An entry's value; an unknown variable stays literal, or is named as such."""
    name = variable_of(entry)
    if name is None:
        return entry
    value = resolve(name, event)
    if value is not None:
        return value
    return f"<unrecognized-variable-{name}>" if names_unknown else entry


def expand_title(template: str, event: Event) -> str:
    """A title with every variable in it replaced; unknown ones stay."""

    def value_of(match: re.Match[str]) -> str:
        value = resolve(match[1], event)
        return match[0] if value is None else value

    return _INSIDE.sub(value_of, template)


def resolve(name: str, event: Event) -> str | None:
    """The value of a variable, `<no-…>` where the event has none, None if there is no such."""
    if name.startswith("tags."):
        tag = name.removeprefix("tags.")
        return tag_of(event, tag) or f"<no-value-for-tag-{tag}>"
    known = _VARIABLES.get(name)
    if known is None:
        return None
    read, missing = known
    return read(event) or missing


def message_of(event: Event) -> str | None:
    logentry = object_of(event, "logentry")
    return (
        text_of(logentry, "formatted")
        or text_of(logentry, "message")
        or text_of(_last_exception(event), "value")
    )


def tag_of(event: Event, name: str) -> str | None:
    """A tag's value, from pairs or from an object."""
    tags = event.get("tags")
    if isinstance(tags, dict):
        return text_of(tags, name)
    for pair in tags if isinstance(tags, list) else ():
        if isinstance(pair, list | tuple) and len(pair) > 1 and pair[0] == name:
            return None if pair[1] is None else str(pair[1])
    return None


def _last_exception(event: Event) -> dict[str, Any]:
    exceptions = items_of(event, "exception")
    return exceptions[-1] if exceptions else {}


def _of_frame(*names: str) -> Callable[[Event], str | None]:
    def read(event: Event) -> str | None:
        frame = crash_frame(event)
        return next((value for name in names if (value := text_of(frame, name))), None)

    return read


def _of_exception(name: str) -> Callable[[Event], str | None]:
    return lambda event: text_of(_last_exception(event), name)


def _of_event(name: str) -> Callable[[Event], str | None]:
    return lambda event: text_of(event, name)


def _package(event: Event) -> str | None:
    package = text_of(crash_frame(event), "package")
    return _SEPARATOR.split(package)[-1] if package else None


_TYPE: Final = (_of_exception("type"), "<no-type>")
_VALUE: Final = (_of_exception("value"), "<no-value>")
_FUNCTION: Final = (_of_frame("function"), "<no-function>")
_PATH: Final = (_of_frame("abs_path", "filename"), "<no-abs-path>")
_MODULE: Final = (_of_frame("module"), "<no-module>")
_PACKAGE: Final = (_package, "<no-package>")

_VARIABLES: Final[dict[str, tuple[Callable[[Event], str | None], str]]] = {
    "transaction": (_of_event("transaction"), "<no-transaction>"),
    "message": (message_of, "<no-message>"),
    "type": _TYPE,
    "error.type": _TYPE,
    "value": _VALUE,
    "error.value": _VALUE,
    "function": _FUNCTION,
    "stack.function": _FUNCTION,
    "path": _PATH,
    "stack.abs_path": _PATH,
    "stack.filename": (_of_frame("filename", "abs_path"), "<no-filename>"),
    "module": _MODULE,
    "stack.module": _MODULE,
    "package": _PACKAGE,
    "stack.package": _PACKAGE,
    "level": (_of_event("level"), "<no-level>"),
    "logger": (_of_event("logger"), "<no-logger>"),
}
