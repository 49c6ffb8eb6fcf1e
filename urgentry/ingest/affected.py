"""How many users a batch brings to its hashes and issues: exact up to a bound, then a sketch."""

from collections.abc import Collection, Mapping

from urgentry.domain import distinct
from urgentry.domain.event import EventUser
from urgentry.ingest.tally import Tally
from urgentry.storage import hashes, rollups
from urgentry.storage.database import Transaction
from urgentry.storage.rollups import UserKey


async def count_affected_users(
    tx: Transaction, tally: Tally, users_so_far: Mapping[int, int], *, at: int
) -> dict[int, int]:
    """Counts the users of a batch; how many each hash (by id) brings to its issue."""
    exact = {
        pair: seen
        for pair, seen in tally.users.items()
        if users_so_far[pair.hash_id] < distinct.EXACT_LIMIT
    }
    idents = {key: person.ident for (_, key), person in tally.people.items()}
    fresh = await rollups.add_users(tx, exact, tally.projects, idents)
    rollups.add_event_users(tx, _people(tally, fresh), seen=at)
    gained = _by_hash(fresh)
    brought = _by_hash(await _new_to_issue(tx, fresh))
    for hash_id, count in (await _sketch(tx, tally, users_so_far, exact)).items():
        gained[hash_id] = brought[hash_id] = count
    hashes.add_users(tx, gained)
    return brought


def _people(tally: Tally, fresh: Collection[UserKey]) -> dict[tuple[int, int], EventUser]:
    keys = {(tally.projects[pair.hash_id], pair.user_key) for pair in fresh}
    return {key: tally.people[key] for key in keys}


def _by_hash(pairs: Collection[UserKey]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for pair in pairs:
        counts[pair.hash_id] = counts.get(pair.hash_id, 0) + 1
    return counts


async def _new_to_issue(tx: Transaction, fresh: Collection[UserKey]) -> set[UserKey]:
    """Of users that are new to a hash: those that no other hash of its issue has met.

    One who is new to two hashes of an issue at once counts for the lower of them.
    """
    known = {
        pair
        for pair, other in await rollups.list_users_met_elsewhere(tx, fresh)
        if UserKey(other, pair.user_key) not in fresh or other < pair.hash_id
    }
    return set(fresh) - known


async def _sketch(
    tx: Transaction,
    tally: Tally,
    users_so_far: Mapping[int, int],
    exact: Collection[UserKey],
) -> dict[int, int]:
    """Enters the users of crowded hashes into their sketches; how many each hash gained."""
    crowded: dict[int, list[int]] = {}
    for pair in tally.users:
        if pair not in exact:
            crowded.setdefault(pair.hash_id, []).append(pair.user_key)
    if not crowded:
        return {}
    sketches = await rollups.get_user_sketches(tx, sorted(crowded))
    gained: dict[int, int] = {}
    for hash_id, keys in crowded.items():
        registers = sketches.get(hash_id) or await _first_sketch(tx, hash_id)
        for key in keys:
            distinct.add(registers, key)
        sketches[hash_id] = registers
        gained[hash_id] = max(0, distinct.estimate(registers) - users_so_far[hash_id])
    rollups.put_user_sketches(tx, sketches)
    return gained


async def _first_sketch(tx: Transaction, hash_id: int) -> bytearray:
    registers = bytearray(distinct.REGISTERS)
    for key in await rollups.list_user_keys(tx, hash_id):
        distinct.add(registers, key)
    return registers
