"""Remembers what keys lead to, so that an event costs no query.

A known key is believed until settings change or a minute is over; an unknown one for less than a
second, so that a key that `bootstrap` just made is known at once. Both are bounded in number. While
the database is away what was last known holds, also of a process before this one: known keys are
kept in a file.
"""

import asyncio
import os
from pathlib import Path

import msgspec

from urgentry import clock
from urgentry.beats import rest
from urgentry.domain.routing import destination_of
from urgentry.domain.scope import Scope
from urgentry.errors import StorageError
from urgentry.storage import scopes
from urgentry.storage.database import Database

_KNOWN_FOR = clock.MINUTE
_UNKNOWN_FOR = clock.SECOND // 2
_REMEMBERED = 10_000
_KEEP_SECONDS = 5.0


class Scopes:
    """Looks keys up. Errors of the database are raised where nothing is known: they are not
    absence. `kept_in` is the file that outlives the process; None keeps nothing. Spans, logs and
    metrics are kept `telemetry_days`, and no longer than the events of their project."""

    def __init__(
        self, database: Database, *, kept_in: Path | None = None, telemetry_days: int = 30
    ) -> None:
        self._database = database
        self._telemetry_days = telemetry_days
        self._answers: dict[str, tuple[Scope | None, int]] = {}
        self._routes: dict[tuple[str, str], tuple[Scope, int]] = {}
        self._generation = 0
        self._kept_in = kept_in
        self._last_known: dict[str, Scope] = _read(kept_in) if kept_in else {}
        self._is_kept = True

    @property
    def knows_any(self) -> bool:
        """Whether anything is known without the database."""
        return bool(self._last_known)

    async def find(self, public_key: str) -> Scope | None:
        """The scope of an active key, or None when there is none."""
        answer = self._answers.get(public_key)
        now = clock.now()
        if answer is not None and answer[1] > now:
            return answer[0]
        generation = self._generation
        try:
            async with self._database.read() as tx:
                scope = await scopes.get_scope(tx, public_key)
        except StorageError:
            if public_key not in self._last_known:
                raise
            return self._last_known[public_key]
        scope = self._limited(scope)
        if generation == self._generation:
            self._remember(public_key, scope, now)
        return scope

    async def route(self, scope: Scope, value: str) -> Scope:
        """The scope that a value leads to by the routing of a key: the key's own where it leads
        nowhere. What was known last holds while the database is away."""
        destination = destination_of(scope.routing, value) if scope.routing else None
        if destination is None or destination.project_id == scope.project_id:
            return scope
        place = (scope.public_key, value)
        known, now = self._routes.get(place), clock.now()
        if known is not None and known[1] > now:
            return known[0]
        generation = self._generation
        try:
            async with self._database.read() as tx:
                found = await scopes.get_routed_scope(tx, scope.public_key, destination)
        except StorageError:
            if known is None:
                raise
            return known[0]
        routed = self._limited(found) or scope
        if generation == self._generation:
            if len(self._routes) >= _REMEMBERED:
                self._routes.clear()
            self._routes[place] = (routed, now + _KNOWN_FOR)
        return routed

    def _limited(self, scope: Scope | None) -> Scope | None:
        """A scope that keeps spans, logs and metrics no longer than it keeps events."""
        if scope is None:
            return None
        days = min(scope.retention_days, self._telemetry_days)
        return msgspec.structs.replace(scope, telemetry_days=days)

    def _remember(self, public_key: str, scope: Scope | None, now: int) -> None:
        if len(self._answers) >= _REMEMBERED:
            self._answers.clear()
        self._answers[public_key] = (scope, now + (_KNOWN_FOR if scope else _UNKNOWN_FOR))
        if self._last_known.get(public_key) != scope:
            self._is_kept = False
            if scope is None:
                del self._last_known[public_key]
            elif len(self._last_known) < _REMEMBERED:
                self._last_known[public_key] = scope

    def forget(self) -> None:
        """Settings changed: asks anew, and does not believe what was asked before."""
        self._generation += 1
        self._answers.clear()
        self._routes = {place: (scope, 0) for place, (scope, _) in self._routes.items()}

    async def run(self) -> None:
        """Keeps what is known in the file, until it is cancelled."""
        while self._kept_in is not None:
            await rest(_KEEP_SECONDS)
            if not self._is_kept:
                self._is_kept = True
                await asyncio.to_thread(_write, self._kept_in, dict(self._last_known))


def _read(path: Path) -> dict[str, Scope]:
    """What a process before this one knew; nothing where the file is missing or of another
    version."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Scope])
    except (OSError, msgspec.MsgspecError):
        return {}


def _write(path: Path, known: dict[str, Scope]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_bytes(msgspec.json.encode(known))
    fresh.replace(path)
