"""The page of what can be sent is true: each type of item, once sent, is read wherever the page
says, and every reason that the program can give is explained there."""

import secrets
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import orjson
import pytest

from scripts.ingest_page import MEANINGS, PLACES, every_endpoint, paths_of, reasons_given
from scripts.reasons import OPEN
from tests.server.ingest.wire import Wire
from tests.server.running_server import RunningServer
from tests.unit.items.entries import log, metric, span, transaction
from urgentry.api.routes import ENDPOINTS
from urgentry.domain.filters import Filter
from urgentry.ingest.endpoints.base import Endpoint
from urgentry.ingest.readers import READERS
from urgentry.otlp.endpoints import OWN_ENDPOINTS
from urgentry.protocol.items import ItemType
from urgentry.protocol.outcome import Reason
from urgentry.web.routes import PAGES

Json = dict[str, Any]


def test_every_type_that_is_read_has_a_place() -> None:
    assert PLACES.keys() == READERS.keys()


def test_places_are_operations_and_pages() -> None:
    operations = {endpoint.path for endpoint in ENDPOINTS if "GET" in endpoint.methods}
    pages = {page.path for page in PAGES if "GET" in page.methods}
    assert {path for place in PLACES.values() for path in place.api} <= operations
    assert {path for place in PLACES.values() for path in place.pages} <= pages


def test_every_reason_is_explained() -> None:
    families = ("profiling_", "invalid_replay_", "too_large:")
    given = {each for each in reasons_given() if OPEN not in each}
    plain = {each for each in given - set(Filter) if not each.startswith(families)}
    assert {Reason(each) for each in plain} == MEANINGS.keys()


@pytest.mark.parametrize("endpoint", every_endpoint(), ids=lambda each: each.pattern.pattern)
def test_every_endpoint_answers_by_its_methods_alone(wire: Wire, endpoint: Endpoint) -> None:
    fill = {"project": wire.project_id, "key": wire.key, "event": "a" * 32, "slug": "job"}
    is_own = endpoint in OWN_ENDPOINTS
    base = f"http://127.0.0.1:{wire.otlp_port}" if is_own else ""
    for path in paths_of(endpoint.pattern.pattern):
        for method in ("GET", "POST", "PUT"):
            answer = wire.client.request(method, base + path.format(**fill), headers=wire.auth)
            assert answer.status_code != 404
            assert (answer.status_code == 405) == (method not in endpoint.methods), answer.text


@pytest.fixture(scope="module")
def pages(wire_server: RunningServer) -> Iterator[httpx.Client]:
    """A browser of somebody who is signed in."""
    made = wire_server.bootstrap()
    with httpx.Client(base_url=wire_server.base_url, timeout=20) as client:
        form = {"email": made.email, "password": made.password}
        origin = {"Origin": wire_server.base_url}
        assert client.post("/sign-in/", data=form, headers=origin).status_code == 303
        yield client


@dataclass
class Sent:
    """An item of one type: its envelope, and what names it in paths, queries and answers."""

    items: list[tuple[Json, bytes]]
    header: Json = field(default_factory=dict)
    names: Json = field(default_factory=dict)
    """Values for the variable parts of paths."""
    query: dict[str, str] = field(default_factory=dict)
    told: str = ""
    """What each answer has in it."""

    def envelope(self) -> bytes:
        lines = [orjson.dumps(self.header)]
        for head, payload in self.items:
            lines += [orjson.dumps(head | {"length": len(payload)}), payload]
        return b"\n".join(lines) + b"\n"


def _new_id() -> str:
    return secrets.token_hex(16)


def _now() -> float:
    return time.time()


def _item(kind: ItemType, payload: Json | bytes, **head: Any) -> tuple[Json, bytes]:
    raw = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return {"type": kind.value, **head}, raw


def _event(kind: ItemType = ItemType.EVENT, **given: Any) -> Sent:
    event_id, word = _new_id(), _new_id()
    payload = {"event_id": event_id, "platform": "python", "message": word, **given}
    names = {"event": event_id, "query": word}
    return Sent([_item(kind, payload)], {"event_id": event_id}, names, told=word)


def _transaction() -> Sent:
    trace, event_id, name = _new_id(), _new_id(), f"/{_new_id()}"
    context = {"trace": {"trace_id": trace, "span_id": "b" * 16, "op": "http.server"}}
    times = {"start_timestamp": _now() - 1, "timestamp": _now()}
    payload = transaction(transaction=name, contexts=context, event_id=event_id, **times)
    names = {"event": event_id, "trace": trace}
    return Sent([_item(ItemType.TRANSACTION, payload)], {"event_id": event_id}, names, told=name)


