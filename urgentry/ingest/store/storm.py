"""Which events of a batch are stored, where their project keeps only some of a storm. Called by
`store` inside its transaction, when hashes are locked."""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol

from urgentry.domain.event import PreparedEvent, hour_of
from urgentry.storage import rollups
from urgentry.storage.database import Transaction
from urgentry.storage.rollups import HashHour


class Placed(Protocol):
    """An event whose deciding hash is known."""

    event: PreparedEvent
    hash_id: int
    row_id: int


async def find_unstored(tx: Transaction, placed: Iterable[Placed]) -> dict[int, int]:
    """The row ids of events that are counted only, each with its hash. Reads nothing, and answers
    nothing, where no project asks for it.

    An event's number is how many its hash has had in that hour, in all environments and on all
    servers; so a storm costs as much whoever receives it.
    """
    ruled = [item for item in placed if item.event.storm is not None]
    if not ruled:
        return {}
    numbers = Counter(await rollups.count_in_hours(tx, {_hour(item) for item in ruled}))
    unstored: dict[int, int] = {}
    for item in ruled:
        hour = _hour(item)
        numbers[hour] += 1
        if item.event.storm is not None and not item.event.storm.stores(numbers[hour]):
            unstored[item.row_id] = item.hash_id
    return unstored


def _hour(item: Placed) -> HashHour:
    return HashHour(item.hash_id, hour_of(item.event.timestamp))
