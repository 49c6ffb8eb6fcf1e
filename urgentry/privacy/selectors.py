"""Which values of a payload a rule looks at: `$frame.vars.**`, `extra.'my key' && !$number`.

A path is a row of steps and selects every value whose own path ends in it; `**` stands for one step
or more. Paths are joined by `&&`, `||` and `!`, of which `&&` binds closer than `||`.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

from urgentry.privacy.invalid import InvalidRules

MAX_SELECTOR_CHARS: Final = 16_000
MAX_NESTING: Final = 32
_MAX_INDEX_DIGITS: Final = 9


class Kind(StrEnum):
    """What a step can be asked for by `$`."""

    STRING = "string"
    BINARY = "binary"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    ARRAY = "array"
    OBJECT = "object"
    EVENT = "event"
    ATTACHMENTS = "attachments"
    REPLAY = "replay"
    EXCEPTION = "exception"
    STACKTRACE = "stacktrace"
    FRAME = "frame"
    REQUEST = "request"
    USER = "user"
    LOGENTRY = "logentry"
    MESSAGE = "message"
    THREAD = "thread"
    BREADCRUMB = "breadcrumb"
    LOG = "log"
    SPAN = "span"
    SDK = "sdk"
    MINIDUMP = "minidump"
    HEAP_MEMORY = "heap_memory"
    STACK_MEMORY = "stack_memory"
    TRACE_METRIC = "trace_metric"


_SYNONYMS: Final = {"error": Kind.EXCEPTION, "stack": Kind.STACKTRACE, "http": Kind.REQUEST}
PLAIN_KINDS: Final = frozenset(
    (
        *(Kind.STRING, Kind.NUMBER, Kind.BOOLEAN, Kind.DATETIME),
        *(Kind.ARRAY, Kind.OBJECT, Kind.BINARY),
    )
)
"""Kinds of any JSON value, which by themselves do not name a place."""


class Key(msgspec.Struct, frozen=True, tag=True):
    """A member of this name, whatever its case; here it stands in lower case."""

    name: str


class Index(msgspec.Struct, frozen=True, tag=True):
    """This member of a list, from 0."""

    number: int


class Wildcard(msgspec.Struct, frozen=True, tag=True):
    """Any step."""


class Deep(msgspec.Struct, frozen=True, tag=True):
    """One step or more."""


Step = Key | Index | Wildcard | Deep | Kind


class Path(msgspec.Struct, frozen=True, tag=True):
    """Values at the end of these steps."""

    steps: tuple[Step, ...]


class Not(msgspec.Struct, frozen=True, tag=True):
    """Values that a selector does not select."""

    inner: "Selector"


class And(msgspec.Struct, frozen=True, tag=True):
    """Values that every one of several selects."""

    parts: tuple["Selector", ...]


class Or(msgspec.Struct, frozen=True, tag=True):
    """Values that one of several selects."""

    parts: tuple["Selector", ...]


Selector = And | Or | Not | Path

_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<join>\|\|?|&&?) | (?P<mark>[!().])
        | (?P<deep>\*\*) | (?P<wild>\*)
        | \$(?P<kind>[a-z_]+)
        | (?P<key>[a-zA-Z_][a-zA-Z0-9_-]*) | (?P<index>[0-9]+)(?![a-zA-Z_])
        | '(?P<quoted>(?:[^']|'')+)'
    )""",
    re.VERBOSE,
)


def parse_selector(text: str) -> Selector:
    """The selector that a text spells. InvalidRules says what is wrong with it."""
    if len(text) > MAX_SELECTOR_CHARS:
        raise InvalidRules(f"the selector is longer than {MAX_SELECTOR_CHARS} characters")
    parser = _Parser(text)
    selector = parser.alternatives(MAX_NESTING)
    if parser.token is not None:
        raise parser.unexpected()
    return selector


def quote_key(name: str) -> str:
    """A key as a selector spells it."""
    return f"'{name.replace(chr(39), chr(39) * 2)}'"


class _Parser:
    """Reads from left to right, one token ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = 0
        self._start = 0
        self.token: tuple[str, str] | None = None
        self._next()

    def alternatives(self, depth: int) -> Selector:
        """Parts joined by `||`."""
        parts = self._joined("|", depth)
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def unexpected(self) -> InvalidRules:
        """What to say of the token that cannot stand here."""
        rest = self._text[self._start :].strip()
        return InvalidRules(
            f"invalid selector near {rest!r}" if rest else "the selector ends early"
        )

    def _joined(self, sign: str, depth: int) -> list[Selector]:
        parts = [self._part(sign, depth)]
        while self.token in {("join", sign), ("join", sign * 2)}:
            self._next()
            parts.append(self._part(sign, depth))
        return parts

    def _part(self, sign: str, depth: int) -> Selector:
        if sign == "&":
            return self._negated(depth)
        parts = self._joined("&", depth)
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _negated(self, depth: int) -> Selector:
        if self.token != ("mark", "!"):
            return self._primary(depth)
        self._next()
        return Not(self._primary(depth))

    def _primary(self, depth: int) -> Selector:
        if self.token != ("mark", "("):
            return self._path()
        if not depth:
            raise InvalidRules("the selector nests too deep")
        self._next()
        inner = self.alternatives(depth - 1)
        if self.token != ("mark", ")"):
            raise self.unexpected()
        self._next()
        return inner

    def _path(self) -> Path:
        steps = [self._step()]
        while self.token == ("mark", "."):
            self._next()
            steps.append(self._step())
        if steps == [Wildcard()]:
            raise InvalidRules("a wildcard must be part of a longer selector")
        if sum(isinstance(step, Deep) for step in steps) > 1:
            raise InvalidRules("** is possible once in a selector")
        return Path(tuple(steps))

    def _step(self) -> Step:
        if self.token is None or self.token[0] in {"join", "mark"}:
            raise self.unexpected()
        step = _step_of(*self.token)
        self._next()
        return step

    def _next(self) -> None:
        self._start = self._end
        match = _TOKEN.match(self._text, self._end)
        if match is None:
            if self._text[self._end :].strip():
                raise self.unexpected()
            self.token = None
            return
        self._end = match.end()
        kind = match.lastgroup or ""
        self.token = (kind, match[kind])


def _step_of(kind: str, text: str) -> Step:
    if kind == "deep":
        return Deep()
    if kind == "wild":
        return Wildcard()
    if kind == "index":
        if len(text) > _MAX_INDEX_DIGITS:
            raise InvalidRules(f"invalid index {text[:20]}")
        return Index(int(text))
    if kind == "kind":
        return _kind_of(text)
    return Key((text if kind == "key" else text.replace("''", "'")).lower())


def _kind_of(name: str) -> Kind:
    try:
        return _SYNONYMS.get(name) or Kind(name)
    except ValueError:
        known = ", ".join(f"${each}" for each in sorted((*Kind, *_SYNONYMS)))
        raise InvalidRules(f"unknown type ${name}: there are {known}") from None