def _security() -> Sent:
    host = f"{_new_id()}.example"
    report = {"effective-directive": "img-src", "blocked-uri": f"https://{host}/a.png"}
    policy = {"document-uri": "https://shop.example/", "original-policy": "default-src 'none'"}
    event_id = _new_id()
    item = _item(ItemType.RAW_SECURITY, {"csp-report": report | policy})
    return Sent([item], {"event_id": event_id}, {"event": event_id, "query": host}, told=host)


def _attachment() -> Sent:
    sent = _event()
    name = f"{_new_id()}.txt"
    sent.items.append(_item(ItemType.ATTACHMENT, b"content", filename=name))
    sent.told = name
    return sent


def _user_report() -> Sent:
    sent, word = _event(), _new_id()
    report = {"event_id": sent.header["event_id"], "name": "Ann", "comments": word}
    sent.items.append(_item(ItemType.USER_REPORT, report | {"email": "ann@example.com"}))
    sent.names["query"], sent.told = word, word
    sent.query["query"] = f"issue.category:feedback {word}"
    return sent


def _feedback() -> Sent:
    word = _new_id()
    sent = _event(ItemType.FEEDBACK, contexts={"feedback": {"message": word}}, type="feedback")
    sent.names["query"], sent.told = word, word
    sent.query["query"] = f"issue.category:feedback {word}"
    return sent


def _session(kind: ItemType) -> Sent:
    release = f"shop@{_new_id()}"
    about = {"attrs": {"release": release}}
    one = {"sid": _new_id(), "init": True, "status": "ok", "started": _now() - 5} | about
    many = {"aggregates": [{"started": _now() - 5, "exited": 3}]} | about
    query = {"field": "sum(session)", "groupBy": "release", "statsPeriod": "24h"}
    item = _item(kind, one if kind is ItemType.SESSION else many)
    return Sent([item], names={"version": release}, query=query, told=release)


def _client_report() -> Sent:
    reason = f"reason_{secrets.token_hex(4)}"
    entry = {"reason": reason, "category": "error", "quantity": 3}
    query = {"field": "sum(quantity)", "groupBy": "reason", "statsPeriod": "24h"}
    item = _item(ItemType.CLIENT_REPORT, {"discarded_events": [entry]})
    return Sent([item], query=query, told=reason)


def _samples(key: str, *times: Any, function: str = "work") -> Json:
    samples = [{"stack_id": 0, "thread_id": "1", key: at} for at in times]
    return {"samples": samples, "stacks": [[0]], "frames": [{"function": function}]}


def _profile() -> Sent:
    sent, profile_id = _transaction(), _new_id()
    profile = {
        "version": "1",
        "event_id": profile_id,
        "platform": "python",
        "timestamp": _now(),
        "transaction": {"id": sent.header["event_id"], "name": "/", "trace_id": _new_id()},
        "profile": _samples("elapsed_since_start_ns", "0", "10000000"),
    }
    sent.items.append(_item(ItemType.PROFILE, profile))
    sent.names["profile"], sent.told = profile_id, profile_id
    return sent


def _profile_chunk() -> Sent:
    profiler, function, now = _new_id(), f"work_{_new_id()}", _now()
    payload = {
        "version": "2",
        "chunk_id": _new_id(),
        "profiler_id": profiler,
        "platform": "python",
        "profile": _samples("timestamp", now - 2, now - 1, function=function),
    }
    period = {"start": _iso(now - 60), "end": _iso(now + 60)}
    query = {"profiler_id": profiler, **period}
    return Sent([_item(ItemType.PROFILE_CHUNK, payload)], query=query, told=function)


def _iso(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))


def _segment(replay_id: str) -> tuple[Json, bytes, str]:
    word = _new_id()
    event = {
        "type": "replay_event",
        "replay_id": replay_id,
        "segment_id": 0,
        "timestamp": _now(),
        "replay_start_timestamp": _now() - 5,
        "urls": [f"https://shop.example/{word}"],
        "platform": "javascript",
    }
    content = zlib.compress(orjson.dumps([{"type": 4, "data": {"href": word}, "timestamp": 1}]))
    return event, b'{"segment_id":0}\n' + content, word


def _replay(kind: ItemType) -> Sent:
    replay_id = _new_id()
    event, recording, word = _segment(replay_id)
    items = [_item(ItemType.REPLAY_EVENT, event), _item(ItemType.REPLAY_RECORDING, recording)]
    names = {"replay": replay_id, "segment": 0}
    told = word if kind is ItemType.REPLAY_EVENT else ""
    return Sent(items, {"event_id": replay_id}, names, {"download": ""}, told)


def _video() -> Sent:
    replay_id = _new_id()
    event, recording, _word = _segment(replay_id)
    film = f"ftypmp42{replay_id}"
    parts = {
        "replay_event": orjson.dumps(event),
        "replay_recording": recording,
        "replay_video": film.encode(),
    }
    names = {"replay": replay_id, "segment": 0}
    item = _item(ItemType.REPLAY_VIDEO, msgspec.msgpack.encode(parts))
    return Sent([item], {"event_id": replay_id}, names, told=film)


