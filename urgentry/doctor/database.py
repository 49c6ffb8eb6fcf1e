"""The database: whether it answers, its schema, the pooler before it, its clock, its rights."""

import time
from collections.abc import AsyncIterator

from urgentry import clock
from urgentry.config import Settings
from urgentry.doctor.finding import Finding, failed, ok, refused, warning
from urgentry.errors import SchemaMismatch, UrgentryError
from urgentry.opening import is_embedded, open_settings_database
from urgentry.storage import checkup, migrate
from urgentry.storage.checkup import ServerFacts
from urgentry.storage.database import Database
from urgentry.storage.dsn import sqlite_path

_SLOW_SECONDS = 0.05
_CLOCK_OFF = clock.SECOND
_CLOCK_WRONG = 30 * clock.SECOND
_RESERVED = 3
"""Connections that PostgreSQL keeps for its superuser."""


async def look(settings: Settings) -> AsyncIterator[Finding]:
    """Connects, and looks no further where that fails."""
    if is_embedded(settings) and not sqlite_path(settings.database.dsn).exists():
        yield ok("database", "the first start makes the SQLite file")
        return
    try:
        database = open_settings_database(settings)
    except UrgentryError as error:
        yield refused("database", error)
        return
    try:
        await database.ping()
        began = time.perf_counter()
        await database.ping()
        yield _answer_time(time.perf_counter() - began)
        yield await _schema(database, migrates=is_embedded(settings))
        facts = await checkup.server_facts(database)
        if facts is not None:
            pooling = await checkup.find_pooling(database)
            for finding in (*_pooling(settings, pooling, facts), *_server(facts)):
                yield finding
    except UrgentryError as error:
        yield refused("database", error)
    finally:
        await database.close()


def _answer_time(seconds: float) -> Finding:
    text = f"answers in {seconds * 1000:.1f} ms"
    if seconds > _SLOW_SECONDS:
        return warning("database", text, "put the server nearer to its database")
    return ok("database", text)


async def _schema(database: Database, *, migrates: bool) -> Finding:
    """`migrates` says that the start of a server does it."""
    try:
        state = await migrate.schema_state(database)
        if isinstance(state, migrate.Behind) and migrates:
            return ok("schema", f"the next start brings it forward from version {state.version}")
        await migrate.check(database)
    except SchemaMismatch as error:
        return refused("schema", error)
    return ok("schema", f"version {state.version} serves this program")


def _pooling(settings: Settings, pooling: checkup.Pooling, facts: ServerFacts) -> list[Finding]:
    wanted = settings.database.pool_size * settings.replicas
    if pooling == "none":
        there = facts.connections - _RESERVED
        if wanted > there:
            return [
                warning(
                    "pooler",
                    f"none, and {settings.replicas} servers may open {wanted} connections of "
                    f"{there}",
                    "lower URGENTRY_DATABASE_POOL_SIZE, or put PgBouncer in between",
                )
            ]
        return [ok("pooler", f"none; at most {wanted} of {there} connections are used")]
    if pooling == "statement":
        return [
            failed(
                "pooler",
                "it lends connections out by the statement, so there are no transactions",
                "set pool_mode = transaction",
            )
        ]
    if settings.database.pooler == "no":
        return [
            failed(
                "pooler",
                f"there is one ({pooling} mode), though URGENTRY_DATABASE_POOLER is no",
                "leave URGENTRY_DATABASE_POOLER at auto: prepared statements do not survive it",
            )
        ]
    if pooling == "session":
        return [
            warning(
                "pooler",
                "it lends connections out by the session, so it spares PostgreSQL none",
                f"set pool_mode = transaction, or allow {wanted} connections through it",
            )
        ]
    return [ok("pooler", "transaction mode")]


def _server(facts: ServerFacts) -> list[Finding]:
    return [judge_clock(facts.clock_ahead, facts.answer_time), *_faults(facts)]


def judge_clock(ahead: int, answer_time: int) -> Finding:
    """Of a clock that is so many microseconds ahead of ours, as far as an answer can tell."""
    seconds = ahead / clock.SECOND
    text = f"PostgreSQL's clock is {abs(seconds):.3f} s {'ahead' if seconds > 0 else 'behind'}"
    off = abs(ahead) - answer_time
    hint = "let both machines follow the same time servers"
    if off > _CLOCK_WRONG:
        return failed("clock", text, hint)
    return warning("clock", text, hint) if off > _CLOCK_OFF else ok("clock", text)


def _faults(facts: ServerFacts) -> list[Finding]:
    found = []
    if facts.is_standby:
        found.append(failed("server", "PostgreSQL is a standby", "give the DSN of the primary"))
    if not facts.is_durable:
        found.append(
            warning(
                "server",
                "PostgreSQL answers before a commit is on its disk",
                "turn fsync, full_page_writes and synchronous_commit on: events may be lost",
            )
        )
    if not facts.may_create:
        found.append(
            warning(
                "server",
                "the user may make no tables in its schema",
                "grant CREATE on it: partitions are made each week, and migrations make tables",
            )
        )
    return found or [ok("server", f"PostgreSQL {facts.version}")]
