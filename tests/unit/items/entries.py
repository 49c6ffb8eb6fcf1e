"""Entries of containers, and a transaction, by what a test changes of them."""

from typing import Any

from urgentry import clock

NOW = 1_790_000_000 * clock.SECOND
TRACE = "4c79f60c11214eb38604f4ae0781bfb2"
SPAN = "fa90fdead5f74052"
PARENT = "fa90fdead5f74051"


def typed(value: Any) -> dict[str, Any]:
    """An attribute as SDKs write it."""
    kinds = {str: "string", bool: "boolean", int: "integer", float: "double", list: "array"}
    return {"value": value, "type": kinds[type(value)]}


def seconds(at: int) -> float:
    return at / clock.SECOND


def log(**given: Any) -> dict[str, Any]:
    entry = {"timestamp": seconds(NOW), "trace_id": TRACE, "level": "info", "body": "hello"}
    return entry | given


def metric(**given: Any) -> dict[str, Any]:
    entry = {"timestamp": seconds(NOW), "trace_id": TRACE, "name": "clicks", "type": "counter"}
    return entry | {"value": 2} | given


def span(**given: Any) -> dict[str, Any]:
    return {
        "trace_id": TRACE,
        "span_id": SPAN,
        "name": "GET /",
        "status": "ok",
        "start_timestamp": seconds(NOW),
        "end_timestamp": seconds(NOW) + 0.25,
        **given,
    }


def legacy_span(**given: Any) -> dict[str, Any]:
    return {
        "trace_id": TRACE,
        "span_id": SPAN,
        "parent_span_id": PARENT,
        "op": "db",
        "description": "SELECT 1",
        "start_timestamp": seconds(NOW),
        "timestamp": seconds(NOW) + 0.1,
        **given,
    }


def transaction(*spans: Any, **given: Any) -> dict[str, Any]:
    return {
        "type": "transaction",
        "transaction": "/orders/{id}",
        "start_timestamp": seconds(NOW) - 1,
        "timestamp": seconds(NOW),
        "contexts": {"trace": {"trace_id": TRACE, "span_id": PARENT, "op": "http.server"}},
        "spans": list(spans),
        **given,
    }
