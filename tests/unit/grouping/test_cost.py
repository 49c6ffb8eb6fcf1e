"""What grouping costs, in multiples of parsing the same event in the same process.

The limits leave room for a busy machine; `docs/discussion/grouping.md` says what is usual.
"""

import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from urgentry.grouping import compile_config, describe, group_event

Event = dict[str, Any]


def _frame(number: int, mark: str) -> Event:
    library = "/venv/lib/python3.11/site-packages/django/core"
    return {
        "filename": f"app/file{number}.py",
        "abs_path": f"{library if number % 3 else '/srv/app'}/file{number}{mark}.py",
        "module": f"app.file{number}{mark}",
        "function": f"handle_{number}{mark}",
        "lineno": 10 + number,
        "context_line": f"        return self.process(request, arg_{number})",
        "pre_context": [f"        value = self.compute(request, {line})" for line in range(5)],
        "post_context": [f"        other = value + {line}  # a comment" for line in range(5)],
        "in_app": number % 3 == 0,
        "vars": {f"v{n}": "<an object of some class at 0x7f>" for n in range(8)},
    }


def _failure(mark: str = "") -> Event:
    stacktrace = {"frames": [_frame(number, mark) for number in range(20)]}
    exception = {"type": "ValueError", "value": "no user 12 at 0x7f12", "stacktrace": stacktrace}
    crumbs = [{"message": f"select * from x where y={n}", "timestamp": n} for n in range(40)]
    return {
        "platform": "python",
        "exception": {"values": [exception]},
        "breadcrumbs": {"values": crumbs},
    }


def _exceptions(make_frame: Callable[[int, int], Event], platform: str) -> Event:
    """As many frames of distinct functions as normalisation lets through in a megabyte."""
    values = [
        {"type": f"E{e}", "stacktrace": {"frames": [make_frame(e, f) for f in range(250)]}}
        for e in range(50)
    ]
    return {"platform": platform, "exception": {"values": values}}


HOSTILE: dict[str, Callable[[], Event]] = {
    "frames": lambda: _exceptions(lambda e, f: {"function": f"f{e}_{f}", "module": "m"}, "python"),
    "categories": lambda: _exceptions(lambda e, f: {"module": f"android.view.x{e}_{f}"}, "java"),
    "names": lambda: _exceptions(lambda e, f: {"function": f"{'<a>(b)' * 12}{e}_{f}"}, "native"),
    "messages": lambda: {
        "exception": {"values": [{"type": "E", "value": "a." * 4096} for _ in range(120)]}
    },
    "one message": lambda: {"logentry": {"formatted": "x1 " * 350_000}},
}


def test_an_event_that_was_seen_before() -> None:
    config = compile_config()
    raw = orjson.dumps(_failure())
    group_event(orjson.loads(raw), config)
    events = iter([orjson.loads(raw) for _ in range(200)])

    def work() -> None:
        event = next(events)
        describe(event, group_event(event, config))

    assert _best(work, 200) < 4 * _best(lambda: orjson.loads(raw), 200)


def test_an_event_of_new_frames() -> None:
    config = compile_config()
    raw = orjson.dumps(_failure())
    events = iter([_failure(str(number)) for number in range(50)])
    new = _best(lambda: group_event(next(events), config), 50)
    assert new < 30 * _best(lambda: orjson.loads(raw), 200)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_event_holds_up_the_others(name: str) -> None:
    events = iter([HOSTILE[name]() for _ in range(3)])
    # A megabyte of numbers takes about as long to parse on every machine that is worth its name.
    megabyte = b"[" + b"1234567," * 131_000 + b"1]"
    took = _best(lambda: group_event(next(events), compile_config()), 3)
    assert took < 40 * _best(lambda: orjson.loads(megabyte), 5)


def _best(run: Callable[[], object], times: int) -> float:
    """Processor seconds of the fastest run."""
    best = float("inf")
    for _ in range(times):
        start = time.thread_time()
        run()
        best = min(best, time.thread_time() - start)
    return best
