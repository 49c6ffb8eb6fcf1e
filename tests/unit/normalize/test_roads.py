"""Both roads through normalisation give the same event, or the short one gives none."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.normalize.events import EVENT_ID, RECEIVED
from tests.unit.normalize.sdk_events import EVENTS
from urgentry.ingest.normalize import (
    NormalizeContext,
    normalize_event,
    normalize_plain,
    parse_event_json,
)
from urgentry.protocol.outcome import Rejected

CONTEXT = NormalizeContext(
    event_id=EVENT_ID,
    project_id=7,
    key_id="3",
    received=RECEIVED,
    client_ip="9.9.9.9",
    sdk_client="sentry.test/1.0",
    replay_id="b" * 32,
)
DRIFTING = NormalizeContext(
    event_id=EVENT_ID, project_id=7, key_id="3", received=RECEIVED, sent_at=RECEIVED - 2**42
)
WRONG: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 2**63, 10**30, "", "x", " x\n", "a" * 300, "a" * 9000, "\ud800"),
    *([], [[]], [None], {}, {"": []}, {"values": [None]}, {"a": {"b": {"c": {"d": {"e": {}}}}}}),
)


def both(payload: Any, context: NormalizeContext = CONTEXT) -> tuple[Any, Any]:
    """What the short road makes of a payload, and what the long one does."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return normalize_plain(raw, context), normalize_event(parse_event_json(raw), context)


@pytest.mark.parametrize("context", [CONTEXT, DRIFTING])
@pytest.mark.parametrize("name", EVENTS)
def test_events_of_todays_sdks_are_plain(name: str, context: NormalizeContext) -> None:
    short, long = both(EVENTS[name](), context)
    assert short is not None
    assert short == long


