"""Payloads made to be expensive cost little more than reading them, and stay within bounds."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from tests.unit.normalize.events import normalized

BIG = 900_000

PAYLOADS: dict[str, Callable[[], Any]] = {
    "percent names": lambda: {"logentry": {"message": "%(" * (BIG // 2), "params": {"a": 1}}},
    "percent zeros": lambda: {"logentry": {"message": "%" + "0" * BIG, "params": ["a"]}},
    "amplified": lambda: {"logentry": {"message": "{0}" * (BIG // 3), "params": ["x" * 2000]}},
    "spaces": lambda: {"contexts": {"runtime": {"raw_description": " " * BIG}}},
    "distribution": lambda: {"contexts": {"os": {"raw_description": "a " * (BIG // 2)}}},
    "query": lambda: {"request": {"query_string": "a&" * (BIG // 2)}},
    "form": lambda: {"request": {"data": "a=&" * (BIG // 3)}},
    "cookies": lambda: {"request": {"cookies": "a;" * (BIG // 2)}},
    "headers": lambda: {"request": {"headers": {f"h{i}": "" for i in range(BIG // 10)}}},
    "tags": lambda: {"tags": {f"t{i}": "" for i in range(BIG // 10)}},
    "unknown": lambda: {f"u{i}": 1 for i in range(BIG // 10)},
    "images": lambda: {"debug_meta": {"images": [{}] * (BIG // 3)}},
    "contexts": lambda: {"contexts": {f"c{i}": {} for i in range(BIG // 11)}},
    "modules": lambda: {"modules": {f"m{i}": 1 for i in range(BIG // 10)}},
    "integrations": lambda: {
        "sdk": {"name": "a", "version": "b", "integrations": [1] * (BIG // 2)}
    },
    "threads": lambda: {"threads": [{"stacktrace": {}}] * (BIG // 18)},
    "exceptions": lambda: {"exception": [{}] * (BIG // 3)},
    "crumbs": lambda: {"breadcrumbs": [{"level": 1}] * (BIG // 12)},
    "frames": lambda: {"stacktrace": {"frames": [{"lineno": -1}] * (BIG // 14)}},
    "exception value": lambda: {"exception": {"value": "a" * BIG}},
    "logger": lambda: {"platform": "java", "logger": "." * BIG},
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_cost_and_size_are_bounded(name: str) -> None:
    raw = orjson.dumps(PAYLOADS[name]())
    started = time.process_time()
    payload = orjson.loads(raw)
    parsed = time.process_time()
    event = normalized(payload)
    done = time.process_time()
    # A multiple of parsing; the floor only keeps a busy machine from failing the quick ones.
    assert done - parsed < max(60 * (parsed - started), 0.5)
    assert len(orjson.dumps(event)) < len(raw) + 100_000
    assert len(event.get("errors", ())) <= 500


WHOLE: dict[str, Any] = {
    "event_id": "0" * 32,
    "timestamp": "2026-11-23T11:00:00Z",
    "start_timestamp": 1.5,
    "level": "error",
    "logentry": {"message": "a %s", "params": ["b"], "formatted": "a b"},
    "exception": {
        "values": [
            {
                "type": "A",
                "value": "b",
                "thread_id": 1,
                "mechanism": {"type": "m", "data": {"a": 1}, "meta": {"signal": {"number": 11}}},
                "stacktrace": {
                    "frames": [
                        {"filename": "f", "lineno": 1, "pre_context": ["a"], "vars": {"a": 1}}
                    ],
                    "registers": {"rip": "0x1"},
                },
            }
        ]
    },
    "threads": {"values": [{"id": 1, "held_locks": {"a": {"type": 1}}}]},
    "breadcrumbs": {"values": [{"timestamp": 1.5, "data": {"a": 1}}]},
    "request": {
        "url": "http://x/?a=b",
        "headers": [["Cookie", "a=b"], ["Content-Type", "application/json"]],
        "query_string": [["a", "b"]],
        "cookies": {"a": "b"},
        "data": "{}",
        "env": {"REMOTE_ADDR": "1.1.1.1"},
    },
    "user": {"id": "1", "ip_address": "{{auto}}", "geo": {"city": "c"}, "data": {"a": 1}},
    "contexts": {
        "os": {"raw_description": "Windows 10.0.1"},
        "device": {"type": "device", "family": "iPhone", "model": "iPhone12,1", "memory_size": 1},
        "trace": {"trace_id": "a", "sampled": True},
    },
    "tags": [["a", "b"], ["environment", "x"]],
    "sdk": {
        "name": "a",
        "version": "b",
        "packages": [{"name": "c"}],
        "settings": {"infer_ip": "auto"},
    },
    "debug_meta": {"images": [{"type": "elf", "code_file": "f", "debug_id": "x"}]},
    "fingerprint": ["a"],
    "extra": {"a": {"b": 1}},
    "modules": {"a": "1"},
    "spans": [{"op": "a", "timestamp": 1}],
    "errors": [{"type": "x"}],
    "_meta": {"extra": {"a": {"": {"len": 1}}}},
}
WRONG: list[Any] = [None, True, -1, 1.5, "", "x", [], [[]], [None], {}, {"values": 3}, {"": []}]


def _spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, (dict, list)):
        children = value.items() if isinstance(value, dict) else enumerate(value)
        for step, child in children:
            yield from _spots(child, (*path, step))


@pytest.mark.parametrize("wrong", WRONG)
def test_no_value_anywhere_loses_the_event(wrong: Any) -> None:
    whole = orjson.dumps(WHOLE)
    for *above, last in _spots(WHOLE):
        payload = orjson.loads(whole)
        place: Any = payload
        for step in above:
            place = place[step]
        place[last] = wrong
        raw = orjson.dumps(payload)
        event = normalized(orjson.loads(raw), client_ip="9.9.9.9")
        assert event["type"] in {"error", "default"}
        assert orjson.dumps(event) == orjson.dumps(
            normalized(orjson.loads(raw), client_ip="9.9.9.9")
        )
