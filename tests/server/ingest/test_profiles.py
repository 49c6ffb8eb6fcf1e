"""Profiles on the wire: with their transaction or piece by piece, and read back over the API."""

import json
import secrets
import time
from typing import Any

import orjson
import pytest

from tests.server.ingest.wire import Wire

NOW = 1_790_000_000.0


def frames() -> list[dict[str, Any]]:
    return [{"function": name, "module": "app"} for name in ("main", "work")]


def profile(**more: Any) -> dict[str, Any]:
    return {
        "version": "1",
        "event_id": secrets.token_hex(16),
        "platform": "python",
        "timestamp": "2026-09-21T14:13:20Z",
        "release": "app@1",
        "transaction": {"id": "a" * 32, "name": "/pay", "trace_id": "b" * 32},
        "profile": {
            "samples": [
                {"stack_id": 0, "thread_id": "1", "elapsed_since_start_ns": "0"},
                {"stack_id": 1, "thread_id": "1", "elapsed_since_start_ns": "10000000"},
            ],
            "stacks": [[0], [1, 0]],
            "frames": frames(),
            "thread_metadata": {"1": {"name": "main"}},
        },
        **more,
    }


def chunk(profiler: str, start: float, **more: Any) -> dict[str, Any]:
    return {
        "version": "2",
        "chunk_id": secrets.token_hex(16),
        "profiler_id": profiler,
        "platform": "python",
        "profile": {
            "samples": [
                {"stack_id": 0, "thread_id": "1", "timestamp": start},
                {"stack_id": 1, "thread_id": "1", "timestamp": start + 1},
            ],
            "stacks": [[0], [1, 0]],
            "frames": frames(),
        },
        **more,
    }


def transaction() -> dict[str, Any]:
    return {
        "type": "transaction",
        "transaction": "/pay",
        "start_timestamp": time.time() - 1,
        "timestamp": time.time(),
        "contexts": {"trace": {"trace_id": "b" * 32, "span_id": secrets.token_hex(8)}},
    }


def envelope(*items: tuple[dict[str, Any], bytes]) -> bytes:
    parts = [orjson.dumps({"event_id": secrets.token_hex(16)})]
    for head, payload in items:
        parts += [orjson.dumps(head | {"length": len(payload)}), payload]
    return b"\n".join(parts) + b"\n"


def with_transaction(payload: bytes, **more: Any) -> bytes:
    return envelope(
        ({"type": "transaction"}, orjson.dumps(transaction() | more)),
        ({"type": "profile"}, payload),
    )


def test_a_profile_comes_with_its_transaction_and_is_read_as_sent(wire: Wire) -> None:
    sent = profile()
    before = wire.ledger()
    assert wire.envelope(with_transaction(orjson.dumps(sent))).status_code == 200
    assert wire.ledger().since(before)[("profile", "accepted", "")] == 1
    path = f"/projects/{wire.organization}/{wire.project}/profiling/profiles/{sent['event_id']}/"
    assert wire.api(path).json() == sent
    assert wire.envelope(with_transaction(orjson.dumps(sent))).status_code == 200
    assert wire.ledger().since(before)[("profile", "invalid", "duplicate")] == 1
    assert wire.api(path.replace(sent["event_id"], "0" * 32)).status_code == 404


def profile_of_transaction(wire: Wire, payload: bytes, profile_id: str) -> Any:
    """What the stored transaction says, which named a profile when it was sent."""
    contexts = transaction()["contexts"] | {"profile": {"profile_id": profile_id}}
    answer = wire.envelope(with_transaction(payload, contexts=contexts))
    stored = wire.stored(answer.json()["id"])
    assert stored
    return stored["contexts"].get("profile", {}).get("profile_id")


def test_a_transaction_names_the_profile_that_came_with_it(wire: Wire) -> None:
    sent, other = profile(), "d" * 32
    assert profile_of_transaction(wire, orjson.dumps(sent), other) == sent["event_id"]
    assert profile_of_transaction(wire, b"{nonsense", other) is None