def _spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload; of a list the first two members stand for all."""
    if path:
        yield path
    if isinstance(value, dict):
        for step, child in value.items():
            yield from _spots(child, (*path, step))
    elif isinstance(value, list):
        for index, child in enumerate(value[:2]):
            yield from _spots(child, (*path, index))


def _small(name: str) -> Any:
    """An event with two of each thing, so that many of it are cheap."""

    def shorten(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shorten(item) for key, item in value.items() if key != "modules"}
        return [shorten(item) for item in value[:2]] if isinstance(value, list) else value

    return shorten(EVENTS[name]()) | {"modules": {"a": "1"}}


@pytest.mark.parametrize("name", EVENTS)
def test_any_wrong_value_anywhere(name: str) -> None:
    text = json.dumps(_small(name))
    for *above, last in _spots(json.loads(text)):
        for wrong in WRONG:
            payload = json.loads(text)
            place: Any = payload
            for step in above:
                place = place[step]
            place[last] = wrong
            short, long = both(payload)
            assert short is None or short == long, (above, last, wrong)


@pytest.mark.parametrize("name", EVENTS)
def test_a_key_too_many_anywhere(name: str) -> None:
    text = json.dumps(_small(name))
    for path in _spots(json.loads(text)):
        payload = json.loads(text)
        place: Any = payload
        for step in path:
            place = place[step]
        if isinstance(place, dict):
            place["unknown"] = {"a": [1]}
            short, long = both(payload)
            assert short is None or short == long, path


@pytest.mark.parametrize("name", ["release", "environment", "dist", "logger", "platform"])
def test_nothing_long_is_remembered(name: str) -> None:
    short, long = both({name: "x" * 100_000})
    assert short is None
    assert len(long.get(name) or "") <= 64


def test_a_nul_takes_the_long_road() -> None:
    short, long = both({"message": "a\0b", "tags": {"a": "\\u0000"}})
    assert short is None
    assert long["logentry"] == {"formatted": "ab"}
    assert dict(long["tags"])["a"] == "\\u0000"


SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
JSON = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from("abcd") | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
TEXT = st.text(max_size=20) | st.sampled_from(["?", "", " a ", "a\nb", "http://x/y?z#a", "x" * 400])
TIME = st.sampled_from(
    [
        *("2026-11-23T11:00:00Z", "2026-11-23T11:00:00.123456789Z", "2026-11-23T11:00:00.9999999Z"),
        *("2026-11-23T11:00:00", "2026-11-23 11:00:00+02:00", "9999-12-31T23:59:59.9999999Z"),
        *("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2026-11-23t11:00:00z"),
        *(1_795_435_200, 1_795_435_199.5, 1e300, -1.0, "", "noon"),
    ]
)
FRAME = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("function", "filename", "abs_path", "module", "context_line"), TEXT),
        **dict.fromkeys(("pre_context", "post_context"), st.lists(TEXT, max_size=2)),
        "lineno": st.integers(-1, 2**64),
        "in_app": st.booleans(),
        "vars": st.dictionaries(TEXT, JSON, max_size=3),
        "instruction_addr": st.sampled_from(["0x00A", "10", "007", "0b1", "z", "-1", "0x1" * 9, 3]),
        "data": st.fixed_dictionaries({}, optional={"orig_lineno": SCALAR}),
        "lock": st.fixed_dictionaries({}, optional={"type": SCALAR}),
    },
)
CRUMB = st.fixed_dictionaries(
    {},
    optional={
        "timestamp": TIME,
        "type": TEXT,
        "category": TEXT,
        "message": TEXT,
        "level": st.sampled_from(["info", "log", "warn", "critical", "bogus", "INFO", 30]),
        "data": st.dictionaries(TEXT, JSON, max_size=3),
    },
)
STACKTRACE = st.fixed_dictionaries(
    {"frames": st.lists(FRAME, max_size=3)},
    optional={"registers": st.dictionaries(TEXT, SCALAR, max_size=2)},
)
EXCEPTION = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("type", "value", "module"), TEXT),
        "stacktrace": STACKTRACE,
        "thread_id": SCALAR,
        "mechanism": st.fixed_dictionaries(
            {"type": TEXT}, optional={"handled": st.booleans(), "data": JSON, "meta": JSON}
        ),
    },
)
IMAGE = st.fixed_dictionaries(
    {"type": st.sampled_from(["macho", "elf", "sourcemap", "apple", "jvm", "other"])},
    optional={
        "debug_id": st.sampled_from(["C05B4DDD69A73840A64932180D341587-00A", "x", ""]),
        **dict.fromkeys(("code_file", "code_id", "uuid", "name"), TEXT),
        "image_addr": st.sampled_from(["0x00A", "z", 3]),
    },
)


def _listed(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    many = st.lists(kind, max_size=3)
    return many | st.fixed_dictionaries({"values": many})


EVENT = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("platform", "logger", "release", "dist", "environment"), TEXT),
        **dict.fromkeys(("server_name", "transaction", "culprit", "message"), TEXT),
        "event_id": st.sampled_from([EVENT_ID, EVENT_ID.upper(), "bad"]),
        "level": st.sampled_from(["error", "info", "critical", "x"]),
        "timestamp": TIME,
        "exception": _listed(EXCEPTION),
        "threads": _listed(st.fixed_dictionaries({}, optional={"id": SCALAR, "name": TEXT})),
        "breadcrumbs": _listed(CRUMB),
        "tags": st.dictionaries(TEXT, SCALAR, max_size=3) | st.lists(st.lists(TEXT, max_size=2)),
        "user": st.dictionaries(
            st.sampled_from(["id", "email", "ip_address", "geo", "data", "plan"]), JSON
        ),
        "request": st.dictionaries(
            st.sampled_from(["url", "method", "headers", "query_string", "cookies", "data", "env"]),
            JSON | TEXT | st.dictionaries(TEXT, TEXT, max_size=2),
        ),
        "contexts": st.dictionaries(
            st.sampled_from(["os", "trace", "device", "flags", "response", "mine"]),
            st.dictionaries(st.sampled_from(["name", "type", "data", "values", "model"]), JSON),
        ),
        "extra": st.dictionaries(TEXT, JSON, max_size=3),
        "modules": st.dictionaries(TEXT, SCALAR, max_size=3),
        "fingerprint": st.lists(TEXT | SCALAR, max_size=3),
        "sdk": st.fixed_dictionaries(
            {"name": TEXT}, optional={"version": TEXT, "integrations": JSON, "settings": JSON}
        ),
        "debug_meta": st.fixed_dictionaries({}, optional={"images": st.lists(IMAGE, max_size=3)}),
    },
)


@settings(max_examples=400, deadline=None)
@given(EVENT)
def test_whatever_is_sent(payload: dict[str, Any]) -> None:
    try:
        short, long = both(payload)
    except Rejected:  # NaN, which not every client may write
        assert normalize_plain(json.dumps(payload).encode(), CONTEXT) is None
        return
    assert short is None or short == long
    orjson.dumps(long)
