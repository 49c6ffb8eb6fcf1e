"""Whatever a Sentry server takes: every way to authenticate, to encode, to write an event."""

import base64
import gzip
import time
import uuid
import zlib
from collections.abc import Callable
from typing import Any

import brotli  # type: ignore[import-untyped]
import orjson
import pytest
import zstandard

from tests.server.ingest.wire import Wire, envelope_of, event

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
    "": lambda body: body,
    "identity": lambda body: body,
    "utf-8": lambda body: body,
}


def authentications(wire: Wire) -> dict[str, dict[str, Any]]:
    basic = base64.b64encode(f"{wire.key}:".encode()).decode()
    return {
        "header": {"headers": wire.auth},
        "header in capitals": {"headers": {"X-SENTRY-AUTH": f"SENTRY sentry_key={wire.key}"}},
        "authorization": {"headers": {"Authorization": f"Sentry sentry_key={wire.key}"}},
        "basic": {"headers": {"Authorization": f"Basic {basic}"}},
        "query": {"headers": {}, "query": f"?sentry_version=7&sentry_key={wire.key}"},
        "header and query": {"headers": wire.auth, "query": f"?sentry_key={wire.key}"},
        "slashes": {"headers": wire.auth, "path": f"//api///{wire.project_id}//envelope/"},
        "no slash": {"headers": wire.auth, "path": f"/api/{wire.project_id}/envelope"},
    }


@pytest.mark.parametrize(
    "way",
    [
        *("header", "header in capitals", "authorization", "basic", "query", "header and query"),
        *("slashes", "no slash"),
    ],
)
def test_every_place_for_the_key(wire: Wire, way: str) -> None:
    sent = event()
    answer = wire.envelope(
        envelope_of(sent, event_id=sent["event_id"]), **authentications(wire)[way]
    )
    assert answer.status_code == 200
    assert answer.json() == {"id": sent["event_id"]}
    assert wire.stored(sent["event_id"]) is not None


def test_the_dsn_of_the_envelope_is_enough(wire: Wire) -> None:
    sent = event()
    body = envelope_of(sent, event_id=sent["event_id"], dsn=wire.dsn)
    assert wire.envelope(body, headers={}).status_code == 200
    assert wire.stored(sent["event_id"]) is not None


@pytest.mark.parametrize("coding", CODINGS)
def test_every_content_coding(wire: Wire, coding: str) -> None:
    sent = event()
    body = CODINGS[coding](envelope_of(sent, event_id=sent["event_id"]))
    answer = wire.envelope(body, headers=wire.auth | {"Content-Encoding": coding})
    assert answer.status_code == 200
    assert wire.stored(sent["event_id"]) is not None


def test_a_chunked_body(wire: Wire) -> None:
    sent = event()
    body = envelope_of(sent, event_id=sent["event_id"])
    answer = wire.client.post(
        f"/api/{wire.project_id}/envelope/", content=iter([body[:40], body[40:]]), headers=wire.auth
    )
    assert answer.status_code == 200
    assert wire.stored(sent["event_id"]) is not None


@pytest.mark.parametrize(
    "body",
    [
        orjson.dumps,
        lambda sent: base64.b64encode(orjson.dumps(sent)),
        lambda sent: base64.b64encode(zlib.compress(orjson.dumps(sent))),
    ],
    ids=["json", "base64", "base64 of zlib"],
)
def test_every_form_of_a_legacy_body(wire: Wire, body: Callable[[Any], bytes]) -> None:
    sent = event()
    answer = wire.store(body(sent))
    assert (answer.status_code, answer.json()) == (200, {"id": sent["event_id"]})
    assert wire.stored(sent["event_id"]) is not None


