"""Remembers what keys lead to, so that an event costs no query.

A known key is believed until settings change or a minute is over; an unknown one for less than a
second, so that a key that `bootstrap` just made is known at once. Both are bounded in number.
"""

from urgentry import clock
from urgentry.domain.scope import Scope
from urgentry.storage import scopes
from urgentry.storage.database import Database

_KNOWN_FOR = clock.MINUTE
_UNKNOWN_FOR = clock.SECOND // 2
_REMEMBERED = 10_000


class Scopes:
    """Looks keys up. Errors of the database are raised: they are not absence."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._answers: dict[str, tuple[Scope | None, int]] = {}
        self._generation = 0

    async def find(self, public_key: str) -> Scope | None:
        """The scope of an active key, or None when there is none."""
        answer = self._answers.get(public_key)
        now = clock.now()
        if answer is not None and answer[1] > now:
            return answer[0]
        generation = self._generation
        async with self._database.read() as tx:
            scope = await scopes.get_scope(tx, public_key)
        if generation == self._generation:
            self._remember(public_key, scope, now)
        return scope

    def _remember(self, public_key: str, scope: Scope | None, now: int) -> None:
        if len(self._answers) >= _REMEMBERED:
            self._answers.clear()
        self._answers[public_key] = (scope, now + (_KNOWN_FOR if scope else _UNKNOWN_FOR))

    def forget(self) -> None:
        """Settings changed: asks anew, and does not believe what was asked before."""
        self._generation += 1
        self._answers.clear()
