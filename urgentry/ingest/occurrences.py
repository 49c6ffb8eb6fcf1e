"""Events that the server makes of what it finds out: a monitor that fails, spans that take long.

Each is an event like those that clients send, of a type of its own, with a fingerprint instead of a
stack trace and evidence for people instead of an error. It counts nothing in the stats: what it was
found in has been counted.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import orjson

from urgentry import clock
from urgentry.domain.event import PreparedEvent
from urgentry.domain.issue import LEVELS, Level
from urgentry.domain.issue_kind import IssueKind
from urgentry.ingest.prepare import user_of
from urgentry.ingest.tags import collect_tags
from urgentry.protocol.event_id import parse_event_id

Json = dict[str, Any]

_SEARCH_CHARS = 2_000
_SUBTITLE_CHARS = 1_024
_ID_BYTES = 16


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """Whose an event is, and how long it is kept."""

    organization_id: int
    project_id: int
    key_id: int
    retention_days: int


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A line of what was found; the important one is shown in lists."""

    name: str
    value: str
    important: bool = False


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One time that something was found out."""

    kind: IssueKind
    title: str
    subtitle: str
    culprit: str
    fingerprint: Sequence[str]
    """What it has in common with every other one of its issue."""
    evidence: Sequence[Evidence]
    data: Mapping[str, Any] = {}
    """The evidence for programs."""

    @property
    def hash(self) -> bytes:
        """The hash that leads its events to their issue, 16 bytes."""
        return hash_of(self.kind, self.fingerprint)


def hash_of(kind: IssueKind, fingerprint: Sequence[str]) -> bytes:
    """The hash of a fingerprint of some kind."""
    parts = "\n".join((kind.slug, *fingerprint))
    return hashlib.md5(parts.encode("utf-8", "replace"), usedforsecurity=False).digest()


def event_id_of(occurrence: Occurrence, *about: bytes) -> bytes:
    """The same id whenever the same thing is found again in the same place."""
    known = b"\n".join((occurrence.hash, *about))
    return hashlib.sha256(known).digest()[:_ID_BYTES]


def event_of(
    occurrence: Occurrence, around: Json, owner: Owner, *, event_id: bytes, at: int, received: int
) -> PreparedEvent:
    """The event for the store. `around` is what is known of where it happened, under the names of
    events' attributes; times in microseconds."""
    kind, subtitle = occurrence.kind, occurrence.subtitle[:_SUBTITLE_CHARS]
    metadata = {"title": occurrence.title, "value": subtitle, "location": occurrence.culprit}
    level = around.get("level") or "info"
    event = {
        **around,
        "event_id": event_id.hex(),
        "project": owner.project_id,
        "type": kind.slug,
        "level": level,
        "platform": around.get("platform") or "other",
        "timestamp": at / clock.SECOND,
        "received": received / clock.SECOND,
        "title": occurrence.title,
        "culprit": occurrence.culprit,
        "location": occurrence.culprit,
        "metadata": metadata,
        "fingerprint": list(occurrence.fingerprint),
        "hashes": [occurrence.hash.hex()],
        "occurrence": {
            "subtitle": subtitle,
            "evidence": [msgspec.structs.asdict(each) for each in occurrence.evidence],
            "data": dict(occurrence.data),
        },
    }
    event["tags"] = tags = tuple(collect_tags(event))
    said = f"{occurrence.title} {subtitle} {occurrence.culprit}"
    return PreparedEvent(
        organization_id=owner.organization_id,
        project_id=owner.project_id,
        key_id=owner.key_id,
        event_id=event_id,
        timestamp=at,
        received=received,
        retention_days=owner.retention_days,
        type=kind.slug,
        level=LEVELS.get(level, Level.INFO),
        platform=event["platform"],
        logger="",
        title=occurrence.title,
        culprit=occurrence.culprit,
        metadata=metadata,
        search_text=said.casefold()[:_SEARCH_CHARS],
        hashes=(occurrence.hash,),
        release=around.get("release") or "",
        environment=around.get("environment") or "",
        tags=tags,
        user=user_of(around.get("user")),
        counted=(),
        payload=orjson.dumps(event),
    )


def span_context(trace_id: str, span_id: str | None = None) -> Json:
    """The trace context of something that was found in a trace; nothing for no valid id."""
    if parse_event_id(trace_id) is None:
        return {}
    context = {"type": "trace", "trace_id": trace_id}
    return {"trace": context | ({"span_id": span_id} if span_id else {})}
