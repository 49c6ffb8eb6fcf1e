"""Migration files: where they are, what their headers say. Only `migrate.py` reads them.

`NNNN_what.sql`, or a pair `NNNN_what.sqlite.sql` and `NNNN_what.postgres.sql`. The header is made
of comments: `-- phase:`, `-- serves:`, and where they apply `-- loses:` and `-- wal-heavy:`. Then
come the sections `-- forward` and `-- reverse`.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from urgentry.errors import SchemaMismatch

PHASES = frozenset({"baseline", "expand", "contract"})

_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)(?:\.(sqlite|postgres))?\.sql")
_HEADER = re.compile(r"-- (phase|serves|loses|wal-heavy): *(.+)")
_VERSION = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema in one dialect.

    `oldest_program` is the oldest program version that still works after it. `loses` says what
    going back would lose, `wal_heavy` why it writes much.
    """

    version: int
    name: str
    phase: str
    oldest_program: str
    loses: str
    wal_heavy: str
    forward: str
    reverse: str


@cache
def bundled(dialect: str) -> tuple[Migration, ...]:
    """The program's own migrations in order: inside the package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "migrations"
    return load(inside if inside.is_dir() else package.parent / "migrations", dialect)


def load(folder: Path, dialect: str) -> tuple[Migration, ...]:
    """The migrations of a folder for one dialect. SchemaMismatch where the files are not sound."""
    found: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _FILE.fullmatch(path.name)
        if match is None:
            raise SchemaMismatch(f"{path.name} is not named like a migration")
        if match[3] in {None, dialect}:
            version = int(match[1])
            if version in found:
                raise SchemaMismatch(f"two migrations have the version {version}")
            found[version] = parse(version, match[2], path.read_text("utf-8"))
    if list(found) != list(range(1, len(found) + 1)):
        raise SchemaMismatch(f"the migrations for {dialect} have a gap or start above 1")
    return tuple(found.values())


def parse(version: int, name: str, text: str) -> Migration:
    """The migration that a file holds. SchemaMismatch when a header or a section is missing."""
    head, _, rest = text.partition("\n-- forward\n")
    forward, _, reverse = rest.partition("\n-- reverse\n")
    headers = filter(None, map(_HEADER.fullmatch, head.splitlines()))
    said: dict[str, str] = {match[1]: match[2] for match in headers}
    if not forward.strip() or not reverse.strip():
        raise SchemaMismatch(f"migration {name} needs the sections forward and reverse")
    if said.get("phase", "") not in PHASES or not _VERSION.fullmatch(said.get("serves", "")):
        raise SchemaMismatch(f"migration {name} needs a phase and the version that it serves")
    everything = "everything in the database" if said["phase"] == "baseline" else ""
    return Migration(
        version=version,
        name=name,
        phase=said["phase"],
        oldest_program=said["serves"],
        loses=said.get("loses", everything),
        wal_heavy=said.get("wal-heavy", ""),
        forward=forward.strip(),
        reverse=reverse.strip(),
    )


def serves(oldest_program: str, program: str) -> bool:
    """Whether a schema that needs at least `oldest_program` works with `program`."""
    return _numbers(program) >= _numbers(oldest_program)


def _numbers(version: str) -> tuple[int, ...]:
    match = _VERSION.match(version)
    parts = [int(part) for part in match[0].split(".")] if match else []
    return (*parts, *[0] * (3 - len(parts)))
