"""Packs the payloads of events that are some seconds old into blocks, like with like.

Ingest writes each payload by itself, so that a commit is short. Several replicas may pack at once:
who comes second finds payloads taken, and its transaction is undone.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import structlog

from urgentry import clock
from urgentry.beats import rest
from urgentry.errors import StorageError
from urgentry.storage import blocks
from urgentry.storage.blocks import LooseEvent, NewBlock, PayloadTaken
from urgentry.storage.bodies import pack_block
from urgentry.storage.database import Database

WINDOW_EVENTS = 512
"""So many are looked at together; the more, the more of them are alike."""
_ENOUGH_EVENTS = WINDOW_EVENTS
_OLD_ENOUGH = 10 * clock.MINUTE
"""After this time few events are packed as well."""
_SETTLED = 5 * clock.SECOND
"""Events that are younger may still be under way."""
_BLOCK_EVENTS = 24
_BLOCK_BYTES = 256 << 10
"""Of payloads as they are stored one by one, about a fifth of what they hold."""
_LIKE_EVENTS = 3
"""Fewer events of a hash are packed with other events of their project."""
_ROUND_SECONDS = 2.0
_PAUSE_SECONDS = 0.015
"""After each block: events that come in meanwhile go first. Still some 1,000 events a second."""


log = structlog.get_logger(__name__)


async def keep_packing(database: Database, is_busy: Callable[[], bool]) -> None:
    """Packs until it is cancelled; waits while the server is busy, or the database away."""
    while True:
        pause = _ROUND_SECONDS
        try:
            if not is_busy() and await pack_window(database, now=clock.now()):
                pause = _PAUSE_SECONDS
        except PayloadTaken:
            pass  # deleted, or packed by another server, since it was listed
        except StorageError as error:
            log.warning("packing_put_off", error=str(error))
        await rest(pause)


async def pack_window(database: Database, *, now: int) -> int:
    """Packs the oldest events that wait for it, if they are many or old; how many it packed."""
    before = now - _SETTLED
    async with database.read() as tx:
        count, since = await blocks.count_loose(tx, before=before, most=_ENOUGH_EVENTS)
        if not count or (count < _ENOUGH_EVENTS and since > now - _OLD_ENOUGH):
            return 0
        loose = await blocks.list_loose(tx, before=before, limit=WINDOW_EVENTS)
    for group in _alike(loose):
        block = await asyncio.to_thread(_packed, group)
        await database.write(partial(blocks.insert_block, block=block, at=now))
        await rest(_PAUSE_SECONDS)
    return len(loose)


def _alike(loose: Iterable[LooseEvent]) -> list[list[LooseEvent]]:
    """Events that share a block: of one hash, or where these are few, of one project."""
    by_hash: dict[tuple[int, int], list[LooseEvent]] = {}
    for event in loose:
        by_hash.setdefault((event.expires_day, event.hash_id), []).append(event)
    by_project: dict[tuple[int, int], list[LooseEvent]] = {}
    groups = []
    for (day, _), events in by_hash.items():
        if len(events) >= _LIKE_EVENTS:
            groups += _cut(events)
        else:
            by_project.setdefault((day, events[0].project_id), []).extend(events)
    for events in by_project.values():
        groups += _cut(events)
    return groups


def _cut(events: Sequence[LooseEvent]) -> list[list[LooseEvent]]:
    """Parts that are no larger than a block may be."""
    parts: list[list[LooseEvent]] = []
    room = 0
    for event in events:
        if not parts or len(parts[-1]) == _BLOCK_EVENTS or room < len(event.body):
            parts.append([])
            room = _BLOCK_BYTES
        parts[-1].append(event)
        room -= len(event.body)
    return parts


def _packed(events: Sequence[LooseEvent]) -> NewBlock:
    return NewBlock(
        expires_day=events[0].expires_day,
        project_id=events[0].project_id,
        event_ids=[event.id for event in events],
        body=pack_block([event.payload() for event in events]),
    )
