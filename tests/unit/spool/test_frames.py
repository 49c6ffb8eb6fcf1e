"""What a disk spoils in a file of the spool costs the batch that it is in, and no other."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events import prepared_event
from urgentry.ingest.spool.frames import Damage, SpooledBatch, decode, encode

BATCHES = [
    SpooledBatch(
        id=bytes([number]) * 16,
        at=1_700_000_000_000_000 + number,
        records=[prepared_event(f"event {number}", at=1_700_000_000_000_000, event_id=bytes(16))],
    )
    for number in range(3)
]
FRAMES = [encode(batch) for batch in BATCHES]
WHOLE = b"".join(FRAMES)
STARTS = [0, len(FRAMES[0]), len(FRAMES[0]) + len(FRAMES[1])]
LENGTH_BYTES = 4


def read(data: bytes, start: int = 0) -> list[bytes | str]:
    """The ids of the batches in a file, and why there is none in a place."""
    return [
        found.id if isinstance(found, SpooledBatch) else found.why
        for _, found in decode(data, start)
    ]


def ids(*numbers: int) -> list[bytes]:
    return [BATCHES[number].id for number in numbers]


def test_a_file_is_read_as_it_was_written() -> None:
    found = list(decode(WHOLE))
    assert [batch for _, batch in found] == BATCHES
    assert [end for end, _ in found] == [*STARTS[1:], len(WHOLE)]
    assert read(WHOLE, STARTS[1]) == ids(1, 2)


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_changed_byte_costs_at_most_its_own_batch(at: int, bits: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] ^= bits
    hit = sum(start <= at for start in STARTS) - 1
    found = read(bytes(changed))
    others = [batch.id for number, batch in enumerate(BATCHES) if number != hit]
    assert [each for each in found if each in others] == others
    if at - STARTS[hit] < LENGTH_BYTES:
        assert found == ids(0, 1, 2), "the content is whole, and so is found"
    else:
        assert found[hit] == "its bytes have changed"


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 200))
def test_lost_bytes_cost_only_the_batches_that_they_were_of(at: int, count: int) -> None:
    end = min(at + count, len(WHOLE))
    ends = [*STARTS[1:], len(WHOLE)]
    untouched = [
        batch.id
        for batch, first, behind in zip(BATCHES, STARTS, ends, strict=True)
        if behind <= at or first >= end
    ]
    found = read(WHOLE[:at] + WHOLE[end:])
    assert [each for each in found if isinstance(each, bytes)] == untouched


@given(st.integers(0, len(FRAMES[2]) - 1))
def test_what_a_crash_left_of_the_last_frame_is_no_damage(written: int) -> None:
    assert read(WHOLE[: STARTS[2] + written]) == ids(0, 1)


def test_a_file_that_grew_before_a_crash_and_was_not_written_is_no_damage() -> None:
    assert read(FRAMES[0] + bytes(5000)) == ids(0)


def test_nothing_but_noise_ends() -> None:
    noise = secrets.token_bytes(100_000)
    assert all(isinstance(found, Damage) for _, found in decode(noise))


@pytest.mark.parametrize("records", [b"\xc1", b"\x91\x81\xa6record\xa7Unknown"])
def test_what_another_release_wrote_is_told_apart(
    records: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other:
        def encode(self, _records: object) -> bytes:
            return records

    with monkeypatch.context() as patch:
        patch.setattr("urgentry.ingest.spool.frames._ENCODER", Other())
        foreign = encode(BATCHES[1])
    first, why, last = read(FRAMES[0] + foreign + FRAMES[2])
    assert [first, last] == ids(0, 2)
    assert str(why).startswith("this release cannot read it")
