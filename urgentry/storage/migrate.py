"""Brings the schema forward and back: `urgentry migrate`, and `serve` where it may.

Each step is one transaction that first takes a row lock and looks again at what is applied, so
several processes may run at once, behind a transaction pooler too, and a run that broke off is
continued by the next. The reverse text is stored when a step is applied: an older program can go
back from a schema that it has never seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from urgentry import __version__, clock
from urgentry.errors import SchemaMismatch, UniqueViolation
from urgentry.storage.database import Database, Transaction
from urgentry.storage.migration import Migration, bundled, serves
from urgentry.storage.queries import script


@dataclass(frozen=True, slots=True)
class Current:
    """The schema is the one that this program knows."""

    version: int


@dataclass(frozen=True, slots=True)
class Behind:
    """The schema lacks migrations that this program needs."""

    version: int
    missing: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """A newer program migrated; `compatible` says whether the schema still serves this one."""

    version: int
    compatible: bool


SchemaState = Current | Behind | Ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One migration that a run applies (`forward`) or takes back (`reverse`)."""

    version: int
    name: str
    phase: str
    direction: Literal["forward", "reverse"]
    loses: str
    wal_heavy: str
    text: str


async def schema_state(
    database: Database,
    *,
    migrations: Sequence[Migration] | None = None,
    program: str = __version__,
) -> SchemaState:
    """How the schema stands to this program. Changes nothing."""
    known = bundled(database.dialect) if migrations is None else migrations
    applied = await _applied(database)
    _refuse_strangers(known, applied)
    if len(applied) < len(known):
        return Behind(len(applied), len(known) - len(applied))
    if len(applied) > len(known):
        newer = applied[len(known) :]
        return Ahead(len(applied), all(serves(m.oldest_program, program) for m in newer))
    return Current(len(known))


async def check(
    database: Database,
    *,
    migrations: Sequence[Migration] | None = None,
    program: str = __version__,
) -> None:
    """Returns when this program can work on the schema; SchemaMismatch says what to do."""
    await _refuse_unfinished(database)
    state = await schema_state(database, migrations=migrations, program=program)
    match state:
        case Behind(version, missing):
            raise SchemaMismatch(
                f"the schema is at version {version}, {missing} behind this program",
                hint="run: urgentry migrate",
            )
        case Ahead(version, compatible=False):
            raise SchemaMismatch(
                f"the schema is at version {version} and no longer serves program {program}",
                hint="run a newer program, or go back with: urgentry migrate --to N",
            )


async def plan(
    database: Database, *, to: int | None = None, migrations: Sequence[Migration] | None = None
) -> list[Step]:
    """The steps that `migrate` would take, in order. Changes nothing."""
    known = bundled(database.dialect) if migrations is None else migrations
    applied = await _applied(database)
    _refuse_strangers(known, applied)
    return _steps(known, applied, to)


async def migrate(
    database: Database,
    *,
    to: int | None = None,
    force: bool = False,
    restoring: bool = False,
    migrations: Sequence[Migration] | None = None,
) -> list[Step]:
    """Goes to version `to` (the newest that this program knows by default) and answers the steps
    that this process took. A schema that is ahead stays so unless `to` asks for less.

    SchemaMismatch for an unknown version, and, without `force`, when going back would lose data;
    also while a backup is being restored, unless it is the restore that asks.
    """
    if not restoring:
        await _refuse_unfinished(database)
    known = bundled(database.dialect) if migrations is None else migrations
    steps = await plan(database, to=to, migrations=known)
    losing = [f"{step.name}: {step.loses}" for step in steps if _loses(step)]
    if losing and not force:
        raise SchemaMismatch(
            f"going back would lose data ({'; '.join(losing)})", hint="add --force to lose it"
        )
    if steps:
        await _prepare(database)
    return [step for step in steps if await database.write(_StepBody(step, known))]


async def begin_restoring(database: Database) -> None:
    """From here to `end_restoring` no server serves the database and nobody migrates it, be it that
    the restore broke off."""
    await _prepare(database)

    async def body(tx: Transaction) -> None:
        await tx.run("schema.begin_restoring", at=clock.now())

    await database.write(body)