def _check_in() -> Sent:
    slug, check_in_id = f"job-{secrets.token_hex(4)}", _new_id()
    config = {"schedule": {"type": "crontab", "value": "0 3 * * *"}}
    payload = {"monitor_slug": slug, "status": "ok", "check_in_id": check_in_id}
    item = _item(ItemType.CHECK_IN, payload | {"monitor_config": config})
    return Sent([item], names={"monitor": slug}, told=check_in_id)


def _signal(kind: ItemType, dataset: str, entry: Json, asked: str) -> Sent:
    word, trace = _new_id(), _new_id()
    entry |= {"trace_id": trace, "attributes": {"word": {"value": word, "type": "string"}}}
    version = "vnd.sentry.items.span.v2" if kind is ItemType.SPAN else ""
    content_type = f"application/{version or f'vnd.sentry.items.{_CONTAINERS[kind]}'}+json"
    item = _item(kind, {"items": [entry]}, content_type=content_type, item_count=1)
    query = {"dataset": dataset, "field": "word", "query": f"word:{word}", "statsPeriod": "1h"}
    return Sent([item], {"trace": {"trace_id": trace}}, {"trace": trace}, query, asked or word)


_CONTAINERS = {ItemType.LOG: "log", ItemType.TRACE_METRIC: "trace-metric"}


def _span() -> Sent:
    span_id = secrets.token_hex(8)
    entry = span(span_id=span_id, start_timestamp=_now() - 1, end_timestamp=_now())
    sent = _signal(ItemType.SPAN, "spans", entry, span_id)
    sent.query["field"] = "id"
    return sent


SAMPLES: Mapping[ItemType, Callable[[], Sent]] = {
    ItemType.EVENT: _event,
    ItemType.TRANSACTION: _transaction,
    ItemType.SECURITY: lambda: _event(ItemType.SECURITY),
    ItemType.RAW_SECURITY: _security,
    ItemType.ATTACHMENT: _attachment,
    ItemType.USER_REPORT: _user_report,
    ItemType.FEEDBACK: _feedback,
    ItemType.SESSION: lambda: _session(ItemType.SESSION),
    ItemType.SESSIONS: lambda: _session(ItemType.SESSIONS),
    ItemType.CLIENT_REPORT: _client_report,
    ItemType.PROFILE: _profile,
    ItemType.PROFILE_CHUNK: _profile_chunk,
    ItemType.REPLAY_EVENT: lambda: _replay(ItemType.REPLAY_EVENT),
    ItemType.REPLAY_RECORDING: lambda: _replay(ItemType.REPLAY_RECORDING),
    ItemType.REPLAY_VIDEO: _video,
    ItemType.CHECK_IN: _check_in,
    ItemType.LOG: lambda: _signal(ItemType.LOG, "logs", log(timestamp=_now()), ""),
    ItemType.TRACE_METRIC: lambda: _signal(
        ItemType.TRACE_METRIC, "tracemetrics", metric(timestamp=_now()), ""
    ),
    ItemType.SPAN: _span,
}


@pytest.mark.parametrize("kind", PLACES, ids=str)
def test_what_is_sent_is_read_where_the_page_says(
    wire: Wire, pages: httpx.Client, kind: ItemType
) -> None:
    sent, before = SAMPLES[kind](), wire.ledger()
    assert wire.envelope(sent.envelope()).status_code == 200
    after = wire.ledger()
    assert after.is_balanced
    assert {outcome for _, outcome, _ in after.since(before)} == {"accepted"}
    names = _all_names(wire, sent)
    for path in PLACES[kind].api:
        answer = wire.api(path.format(**names), project=wire.project_id, **sent.query)
        assert answer.status_code == 200, (path, answer.text)
        assert sent.told in answer.text, path
    for path in PLACES[kind].pages:
        page = pages.get(path.format(**names))
        assert page.status_code == 200, path
        assert (sent.told in page.text) or "{attachment}" in path, path


def _all_names(wire: Wire, sent: Sent) -> Json:
    """The variable parts of paths, also those that the server gave."""
    names = {"organization": wire.organization, "project": wire.project} | sent.names
    if "query" in names:
        query = {"query": sent.query.get("query", names["query"])}
        issues = wire.api(f"/organizations/{wire.organization}/issues/", **query).json()
        names["issue"] = issues[0]["shortId"]
    if sent.told.endswith(".txt"):
        event = f"/projects/{wire.organization}/{wire.project}/events/{names['event']}"
        names["attachment"] = wire.api(f"{event}/attachments/").json()[0]["id"]
    return names
