"""How many users a batch brings to its hashes and issues: exact up to a bound, then a sketch."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from urgentry.domain import distinct
from urgentry.domain.event import EventUser
from urgentry.ingest.store.tally import Tally
from urgentry.storage import rollups
from urgentry.storage.database import Transaction
from urgentry.storage.rollups import UserKey


class Gained(NamedTuple):
    """How many users hashes, and issues, had not met before the batch."""

    by_hash: dict[int, int]
    by_issue: dict[int, int]


async def count_affected_users(
    tx: Transaction, tally: Tally, users_so_far: Mapping[int, int], *, at: int
) -> Gained:
    """Counts the users of a batch; `users_so_far` is by hash. The issues are locked, so that nobody
    else meets a user for them meanwhile."""
    exact = {
        pair: seen
        for pair, seen in tally.users.items()
        if users_so_far[pair.hash_id] < distinct.EXACT_LIMIT
    }
    met = await rollups.list_users_met(tx, exact)
    fresh = exact.keys() - {pair for pair, hash_id in met if hash_id == pair.hash_id}
    gained = Gained(
        _counted(pair.hash_id for pair in fresh),
        _counted(issue_id for issue_id, _ in _new_to_issue(tally, fresh, met)),
    )
    for hash_id, count in (await _sketch(tx, tally, users_so_far, exact)).items():
        gained.by_hash[hash_id] = count
        issue_id = tally.issues[hash_id]
        gained.by_issue[issue_id] = gained.by_issue.get(issue_id, 0) + count
    idents = {key: person.ident for (_, key), person in tally.people.items()}
    rollups.add_users(tx, exact, tally.projects, idents)
    rollups.add_event_users(tx, _people(tally, fresh), seen=at)
    return gained


def _counted(ids: Iterable[int]) -> dict[int, int]:
    return dict(Counter(ids))


def _new_to_issue(
    tally: Tally, fresh: Iterable[UserKey], met: Iterable[tuple[UserKey, int]]
) -> set[tuple[int, int]]:
    """Issues and users: of those that are new to a hash, who is new to its issue too."""
    strangers = set(fresh) - {pair for pair, _ in met}
    return {(tally.issues[pair.hash_id], pair.user_key) for pair in strangers}


def _people(tally: Tally, fresh: Collection[UserKey]) -> dict[tuple[int, int], EventUser]:
    keys = {(tally.projects[pair.hash_id], pair.user_key) for pair in fresh}
    return {key: tally.people[key] for key in keys}


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
