"""Values of an event, whatever they are, as text that can be printed; pure.

Events come from strangers: every attribute may be missing, of another type, or cut off.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import orjson

Json = dict[str, Any]

_LONG = 80
_MAX_CHARS = 20_000


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A name and its value; `is_block` when it deserves lines of its own."""

    name: str
    text: str
    is_block: bool = False


def obj(value: Any) -> Json:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(attribute: Any) -> list[Json]:
    """The members of a list or of `{"values": […]}`, without those that were lost."""
    values = attribute.get("values") if isinstance(attribute, dict) else attribute
    return (
        [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
    )


def many(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """The value if it is a text, else nothing."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> int | None:
    """The value if it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def shown(value: Any) -> str:
    """Any value as text: texts as they are, the rest as JSON."""
    if isinstance(value, str):
        return value[:_MAX_CHARS]
    if isinstance(value, dict | list):
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()[:_MAX_CHARS]
    return orjson.dumps(value).decode()


def flat(value: Any) -> str:
    """Any value on one line."""
    if isinstance(value, str):
        return value[:_MAX_CHARS]
    return orjson.dumps(value).decode()[:_MAX_CHARS]


def pair(name: Any, value: Any) -> Pair:
    """A name and its value."""
    printed = shown(value)
    is_block = (isinstance(value, dict | list) and bool(value)) or "\n" in printed
    return Pair(name=str(name), text=printed, is_block=is_block)


def pairs_of(value: Any) -> list[Pair]:
    """The members of an object, or of a list of `[name, value]`."""
    if isinstance(value, dict):
        return [pair(name, member) for name, member in value.items() if member is not None]
    return [pair(member[0], member[1]) for member in _two(value)]


def _two(value: Any) -> Iterable[list[Any]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, list) and len(each) == 2)  # noqa: PLR2004
