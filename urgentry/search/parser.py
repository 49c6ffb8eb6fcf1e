r"""Text → tree, for Sentry's search grammar.

    expression  conjunction (OR conjunction)*
    conjunction part (AND? part)*
    part        "(" expression ")" | term | text
    term        !? key ":" operator? value      key may be quoted, or tags[key]
    value       "quoted \"text\"" | [list, of values] | anything but blanks and parentheses

AND and OR are words of their own, in any case. A word with a colon that cannot be a term (a URL,
`TypeError: …` pasted from a log) is free text, so that most pasted text just searches.
"""

import re
from dataclasses import dataclass, replace

from urgentry.search.keys import is_known
from urgentry.search.syntax import (
    MAX_DEPTH,
    MAX_QUERY_CHARS,
    MAX_TERMS,
    All,
    Either,
    InvalidSearch,
    Node,
    Term,
    Text,
    Value,
)

_BLANK = re.compile(r"\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_WORD = re.compile(r"(?:\(\)|[^\s()])+")
_LIST_WORD = re.compile(r"[^\s(),\[\]\"][^\s,\]]*")
_OPERATOR = re.compile(r">=|<=|!=|>|<|=")
_KEY = re.compile(
    r"""(?P<not>!?)(?:
        tags\[(?:"(?P<quoted_tag>(?:[^"\\]|\\.)+)"|(?P<tag>[^\]\s",\\]+))
            (?:,\s*(?:string|number|boolean|array))?\]
      | "(?P<quoted>(?:[^"\\]|\\.)+)"
      | (?P<plain>[A-Za-z0-9_.\-]+)
    ):""",
    re.VERBOSE | re.DOTALL,
)
_BOOLEAN = re.compile(r"(and|or)(?=[\s()]|$)", re.IGNORECASE)


def parse(text: str) -> Node:
    """The tree of a search. InvalidSearch says what is wrong and where."""
    if len(text) > MAX_QUERY_CHARS:
        raise InvalidSearch(f"it is longer than {MAX_QUERY_CHARS} characters", MAX_QUERY_CHARS)
    reader = _Reader(text)
    node = reader.expression(depth=0)
    if not reader.at_end():
        raise InvalidSearch("this parenthesis closes nothing", reader.position)
    return node


@dataclass(slots=True)
class _Reader:
    """A position in the text that only moves forward."""

    text: str
    position: int = 0
    terms: int = 0

    def at_end(self) -> bool:
        self._skip_blanks()
        return self.position == len(self.text)

    def expression(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise InvalidSearch("parentheses are nested too deeply", self.position)
        alternatives = [self._conjunction(depth)]
        while operator := self._boolean("or"):
            if alternatives[-1] == All(()):
                raise InvalidSearch("a condition is missing before OR", operator - 1)
            alternatives.append(self._conjunction(depth))
            if alternatives[-1] == All(()):
                raise InvalidSearch("a condition is missing after OR", operator - 1)
        return _joined(Either, alternatives)

    def _conjunction(self, depth: int) -> Node:
        parts: list[Node] = []
        while True:
            operator = self._boolean("and")
            if operator and not parts:
                raise InvalidSearch("a condition is missing before AND", operator - 1)
            part = self._part(depth)
            if part is None:
                if operator:
                    raise InvalidSearch("a condition is missing after AND", operator - 1)
                return _joined(All, parts)
            parts.append(part)

    def _part(self, depth: int) -> Node | None:
        if self.at_end() or self._ahead() == ")" or _BOOLEAN.match(self.text, self.position):
            return None
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise InvalidSearch(f"it has more than {MAX_TERMS} conditions", self.position)
        if self._ahead() == "(" and not self.text.startswith("()", self.position):
            return self._group(depth)
        return self._term() or self._free_text()

    def _group(self, depth: int) -> Node:
        opened = self.position
        self.position += 1
        node = self.expression(depth + 1)
        if self.at_end() or self._ahead() != ")":
            raise InvalidSearch("this parenthesis is not closed", opened)
        if node == All(()):
            raise InvalidSearch("these parentheses hold nothing", opened)
        self.position += 1
        return node

    def _term(self) -> Term | None:
        """A term, or None where the word turns out to be free text; then nothing was read."""
        start = self.position
        match = _KEY.match(self.text, start)
        if match is None or self.text.startswith("//", match.end()):
            return None
        tag = match["tag"] or match["quoted_tag"]
        key = _unescape(tag or match["quoted"] or match["plain"])
        term = Term(key, (), negated=bool(match["not"]), tag=tag is not None, position=start)
        self.position = match.end()
        if values := self._list():
            return replace(term, values=values, is_list=True)
        operator = self._take(_OPERATOR)
        value = self._value()
        if value is not None:
            return replace(term, values=(value,), operator=operator)
        if tag is None and match["plain"] and not operator and not is_known(key):
            self.position = start
            return None
        raise InvalidSearch(f'"{key}:" needs a value; {key}:"" asks for an empty one', start)

    def _list(self) -> tuple[Value, ...]:
        """The values of a well-formed list that ends its word; else nothing, and nothing read."""
        start = self.position
        values: list[Value] = []
        if self._ahead() == "[":
            self.position += 1
            while value := self._list_value():
                values.append(value)
                self._skip_blanks()
                if self._ahead() != ",":
                    break
                self.position += 1
            if values and self._ahead() == "]" and self._ends_word(self.position + 1):
                self.position += 1
                return tuple(values)
        self.position = start
        return ()

    def _list_value(self) -> Value | None:
        self._skip_blanks()
        if match := _QUOTED.match(self.text, self.position):
            self.position = match.end()
            return Value(_unescape(match[1]), quoted=True)
        word = self._take(_LIST_WORD)
        return Value(word) if word else None

    def _value(self) -> Value | None:
        match = _QUOTED.match(self.text, self.position)
        if match and self._ends_word(match.end()):
            self.position = match.end()
            return Value(_unescape(match[1]), quoted=True)
        word = self._take(_WORD)
        return Value(word) if word else None

    def _free_text(self) -> Text:
        start = self.position
        value = self._value()
        if value is None:
            raise InvalidSearch("this cannot be read", start)
        return Text(value, position=start)

    def _boolean(self, word: str) -> int:
        """Reads the operator when it comes next: its position counted from 1, else 0."""
        self._skip_blanks()
        match = _BOOLEAN.match(self.text, self.position)
        if match is None or match[1].lower() != word:
            return 0
        self.position = match.end()
        return match.start() + 1

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match[0]

    def _ahead(self) -> str:
        return self.text[self.position : self.position + 1]

    def _ends_word(self, position: int) -> bool:
        following = self.text[position : position + 1]
        return not following or following.isspace() or following in "()"

    def _skip_blanks(self) -> None:
        self._take(_BLANK)


def _joined(kind: type[All] | type[Either], parts: list[Node]) -> Node:
    """A group of this kind in canonical form: none inside another, none around a single part."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _unescape(quoted: str) -> str:
    return quoted.replace('\\"', '"')
