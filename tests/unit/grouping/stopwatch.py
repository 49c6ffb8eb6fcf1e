"""Measures in multiples of work that takes about as long on every machine, on the processor's clock
of the thread and without garbage collection, so that a busy machine tells the same."""

import gc
import time
from collections.abc import Callable
from functools import cache
from typing import Final

import orjson

_NUMBERS: Final = b"[" + b"1234567," * 131_000 + b"1]"


def seconds(run: Callable[[], object], *, times: int = 3) -> float:
    """Of the fastest run."""
    best = float("inf")
    gc.disable()
    try:
        for _ in range(times):
            start = time.thread_time()
            run()
            best = min(best, time.thread_time() - start)
    finally:
        gc.enable()
    return best


@cache
def megabyte() -> float:
    """Seconds to parse a megabyte of numbers: two to four milliseconds where this was written."""
    return seconds(lambda: orjson.loads(_NUMBERS), times=9)
