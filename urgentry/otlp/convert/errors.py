"""Exceptions that spans and logs tell of, as the events that SDKs send of them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from urgentry.otlp.convert.kin import Kin, Place
from urgentry.otlp.convert.logs import LogEntry, body_of, level_of, time_of
from urgentry.otlp.convert.spans import EXCEPTION, SpanEntry, is_segment, name_of, parent_of
from urgentry.otlp.convert.stacks import Thrown, read_stack
from urgentry.otlp.convert.surroundings import LANGUAGE, Surroundings
from urgentry.otlp.convert.values import id_of, pairs_of
from urgentry.telemetry.signal import SPAN_BYTES, TRACE_BYTES

Event = dict[str, Any]

_TYPE, _MESSAGE, _STACK = "exception.type", "exception.message", "exception.stacktrace"
_ESCAPED = "exception.escaped"
_TOLD_ELSEWHERE = frozenset({_TYPE, _MESSAGE, _STACK, _ESCAPED})
_MICROS = 1_000_000
_NANOS = 1_000
_ID_BYTES = 16
_WITH_MODULES = frozenset({"python", "java"})
_USERS = {"id": ("user.id", "enduser.id"), "email": ("user.email",), "username": ("user.name",)}
_METHODS = ("http.request.method", "http.method")
_ADDRESSES = ("url.full", "http.url")
_AGENTS = ("user_agent.original", "http.user_agent")
_LEVELS = {"trace": "debug", "warn": "warning"}


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """An exception, and where it was seen. `at` in microseconds."""

    at: int
    trace_id: bytes
    span_id: bytes
    about: Mapping[str, Any]
    """The attributes that tell of it."""
    bearer: Mapping[str, Any]
    """The attributes of the span that it was seen in."""
    surroundings: Surroundings
    level: str = "error"
    message: str = ""
    logger: str = ""
    transaction: str = ""
    ordinal: int = 0
    """Which of the exceptions of its span it is."""

    @property
    def title(self) -> tuple[str, str]:
        """Its type and message."""
        return str(self.about.get(_TYPE, "")), str(self.about.get(_MESSAGE, ""))

    @property
    def event_id(self) -> bytes:
        """The same one whenever the same exception is sent again."""
        known = (self.trace_id, self.span_id, self.at, self.ordinal, *self.title, self.message)
        return hashlib.sha256(repr(known).encode("utf-8", "replace")).digest()[:_ID_BYTES]


def raised_in_spans(entries: Sequence[SpanEntry]) -> list[Raised]:
    """The exceptions among the events of spans. One that went through several spans was noted by
    each: the outermost knows the most of its way, and it alone is told."""
    found = [each for entry in entries for each in _raised_in(entry)]
    if not found:
        return []
    places = {_place(entry.span): entry for entry in entries}
    tops = {place for place, entry in places.items() if is_segment(entry.span)}
    kin = Kin(((*place, parent_of(entry.span)) for place, entry in places.items()), tops)
    seen = {((each.trace_id, each.span_id), each.title) for each in found}
    told: list[Raised] = []
    for each in found:
        place = (each.trace_id, each.span_id)
        if (kin.parent_of(place), each.title) in seen:
            continue
        top = kin.top_of(place) or place
        told.append(msgspec.structs.replace(each, transaction=name_of(places[top].span)))
    return told


def raised_in_logs(entries: Sequence[LogEntry], received: int) -> list[Raised]:
    """The exceptions that log records tell of."""
    return [raised for entry in entries if (raised := _raised_by(entry, received)) is not None]


def event_of(raised: Raised) -> Event:
    """The event of an exception."""
    around = raised.surroundings
    known = {**raised.bearer, **raised.about}
    resource = around.resource
    chain = read_stack(str(raised.about.get(_STACK, "")), around.platform)
    event: Event = {
        "event_id": raised.event_id.hex(),
        "timestamp": raised.at / _MICROS,
        "platform": around.platform,
        "level": _LEVELS.get(raised.level, raised.level),
        "logger": raised.logger,
        "release": around.release,
        "environment": around.environment,
        "transaction": raised.transaction,
        "server_name": resource.get("host.name"),
        "exception": {"values": _values(raised, chain)},
        "user": _present((key, _first(known, told)) for key, told in _USERS.items()),
        "request": _request(known),
        "tags": _present([("service.name", resource.get("service.name"))]),
        "contexts": _contexts(raised, is_read=bool(chain)),
        "sdk": _sdk(resource),
    }
    if raised.message and raised.message != raised.title[1]:
        event["logentry"] = {"formatted": raised.message}
    return _present(event.items())


class _Seen(NamedTuple):
    about: dict[str, Any]
    at: int


def _raised_in(entry: SpanEntry) -> Iterator[Raised]:
    span, surroundings = entry
    seen = [
        _Seen(about, event.time_unix_nano or span.end_time_unix_nano or 0)
        for event in span.events or ()
        if event.name == EXCEPTION and _tells(about := dict(pairs_of(event.attributes)))
    ]
    if not seen:
        return
    trace_id, span_id = _place(span)
    bearer = dict(pairs_of(span.attributes))
    for ordinal, (about, at) in enumerate(seen):
        yield Raised(
            at=at // _NANOS,
            trace_id=trace_id,
            span_id=span_id,
            about=about,
            bearer=bearer,
            surroundings=surroundings,
            ordinal=ordinal,
        )


def _raised_by(entry: LogEntry, received: int) -> Raised | None:
    log, surroundings = entry
    if not any((each.key or "").startswith("exception.") for each in log.attributes or ()):
        return None
    about = dict(pairs_of(log.attributes))
    if not _tells(about):
        return None
    return Raised(
        at=time_of(log, received),
        trace_id=id_of(log.trace_id, TRACE_BYTES),
        span_id=id_of(log.span_id, SPAN_BYTES),
        about=about,
        bearer={},
        surroundings=surroundings,
        level=level_of(log),
        logger=surroundings.scope,
        message=body_of(log),
    )


def _tells(about: Mapping[str, Any]) -> bool:
    return any(about.get(name) for name in (_TYPE, _MESSAGE, _STACK))


def _place(span: Any) -> Place:
    return id_of(span.trace_id, TRACE_BYTES), id_of(span.span_id, SPAN_BYTES)


def _values(raised: Raised, chain: list[Thrown]) -> list[dict[str, Any]]:
    """The chain of exceptions; of the last one the attributes know better than the text."""
    about, platform = raised.about, raised.surroundings.platform
    chain = chain or [Thrown()]
    kind, message = raised.title
    chain[-1].type = kind or chain[-1].type
    chain[-1].value = message or chain[-1].value
    values = [_value(thrown, platform) for thrown in chain]
    mechanism: dict[str, Any] = {"type": "opentelemetry"}
    if (escaped := about.get(_ESCAPED)) is not None:
        mechanism["handled"] = str(escaped).lower() != "true"
    values[-1]["mechanism"] = mechanism
    return values


def _value(thrown: Thrown, platform: str) -> dict[str, Any]:
    module, _, kind = (
        thrown.type.rpartition(".") if platform in _WITH_MODULES else ("", "", thrown.type)
    )
    value: dict[str, Any] = {"type": kind or "Error", "value": thrown.value}
    if module:
        value["module"] = module
    if thrown.frames:
        value["stacktrace"] = {"frames": thrown.frames}
    return value


def _contexts(raised: Raised, *, is_read: bool) -> dict[str, Any]:
    """The trace, and all attributes that have no place of their own; so a stack trace that could
    not be read stays a text."""
    told = _TOLD_ELSEWHERE if is_read else _TOLD_ELSEWHERE - {_STACK}
    about = {key: value for key, value in raised.about.items() if key not in told}
    contexts: dict[str, Any] = {
        "otel": {
            "attributes": {**raised.bearer, **about},
            "resource": dict(raised.surroundings.resource),
        }
    }
    if raised.trace_id and raised.span_id:
        contexts["trace"] = {"trace_id": raised.trace_id.hex(), "span_id": raised.span_id.hex()}
    return contexts


def _request(known: Mapping[str, Any]) -> dict[str, Any]:
    agent = _first(known, _AGENTS)
    return _present(
        [
            ("method", _first(known, _METHODS)),
            ("url", _first(known, _ADDRESSES)),
            ("headers", {"User-Agent": agent} if agent else None),
        ]
    )


def _sdk(resource: Mapping[str, Any]) -> dict[str, Any]:
    language, version = resource.get(LANGUAGE), resource.get("telemetry.sdk.version")
    if not isinstance(language, str) or not isinstance(version, str):
        return {}
    return {"name": f"opentelemetry.{language}", "version": version}


def _present(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value for key, value in members if value}


def _first(known: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((value for name in names if (value := known.get(name)) is not None), None)