async def end_restoring(database: Database) -> None:
    """Everything is there: the database may be served."""

    async def body(tx: Transaction) -> None:
        await tx.run("schema.end_restoring")

    await database.write(body)


async def is_untouched(database: Database) -> bool:
    """Whether nobody ever migrated the database."""
    return not await _applied(database)


def known_names(database: Database) -> list[str]:
    """The names of the migrations that this program has for a database, in order."""
    return [migration.name for migration in bundled(database.dialect)]


async def applied_names(tx: Transaction) -> list[str]:
    """The names of the migrations that the database has, in order."""
    if not await tx.value("schema.has_history"):
        return []
    return [row["name"] for row in await tx.all("schema.list_applied")]


async def _refuse_unfinished(database: Database) -> None:
    async with database.read() as tx:
        if not await tx.value("schema.has_history"):
            return
        if await tx.value("schema.is_restoring"):
            raise SchemaMismatch(
                "a backup is being restored into this database, or was not to its end",
                hint="wait for it, or begin again with: urgentry restore --force",
            )


class _StepBody:
    """The transaction of one step; answers whether this process took it."""

    def __init__(self, step: Step, known: Sequence[Migration]) -> None:
        self._step = step
        self._known = known

    async def __call__(self, tx: Transaction) -> bool:
        await tx.run("schema.take_lock", at=clock.now())
        applied = {row["version"] for row in await tx.all("schema.list_applied")}
        forward = self._step.direction == "forward"
        if (self._step.version in applied) == forward:
            return False
        await tx.run(script(f"migration {self._step.name}", self._step.text))
        if forward:
            await _note(tx, self._known[self._step.version - 1])
        else:
            await tx.run("schema.remove_applied", version=self._step.version)
        return True


async def _note(tx: Transaction, migration: Migration) -> None:
    await tx.run(
        "schema.add_applied",
        version=migration.version,
        name=migration.name,
        phase=migration.phase,
        oldest_program=migration.oldest_program,
        loses=migration.loses,
        applied_at=clock.now(),
        reverse=migration.reverse,
    )


async def _prepare(database: Database) -> None:
    """Makes the table of applied migrations and its lock row."""

    async def create(tx: Transaction) -> None:
        await tx.run("schema.create_history")
        await tx.run("schema.add_lock_row", at=clock.now())

    try:
        await database.write(create)
    except UniqueViolation:
        # another process made the table at the same moment: PostgreSQL tells it by its catalogue
        await database.write(create)


async def _applied(database: Database) -> list[Migration]:
    async with database.read() as tx:
        if not await tx.value("schema.has_history"):
            return []
        rows = await tx.all("schema.list_applied")
    return [
        Migration(
            version=row["version"],
            name=row["name"],
            phase=row["phase"],
            oldest_program=row["oldest_program"],
            loses=row["loses"],
            wal_heavy="",
            forward="",
            reverse=row["reverse"],
        )
        for row in rows
    ]


def _refuse_strangers(known: Sequence[Migration], applied: Sequence[Migration]) -> None:
    for ours, theirs in zip(known, applied, strict=False):
        if (ours.version, ours.name) != (theirs.version, theirs.name):
            raise SchemaMismatch(
                f"the database has migration {theirs.version} {theirs.name}, "
                f"this program {ours.version} {ours.name}",
                hint="the database belongs to another program or branch",
            )


def _steps(known: Sequence[Migration], applied: Sequence[Migration], to: int | None) -> list[Step]:
    target = max(len(known), len(applied)) if to is None else to
    if not 0 <= target <= max(len(known), len(applied)):
        raise SchemaMismatch(f"there is no schema version {target}")
    back = [_step(m, "reverse", m.reverse) for m in reversed(applied[target:])]
    return back + [_step(m, "forward", m.forward) for m in known[len(applied) : target]]


def _step(migration: Migration, direction: Literal["forward", "reverse"], text: str) -> Step:
    return Step(
        version=migration.version,
        name=migration.name,
        phase=migration.phase,
        direction=direction,
        loses=migration.loses,
        wal_heavy=migration.wal_heavy,
        text=text,
    )


def _loses(step: Step) -> bool:
    return step.direction == "reverse" and bool(step.loses)
