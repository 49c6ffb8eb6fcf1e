"""The words of fingerprint rules: matchers, and the fingerprint and title that they give.

The parser and the built-in rules make these; `matching` reads them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from urgentry.grouping.glob import Glob, compile_glob

Kind = Literal["frames", "exceptions", "message", "tags", "log", "sdk", "family", "release"]

ALIASES: Final = {
    "error.type": "type",
    "error.value": "value",
    "stack.module": "module",
    "stack.abs_path": "path",
    "stack.package": "package",
    "stack.function": "function",
}
KINDS: Final[dict[str, Kind]] = {
    "type": "exceptions",
    "value": "exceptions",
    "message": "message",
    "logger": "log",
    "level": "log",
    "function": "frames",
    "module": "frames",
    "package": "frames",
    "path": "frames",
    "app": "frames",
    "family": "family",
    "sdk": "sdk",
    "release": "release",
}
_PATHS: Final = frozenset({"path", "package"})
_CASELESS: Final = frozenset({"value", "message", "level"})


@dataclass(frozen=True)
class FingerprintMatcher:
    """`[!]key:pattern`; `key` is a canonical name, or `tags.` and a tag's."""

    key: str
    pattern: str
    negated: bool = False
    written: str = ""
    """The key as the rule had it."""

    @cached_property
    def kind(self) -> Kind:
        return "tags" if self.key.startswith("tags.") else KINDS[self.key]

    @cached_property
    def glob(self) -> Glob:
        return compile_glob(
            self.pattern, path=self.key in _PATHS, ignore_case=self.key in _CASELESS
        )

    @cached_property
    def choices(self) -> frozenset[str]:
        """The alternatives of a comma list."""
        return frozenset(part.strip() for part in self.pattern.split(","))

    def chooses(self, value: str) -> bool:
        """Whether a comma list, or its negation, holds for a value."""
        found = value in self.choices or "all" in self.choices
        return found is not self.negated

    def accepts(self, value: str | None) -> bool:
        """Whether the pattern matches a value, without regard to `negated`."""
        if value is None:
            return False
        if self.key in _PATHS:
            value = value.lower().replace("\\", "/")
            slashed = not value.startswith("/") and self.glob.test(f"/{value}")
            return bool(slashed or self.glob.test(value))
        return bool(self.glob.test(value.lower() if self.key in _CASELESS else value))

    def __str__(self) -> str:
        return f'{"!" * self.negated}{self.written or self.key}:"{self.pattern}"'


@dataclass(frozen=True)
class FingerprintRule:
    matchers: tuple[FingerprintMatcher, ...]
    fingerprint: tuple[str, ...]
    title: str | None = None
    is_builtin: bool = False

    @cached_property
    def by_kind(self) -> dict[Kind, tuple[FingerprintMatcher, ...]]:
        kinds = dict.fromkeys(matcher.kind for matcher in self.matchers)
        return {kind: tuple(m for m in self.matchers if m.kind == kind) for kind in kinds}

    def may_hold_for(self, family: str) -> bool:
        return all(m.chooses(family) for m in self.matchers if m.key == "family")

    @cached_property
    def text(self) -> str:
        """The rule as one would write it, for display."""
        title = f' title="{self.title}"' if self.title is not None else ""
        return f'{" ".join(map(str, self.matchers))} -> "{"".join(self.fingerprint)}"{title}'


def matcher(key: str, pattern: str, *, negated: bool = False) -> FingerprintMatcher:
    """A matcher by any spelling of its key; raises KeyError or ValueError for what is unknown."""
    name = ALIASES.get(key, key)
    if name.startswith("tags.") or name in KINDS:
        made = FingerprintMatcher(name, pattern, negated=negated, written=key)
        made.glob  # noqa: B018  # compiled now, so that a broken pattern fails here
        return made
    raise KeyError(key)
