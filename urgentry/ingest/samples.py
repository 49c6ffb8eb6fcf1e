"""The samples of a profile, checked piece by piece: a profile has up to 50 MiB, and nothing that
holds the interpreter for long may be made of it. Called by `items.profile`, beside the loop when
the profile is large.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import inf, isfinite

import msgspec

from urgentry.protocol.outcome import Reason, Rejected, invalid

Number = int | float | str
Scalar = Number | bool | None

_MOST_OBJECTS = 1_000_000
"""So many stacks may be there, and so many samples and frames with all that is in them."""
_LEAST_SAMPLES = 2
_SAMPLES_AT_ONCE = 20_000
_STACKS_BYTES = 256 << 10
_MOST_STACK_BYTES = 1 << 20
_SEPARATOR = re.compile(rb"[ \t\r\n]*,?[ \t\r\n]*")
NOTHING = msgspec.Raw(b"[]")
"""An empty list that nobody has read."""


class Samples(msgspec.Struct, gc=False):
    """What a profile holds, unread."""

    samples: msgspec.Raw = NOTHING
    stacks: msgspec.Raw = NOTHING
    frames: msgspec.Raw = NOTHING


class Measure(msgspec.Struct, frozen=True):
    """When the samples begin (seconds, or None), how long they last, how many there are."""

    started: float | None
    seconds: float
    count: int


class _Sample(msgspec.Struct, gc=False):
    stack_id: Number
    thread_id: Scalar = None
    elapsed_since_start_ns: Number = 0
    timestamp: float = 0.0


class _Frame(msgspec.Struct, gc=False):
    """An object."""


class _Thread(msgspec.Struct):
    """What was sampled of a thread: how often, and from when to when on both clocks."""

    count: int = 0
    first: float = inf
    last: float = -inf
    first_ns: float = inf
    last_ns: float = -inf

    def add(self, sample: _Sample) -> None:
        """Counts a sample."""
        elapsed = as_number(sample.elapsed_since_start_ns)
        self.count += 1
        self.first, self.last = min(self.first, sample.timestamp), max(self.last, sample.timestamp)
        self.first_ns, self.last_ns = min(self.first_ns, elapsed), max(self.last_ns, elapsed)


_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_SAMPLES = msgspec.json.Decoder(list[_Sample], strict=False)
_FRAMES = msgspec.json.Decoder(list[_Frame])
_STACKS = msgspec.json.Decoder(list[list[int]])


def measure(profile: Samples) -> Measure:
    """How long the samples last. `Rejected` when one names a stack, or a stack a frame, that is
    not there, or when there are too few or too many."""
    if bytes(profile.samples).count(b"{") + bytes(profile.frames).count(b"{") > _MOST_OBJECTS:
        raise unfit("exceed_size_limit", f"more than {_MOST_OBJECTS} samples and frames")
    try:
        stacks = _count_stacks(bytes(profile.stacks), len(_FRAMES.decode(profile.frames)))
        threads = _threads(profile.samples, stacks)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unfit("malformed_samples", str(error)) from error
    return _together([each for each in threads.values() if each.count >= _LEAST_SAMPLES])


def unfit(why: str, detail: str) -> Rejected:
    """The refusal of a profile."""
    return invalid(f"profiling_{why}", f"invalid profile: {detail}")


def as_number(value: Scalar) -> float:
    """A number that may be written as a text; `Rejected` for any other value."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise unfit(Reason.PAYLOAD, "not a number") from error
    if not isfinite(number):
        raise unfit(Reason.PAYLOAD, "not a number")
    return number


def _threads(samples: msgspec.Raw, stacks: int) -> Mapping[str, _Thread]:
    threads: dict[str, _Thread] = {}
    for sample in _samples(_RAWS.decode(samples)):
        if not 0 <= as_number(sample.stack_id) < stacks:
            raise unfit("malformed_samples", "a sample names a stack that is not there")
        if not isfinite(sample.timestamp):
            raise unfit("malformed_samples", "a sample has no time")
        thread = threads.setdefault(str(sample.thread_id), _Thread())
        thread.add(sample)
    return threads


def _samples(raws: Sequence[msgspec.Raw]) -> Iterator[_Sample]:
    for start in range(0, len(raws), _SAMPLES_AT_ONCE):
        piece = b",".join(map(bytes, raws[start : start + _SAMPLES_AT_ONCE]))
        yield from _SAMPLES.decode(b"[" + piece + b"]")


def _count_stacks(text: bytes, frames: int) -> int:
    """How many stacks there are, each of frames that are there."""
    count = 0
    for stacks in _stacks(text):
        count += len(stacks)
        if count > _MOST_OBJECTS:
            raise unfit("exceed_size_limit", f"more than {_MOST_OBJECTS} stacks")
        named = list(chain.from_iterable(stacks))
        if named and not (min(named) >= 0 and max(named) < frames):
            raise unfit("malformed_stacks", "a stack names a frame that is not there")
    return count


def _stacks(text: bytes) -> Iterator[list[list[int]]]:
    """A list of lists of numbers, so that a bracket closes one wherever it stands."""
    if text[:1] != b"[":
        raise unfit("malformed_samples", "stacks are a list")
    at, last = 1, len(text) - 1
    while at < last:
        end = text.find(b"]", min(at + _STACKS_BYTES, last), last) + 1 or last
        if end - at > _STACKS_BYTES + _MOST_STACK_BYTES:
            raise unfit("malformed_stacks", "a stack is too deep")
        yield _STACKS.decode(b"[" + text[at:end] + b"]")
        separator = _SEPARATOR.match(text, end, last)
        at = separator.end() if separator else end


def _together(threads: Sequence[_Thread]) -> Measure:
    """A thread that was sampled once says nothing."""
    count = sum(thread.count for thread in threads)
    if not threads:
        raise unfit("not_enough_samples", "no thread has two samples")
    first = min(thread.first for thread in threads)
    if first:
        return Measure(first, max(thread.last for thread in threads) - first, count)
    began = min(thread.first_ns for thread in threads)
    return Measure(None, (max(thread.last_ns for thread in threads) - began) / 1e9, count)
