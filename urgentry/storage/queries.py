"""The named queries of `sql/<area>.sql`: loading, checking and composing them.

A file is a list of texts. `-- name: verb_noun` starts one that runs, `-- fragment: noun_verb` one
that only composes; the `-- ` lines that follow say what it answers. Where the dialects part, both
texts stand there, marked `(sqlite)` and `(postgres)`, with the reason; one alone is for what the
other database does not have. A cast to bytes is written `AS bytea`, which SQLite reads as `blob`.
Parameters are `:name`; `{slot}` is filled by `Library.compose`. Query modules and `search` call
this with names, drivers ask for a text of their dialect.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from urgentry.errors import StorageError

_HEADER = re.compile(r"-- (name|fragment): ([a-z][a-z0-9_]*)(?: \((sqlite|postgres)\))?")
_TOKEN = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")
      | (?P<comment>--[^\n]*|/\*.*?\*/)
      | (?P<cast>::)
      | :(?P<param>[a-z_][a-z0-9_]*)
      | \{(?P<slot>[a-z_][a-z0-9_]*)\}""",
    re.VERBOSE | re.DOTALL,
)
_DIALECTS = ("sqlite", "postgres")


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A text in each dialect. It runs when it is no fragment and has no open slot. Compared by
    identity, so that what drivers make of one is remembered for it and found at once."""

    name: str
    sqlite: str
    postgres: str
    params: frozenset[str]
    slots: frozenset[str] = frozenset()
    is_fragment: bool = False
    description: str = ""

    def text(self, dialect: str) -> str:
        """What that database runs. StorageError when the query is for the other one alone."""
        text = self.sqlite if dialect == "sqlite" else self.postgres
        if not text:
            raise StorageError(f"{self.name} does not exist for {dialect}")
        return text


@dataclass(frozen=True, slots=True)
class Report:
    """How many texts there are and which ones differ by dialect."""

    texts: int
    overrides: tuple[str, ...]

    @property
    def share(self) -> float:
        return len(self.overrides) / self.texts if self.texts else 0.0


class Library:
    """Every query of a folder by its full name, `area.verb_noun`."""

    def __init__(self, queries: Iterable[Query]) -> None:
        self._queries: dict[str, Query] = {}
        for query in queries:
            if query.name in self._queries:
                raise StorageError(f"two queries are named {query.name}")
            self._queries[query.name] = query

    def __contains__(self, name: str) -> bool:
        return name in self._queries

    def __iter__(self) -> Iterator[Query]:
        return iter(self._queries.values())

    def get(self, query: str | Query) -> Query:
        """The query of that name; a composed one is returned as it is."""
        if isinstance(query, Query):
            return query
        try:
            return self._queries[query]
        except KeyError:
            raise StorageError(f"there is no query named {query}") from None

    def fragment(self, name: str, *, prefix: str = "", keep: Iterable[str] = ()) -> Query:
        """A text for `compose`. With a prefix its parameters are renamed `prefix_name`, so that it
        can occur several times with other values; those in `keep` stay shared."""
        found = self.get(name)
        return renamed(found, prefix, frozenset(keep)) if prefix else found

    def compose(self, name: str, **slots: Query) -> Query:
        """The text `name` with its slots filled; slots that are not given stay open."""
        base = self.get(name)
        unknown = slots.keys() - base.slots
        if unknown:
            raise TypeError(f"{name} has no slot named {', '.join(sorted(unknown))}")
        filled = ", ".join(f"{key}={part.name}" for key, part in slots.items())
        return replace(
            base,
            name=f"{name}({filled})",
            sqlite=_fill(base.sqlite, {key: part.sqlite for key, part in slots.items()}),
            postgres=_fill(base.postgres, {key: part.postgres for key, part in slots.items()}),
            params=base.params.union(*(part.params for part in slots.values())),
            slots=(base.slots - slots.keys()).union(*(part.slots for part in slots.values())),
        )

    def report(self) -> Report:
        """What the style test prints: the share of texts with a dialect of their own."""
        parted = tuple(sorted(q.name for q in self if q.sqlite != _as_blob(q.postgres)))
        return Report(texts=len(self._queries), overrides=parted)


@cache
def library() -> Library:
    """The queries of this package. Loaded once; immutable."""
    return load(Path(__file__).parent / "sql")


def load(folder: Path) -> Library:
    """Reads every `*.sql` of a folder; the stem of a file is the area of its names."""
    files = sorted(folder.glob("*.sql"))
    return Library(q for path in files for q in parse(path.stem, path.read_text("utf-8")))


def parse(area: str, source: str) -> list[Query]:
    """The queries of one file. StorageError where a name, a pair or the parameters disagree."""
    texts: dict[str, dict[str, Query]] = {}
    for kind, noun, dialect, body in _sections(area, source):
        variants = texts.setdefault(f"{area}.{noun}", {})
        if dialect in variants or (variants and ("" in variants or not dialect)):
            raise StorageError(f"{area}.sql: {noun} is written twice")
        variants[dialect] = _one_text(f"{area}.{noun}", kind, body)
    return [_joined(name, variants) for name, variants in texts.items()]


def script(name: str, text: str) -> Query:
    """Statements of one dialect without parameters, to be given to `run`: migrations only."""
    bare = _without_comments(text)
    return Query(name=name, sqlite=bare, postgres=bare, params=frozenset())


def all_of(*parts: Query) -> Query:
    """The conjunction of conditions; with none, a condition that holds."""
    return _logical("AND", "1 = 1", parts)


def any_of(*parts: Query) -> Query:
    """The disjunction of conditions; with none, a condition that does not hold."""
    return _logical("OR", "1 = 0", parts)


def negated(part: Query) -> Query:
    """The condition's opposite. SQL's NULL stays NULL: write fragments that are never NULL."""
    return replace(
        part,
        name=f"not({part.name})",
        sqlite=f"NOT ({part.sqlite})",
        postgres=f"NOT ({part.postgres})",
    )


def renamed(query: Query, prefix: str, keep: frozenset[str] = frozenset()) -> Query:
    """The query with its parameters called `prefix_name`, but for those in `keep`."""

    def rename(match: re.Match[str]) -> str:
        name = match["param"]
        return match[0] if name is None or name in keep else f":{prefix}_{name}"

    return replace(
        query,
        sqlite=_TOKEN.sub(rename, query.sqlite),
        postgres=_TOKEN.sub(rename, query.postgres),
        params=frozenset(p if p in keep else f"{prefix}_{p}" for p in query.params),
    )


def _sections(area: str, source: str) -> Iterator[tuple[str, str, str, str]]:
    """(kind, noun, dialect or "", body) for each text of a file."""
    header: re.Match[str] | None = None
    body: list[str] = []
    for line in source.splitlines():
        if line.startswith(("-- name:", "-- fragment:")):
            if header:
                yield header[1], header[2], header[3] or "", "\n".join(body)
            header, body = _HEADER.fullmatch(line.rstrip()), []
            if header is None:
                raise StorageError(f"{area}.sql: cannot read the line {line!r}")
        else:
            body.append(line)
    if header:
        yield header[1], header[2], header[3] or "", "\n".join(body)


def _one_text(name: str, kind: str, body: str) -> Query:
    lines = body.strip().splitlines()
    head = [line[2:].strip() for line in lines if line.startswith("--")]
    text = _without_comments(body).rstrip(";")
    if not text:
        raise StorageError(f"{name} has no text")
    tokens = list(_TOKEN.finditer(text))
    return Query(
        name=name,
        sqlite=_as_blob(text),
        postgres=text,
        params=frozenset(m["param"] for m in tokens if m["param"]),
        slots=frozenset(m["slot"] for m in tokens if m["slot"]),
        is_fragment=kind == "fragment",
        description=" ".join(head),
    )


def _as_blob(text: str) -> str:
    """A text with the bytes' type as SQLite calls it: all that a portable text may differ in."""
    return text.replace(" AS bytea)", " AS blob)")