def test_a_legacy_event_in_the_address_of_an_image(wire: Wire) -> None:
    sent = event()
    data = base64.b64encode(orjson.dumps(sent)).decode()
    answer = wire.client.get(
        f"/api/{wire.project_id}/store/", params={"sentry_key": wire.key, "sentry_data": data}
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert wire.stored(sent["event_id"]) is not None


def test_a_legacy_address_without_a_project(wire: Wire) -> None:
    sent = event()
    answer = wire.client.post("/api/store/", content=orjson.dumps(sent), headers=wire.auth)
    assert answer.status_code == 200
    assert wire.stored(sent["event_id"]) is not None


def test_the_envelope_names_the_event(wire: Wire) -> None:
    named = str(uuid.uuid4()).upper()
    wire.envelope(envelope_of(event(), event_id=named))
    assert wire.stored(named.replace("-", "").lower()) is not None


def test_an_event_without_an_id_gets_one(wire: Wire) -> None:
    sent = event()
    del sent["event_id"]
    answer = wire.envelope(envelope_of(sent)).json()
    assert wire.stored(answer["id"]) is not None


@pytest.mark.parametrize(
    ("fields", "path", "expected"),
    [
        ({"exception": [{"type": "A", "value": "b"}]}, ("exception", "values", 0, "type"), "A"),
        ({"exception": {"type": "A", "value": "b"}}, ("exception", "values", 0, "type"), "A"),
        (
            {"sentry.interfaces.Exception": {"values": [{"type": "A"}]}, "exception": None},
            ("exception", "values", 0, "type"),
            "A",
        ),
        ({"message": "hello"}, ("logentry", "formatted"), "hello"),
        ({"logentry": {"message": "a %s", "params": ["b"]}}, ("logentry", "formatted"), "a b"),
        ({"user": {"id": 42}}, ("user", "id"), "42"),
        ({"breadcrumbs": [{"message": "m"}]}, ("breadcrumbs", "values", 0, "message"), "m"),
        ({"level": 30}, ("level",), "warning"),
        ({"request": {"headers": {"x": "y"}}}, ("request", "headers", 0), ["X", "y"]),
        ({"request": {"headers": [["x", "y"]]}}, ("request", "headers", 0), ["X", "y"]),
        ({"release": None, "environment": None}, ("platform",), "python"),
        ({"fingerprint": [1, True, "x"]}, ("fingerprint",), ["1", "True", "x"]),
    ],
)
def test_every_shape_of_an_event(
    wire: Wire, fields: dict[str, Any], path: tuple[str | int, ...], expected: object
) -> None:
    sent = event(**fields)
    assert wire.envelope(envelope_of(sent, event_id=sent["event_id"])).status_code == 200
    found: Any = wire.stored(sent["event_id"])
    for step in path:
        found = found[step]
    assert found == expected


@pytest.mark.parametrize("form", [dict, lambda tags: [list(pair) for pair in tags.items()]])
def test_tags_as_a_map_or_as_pairs(wire: Wire, form: Callable[[dict[str, str]], Any]) -> None:
    sent = event(tags=form({"color": "red"}))
    wire.envelope(envelope_of(sent, event_id=sent["event_id"]))
    stored = wire.stored(sent["event_id"])
    assert stored is not None
    assert ["color", "red"] in stored["tags"]


def test_an_event_sent_twice_counts_once(wire: Wire) -> None:
    sent = event(fingerprint=[uuid.uuid4().hex])
    body = envelope_of(sent, event_id=sent["event_id"])
    before = wire.ledger()
    assert [wire.envelope(body).status_code for _ in range(3)] == [200] * 3
    assert wire.ledger().since(before) == {
        ("error", "accepted", ""): 1,
        ("error", "invalid", "duplicate"): 2,
    }
    (issue,) = wire.api(
        f"/organizations/{wire.organization}/issues/", query=f"{sent['fingerprint'][0]}"
    ).json() or [{"count": "1"}]
    assert issue["count"] == "1"


def test_browsers_may_ask_first(wire: Wire) -> None:
    answer = wire.client.options(
        f"/api/{wire.project_id}/envelope/",
        headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"},
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-sentry-auth" in answer.headers["access-control-allow-headers"]


def test_pages_may_read_the_answer(wire: Wire) -> None:
    sent = event()
    answer = wire.envelope(
        envelope_of(sent, event_id=sent["event_id"]),
        headers=wire.auth | {"Origin": "https://shop.example"},
    )
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "retry-after" in answer.headers["access-control-expose-headers"]


def test_a_key_that_bootstrap_makes_beside_the_server_is_known_at_once(
    wire: Wire, wire_server: Any
) -> None:
    made = wire_server.bootstrap(project=f"p{uuid.uuid4().hex[:8]}")
    key = made.dsn.split("//")[1].split("@")[0]
    deadline = time.monotonic() + 1
    while True:
        answer = wire.client.post(
            f"/api/{made.project_id}/store/",
            content=orjson.dumps(event()),
            headers={"X-Sentry-Auth": f"Sentry sentry_key={key}"},
        )
        if answer.status_code == 200 or time.monotonic() > deadline:
            break
    assert answer.status_code == 200