def test_pieces_are_put_together(wire: Wire) -> None:
    profiler = secrets.token_hex(16)
    for start in (NOW + 10, NOW, NOW + 5_000_000):
        body = envelope(
            (
                {"type": "profile_chunk", "platform": "python"},
                orjson.dumps(chunk(profiler, start)),
            )
        )
        assert wire.envelope(body).status_code == 200
    answer = wire.api(
        f"/organizations/{wire.organization}/profiling/chunks/",
        project=wire.project_id,
        profiler_id=profiler,
        start="2026-09-21T00:00:00Z",
        end="2026-09-22T00:00:00Z",
    )
    joined = answer.raise_for_status().json()["chunk"]["profile"]
    assert [sample["timestamp"] for sample in joined["samples"]] == [
        NOW,
        NOW + 1,
        NOW + 10,
        NOW + 11,
    ]
    assert [sample["stack_id"] for sample in joined["samples"]] == [0, 1, 2, 3]
    assert joined["stacks"] == [[0], [1, 0], [2], [3, 2]]
    assert len(joined["frames"]) == 4
    wrong = wire.api(f"/organizations/{wire.organization}/profiling/chunks/", profiler_id="x")
    assert wrong.status_code == 400


def bad(**change: Any) -> dict[str, Any]:
    given = profile()
    given["profile"] |= change
    return given


LONG = [
    {"stack_id": 0, "thread_id": 1, "elapsed_since_start_ns": elapsed}
    for elapsed in (0, 31 * 10**9)
]


def sampled(**change: Any) -> list[dict[str, Any]]:
    return [
        {"stack_id": 0, "thread_id": 1, "elapsed_since_start_ns": number, **change}
        for number in range(2)
    ]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{nonsense", "profiling_invalid_json"),
        (profile(event_id=None), "profiling_invalid_profile_metadata"),
        (profile(profile=None), "profiling_invalid_json"),
        (bad(samples=[]), "profiling_not_enough_samples"),
        (bad(samples=profile()["profile"]["samples"][:1]), "profiling_not_enough_samples"),
        (bad(stacks=[[0]]), "profiling_malformed_samples"),
        (bad(stacks=[[0], [7]]), "profiling_malformed_stacks"),
        (bad(stacks="none"), "profiling_malformed_samples"),
        (bad(samples=LONG), "profiling_duration_is_too_long"),
        (bad(samples=sampled(elapsed_since_start_ns="nan")), "profiling_payload"),
        (bad(samples=sampled(elapsed_since_start_ns=10**400)), "profiling_payload"),
        (bad(samples=sampled(stack_id="-inf")), "profiling_payload"),
        (bad(samples=sampled(timestamp="nan")), "profiling_malformed_samples"),
        (bad(frames=[0, 0]), "profiling_malformed_samples"),
        (bad(stacks=[[0] * 1_000_000]), "profiling_malformed_stacks"),
        (profile(sampled_profile="x", duration_ns="-inf"), "profiling_payload"),
        (profile(sampled_profile="x", duration_ns=-5), "profiling_invalid_profile_metadata"),
        (profile(version=[[]]), "profiling_malformed_samples"),
        (profile(transaction=None, transactions=[{}] * 30_000), "profiling_too_many_profiles"),
    ],
)
def test_what_is_no_profile(wire: Wire, payload: Any, reason: str) -> None:
    before = wire.ledger()
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    assert wire.envelope(with_transaction(body)).status_code == 200
    assert wire.ledger().since(before)[("profile", "invalid", reason)] == 1


def test_a_profile_without_its_transaction(wire: Wire) -> None:
    before = wire.ledger()
    body = envelope(({"type": "profile"}, orjson.dumps(profile())))
    assert wire.envelope(body).status_code == 200
    reason = "profiling_no_transaction_associated"
    assert wire.ledger().since(before) == {("profile", "invalid", reason): 1}