def _joined(name: str, variants: dict[str, Query]) -> Query:
    if "" in variants:
        return variants[""]
    absent = replace(next(iter(variants.values())), sqlite="", postgres="", description="")
    lite, post = (variants.get(dialect, absent) for dialect in _DIALECTS)
    if (lite.params, lite.slots, lite.is_fragment) != (post.params, post.slots, post.is_fragment):
        raise StorageError(f"{name}: the dialects take different parameters")
    reasons = " ".join(filter(None, (lite.description, post.description)))
    if not reasons:
        raise StorageError(f"{name}: two dialects need a reason")
    return replace(lite, postgres=post.postgres, description=reasons)


def _without_comments(text: str) -> str:
    bare = _TOKEN.sub(lambda m: " " if m["comment"] else m[0], text)
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())


def _fill(text: str, parts: dict[str, str]) -> str:
    def put(match: re.Match[str]) -> str:
        return parts.get(match["slot"] or "", match[0])

    return _TOKEN.sub(put, text)


def _logical(word: str, empty: str, parts: tuple[Query, ...]) -> Query:
    def join(texts: Iterable[str]) -> str:
        return f" {word} ".join(f"({text})" for text in texts) or empty

    return Query(
        name=f"{word.lower()}({', '.join(part.name for part in parts)})",
        sqlite=join(part.sqlite for part in parts),
        postgres=join(part.postgres for part in parts),
        params=frozenset[str]().union(*(part.params for part in parts)),
        slots=frozenset[str]().union(*(part.slots for part in parts)),
        is_fragment=True,
    )
