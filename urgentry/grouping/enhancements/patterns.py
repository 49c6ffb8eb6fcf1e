"""Patterns on one attribute of frames, arranged so that few of them run for a value.

`index` keeps one arrangement for each attribute and family: exact values and prefixes stand in
dictionaries, other patterns behind a search for text that they need.
"""

from dataclasses import dataclass, field
from typing import Final

from urgentry.grouping.enhancements.rules import Matcher
from urgentry.grouping.glob import Test
from urgentry.grouping.memo import Memo

_HEAD: Final = 2
_FEW: Final = 8
_LONGEST: Final = 4096
_VALUES_REMEMBERED: Final = 256


@dataclass(slots=True)
class Patterns:
    """Each pattern has a number, which `find` answers."""

    exact: dict[str, list[int]] = field(default_factory=dict)
    heads: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """Prefixes by their first two characters."""
    others: list[tuple[str, Test, int]] = field(default_factory=list)
    seen: Memo[str, list[int]] = field(default_factory=lambda: Memo(_VALUES_REMEMBERED))

    def add(self, matcher: Matcher, number: int) -> None:
        glob = matcher.glob
        if glob.one_of:
            for value in glob.one_of:
                self.exact.setdefault(value, []).append(number)
        elif glob.prefix is not None and len(glob.prefix) >= _HEAD:
            self.heads.setdefault(glob.prefix[:_HEAD], []).append((glob.prefix, number))
        else:
            self.others.append((glob.needle, glob.test, number))

    def find(self, value: str) -> list[int]:
        """The patterns that match, in no order; of a very long value only the beginning counts."""
        if len(self.others) <= _FEW:
            return self.search(value[:_LONGEST])
        found = self.seen.get(value)
        if found is None:
            found = self.search(value[:_LONGEST])
            self.seen.put(value, found)
        return found

    def search(self, value: str) -> list[int]:
        found = [number for needle, test, number in self.others if needle in value and test(value)]
        if value in self.exact:
            found += self.exact[value]
        head = value[:_HEAD]
        if head in self.heads:
            found += [number for prefix, number in self.heads[head] if value.startswith(prefix)]
        return found


class _FilePatterns(Patterns):
    """On paths, which match with or without the leading slash."""

    __slots__ = ()

    def search(self, value: str) -> list[int]:
        found = Patterns.search(self, value)
        return found if value[:1] == "/" else found + Patterns.search(self, f"/{value}")


@dataclass(slots=True)
class PathPatterns:
    """On paths. Most patterns ask for a directory alone, and frames share directories, so what
    these match is remembered."""

    directories: _FilePatterns = field(default_factory=_FilePatterns)
    files: _FilePatterns = field(default_factory=_FilePatterns)
    seen: Memo[str, list[int]] = field(default_factory=lambda: Memo(_VALUES_REMEMBERED))

    def add(self, matcher: Matcher, number: int) -> None:
        (self.directories if matcher.glob.of_directory else self.files).add(matcher, number)

    def find(self, value: str) -> list[int]:
        directory = value[: value.rfind("/") + 1]
        if len(directory) == len(value):
            return self.directories.find(value) + self.files.find(value)
        found = self.seen.get(directory)
        if found is None:
            found = self.directories.find(value)
            self.seen.put(directory, found)
        return found + self.files.find(value)
