"""Projects share what there is: nobody takes more than there is, and nobody keeps others out."""

import itertools

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from urgentry.ingest.queue import FairQueue
from urgentry.ingest.share import FairShare

STEPS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 60), st.booleans()), max_size=60)


@given(STEPS)
def test_what_is_held_is_counted_and_fits(steps: list[tuple[int, int, bool]]) -> None:
    share = FairShare(100)
    held: list[tuple[int, int]] = []
    for owner, count, takes in steps:
        if takes and share.has_room(owner, count):
            share.take(owner, count)
            held.append((owner, count))
        elif not takes and held:
            share.give_back(*held.pop())
        assert share.used == sum(size for _, size in held) <= 100
        for each in range(1, 5):
            assert share.held_by(each) == sum(size for one, size in held if one == each)


@given(st.integers(2, 12), st.integers(1, 8))
def test_a_noisy_owner_leaves_room_for_every_other(others: int, size: int) -> None:
    """Its requests end and come again at once; each other finds room at once, and has the part
    that is its own soon after."""
    share = FairShare(1600)
    while share.has_room(0, size):
        share.take(0, size)
    for owner in range(1, others + 1):
        assert share.has_room(owner, size), "at once"
        share.take(owner, size)
    for _ in range(4):
        for _ in range(share.held_by(0) // size):
            share.give_back(0, size)
            if share.has_room(0, size):
                share.take(0, size)
        for owner in range(1, others + 1):
            while share.has_room(owner, size):
                share.take(owner, size)
    for owner in range(1, others + 1):
        assert share.held_by(owner) >= 1600 // (others + 1) - size


def test_one_request_may_be_as_large_as_all_there_is() -> None:
    share = FairShare(100)
    assert share.has_room(1, 100)
    share.take(1, 60)
    assert share.has_room(1, 40, own=60), "it grows"
    assert not share.has_room(1, 40), "another of the same owner"
    assert not share.has_room(2, 41)
    assert share.has_room(2, 40)


class Waiting(msgspec.Struct):
    owner: int
    size: int
    since: int


def queue_of(*items: Waiting, capacity: int = 1000) -> FairQueue[Waiting]:
    queue: FairQueue[Waiting] = FairQueue(capacity)
    for item in items:
        assert queue.offer(item)
    return queue


def test_projects_take_turns_and_keep_their_order() -> None:
    queue = queue_of(
        *(Waiting(1, 1, at) for at in range(5)),
        Waiting(2, 1, 7),
        Waiting(3, 1, 8),
        Waiting(2, 1, 9),
    )
    taken = [queue.take() for _ in range(8)]
    assert [item.owner for item in taken] == [1, 2, 3, 1, 2, 1, 1, 1]
    assert [item.since for item in taken if item.owner == 1] == [0, 1, 2, 3, 4]
    assert not queue
    assert queue.bytes == 8, "until they are written"
    for item in taken:
        queue.release(item)
    assert queue.bytes == 0


def test_a_full_queue_still_takes_from_others() -> None:
    queue = queue_of(capacity=160)
    numbers = itertools.count()
    while queue.offer(Waiting(1, 10, next(numbers))):
        pass
    assert queue.offer(Waiting(2, 10, next(numbers)))
    assert not queue.offer(Waiting(1, 10, next(numbers)))
    assert [queue.take().owner for _ in range(2)] == [1, 2]


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), max_size=30))
def test_nothing_is_lost_in_the_queue(items: list[tuple[int, int]]) -> None:
    queue: FairQueue[Waiting] = FairQueue(1 << 20)
    for at, (owner, size) in enumerate(items):
        assert queue.offer(Waiting(owner, size, at))
    assert queue.oldest == (0 if items else None)
    assert sorted(item.since for item in queue) == list(range(len(items)))
    half = [queue.take() for _ in range(len(items) // 2)]
    rest = queue.clear()
    assert sorted(item.since for item in half + rest) == list(range(len(items)))
    assert queue.bytes == sum(item.size for item in half)
    assert not queue
