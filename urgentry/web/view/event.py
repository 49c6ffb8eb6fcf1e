"""One event, ready to print: everything but its stack traces and breadcrumbs; pure."""

from typing import Any

import msgspec

from urgentry.ingest.signals.ids import read_trace_id
from urgentry.telemetry.signal import NO_TRACE
from urgentry.web.view.changes import Change, changes
from urgentry.web.view.crumbs import Crumb, crumbs
from urgentry.web.view.feedback import Said, said_in
from urgentry.web.view.occurrence import FoundOut, found_in
from urgentry.web.view.stack import Raised, exceptions, lone_trace, threads
from urgentry.web.view.values import Json, Pair, items, many, obj, pair, pairs_of, shown, text

_HIGHLIGHTS = {
    "environment": "Environment",
    "release": "Release",
    "server_name": "Server",
    "transaction": "Transaction",
    "browser": "Browser",
    "os": "OS",
    "url": "URL",
}
_HIDDEN_CONTEXT = ("type",)
_CONTEXT_TITLES = {"os": "Operating system", "gpu": "GPU", "app": "App", "trace": "Trace"}
_USER_NAMES = ("id", "email", "username", "name", "ip_address")


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A titled list of names and values."""

    name: str
    title: str
    pairs: list[Pair]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The HTTP request during which the event happened."""

    method: str
    url: str
    sections: list[Section]
    body: str


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One event; times in microseconds."""

    event_id: str
    at: int
    received: int
    platform: str
    message: str
    said: Said | None
    """What somebody said, where the event is feedback."""
    found: FoundOut | None
    """What the server found out, where it made the event."""
    trace: str
    """The id of the trace that it happened in; empty where it names none."""
    raised: list[Raised]
    threads: list[Raised]
    crumbs: list[Crumb]
    request: Request | None
    user: Section | None
    contexts: list[Section]
    tags: list[tuple[str, str]]
    extra: list[Pair]
    packages: list[Pair]
    reports: list[Section]
    sdk: str
    release: str
    dist: str
    environment: str
    fingerprint: list[str]
    hashes: list[str]
    grouping: str
    changes: list[Change]
    size: int

    @property
    def highlights(self) -> list[tuple[str, str]]:
        """The few facts that are read first."""
        tags = dict(self.tags)
        return [(title, tags[name]) for name, title in _HIGHLIGHTS.items() if tags.get(name)]


def event_view(event: Json, *, event_id: str, at: int, received: int, size: int) -> EventView:
    """A stored event as its page shows it."""
    lone = lone_trace(event)
    raised = exceptions(event) or ([lone] if lone else [])
    return EventView(
        event_id=event_id,
        at=at,
        received=received,
        platform=text(event.get("platform")) or "other",
        message=_message(event),
        said=said_in(event, at),
        found=found_in(event),
        trace=_trace(obj(obj(event.get("contexts")).get("trace"))),
        raised=raised,
        threads=threads(event),
        crumbs=crumbs(event, at),
        request=_request(obj(event.get("request"))),
        user=_user(obj(event.get("user"))),
        contexts=_contexts(obj(event.get("contexts"))),
        tags=_tags(event.get("tags")),
        extra=pairs_of(event.get("extra")),
        packages=sorted(pairs_of(event.get("modules")), key=lambda each: each.name.lower()),
        reports=_reports(event),
        sdk=_sdk(obj(event.get("sdk"))),
        release=text(event.get("release")),
        dist=text(event.get("dist")),
        environment=text(event.get("environment")),
        fingerprint=[shown(part) for part in many(event.get("fingerprint"))],
        hashes=[shown(value) for value in many(event.get("hashes"))],
        grouping=text(obj(event.get("grouping_config")).get("id")),
        changes=changes(event),
        size=size,
    )


def _trace(context: Json) -> str:
    named = read_trace_id(text(context.get("trace_id")))
    return named.hex() if named and named != NO_TRACE else ""


def _message(event: Json) -> str:
    entry = event.get("logentry")
    if isinstance(entry, dict):
        return text(entry.get("formatted")) or text(entry.get("message"))
    return text(entry) or text(event.get("message"))


def _request(request: Json) -> Request | None:
    if not request:
        return None
    lists = (
        ("query", "Query", request.get("query_string")),
        ("headers", "Headers", request.get("headers")),
        ("cookies", "Cookies", request.get("cookies")),
        ("env", "Environment", request.get("env")),
    )
    sections = [
        Section(name=name, title=title, pairs=_request_pairs(value)) for name, title, value in lists
    ]
    body = request.get("data")
    return Request(
        method=text(request.get("method")),
        url=text(request.get("url")),
        sections=[section for section in sections if section.pairs],
        body=shown(body) if body not in (None, "", {}, []) else "",
    )


def _request_pairs(value: Any) -> list[Pair]:
    return [pair("", value)] if isinstance(value, str) and value else pairs_of(value)


def _user(user: Json) -> Section | None:
    known = [pair(name.replace("_", " "), user[name]) for name in _USER_NAMES if user.get(name)]
    place = ", ".join(
        value
        for name in ("city", "region", "country_code")
        if (value := text(obj(user.get("geo")).get(name)))
    )
    known += [pair("place", place)] if place else []
    known += pairs_of(user.get("data"))
    return Section(name="user", title="User", pairs=known) if known else None


def _contexts(contexts: Json) -> list[Section]:
    sections = []
    for name, context in contexts.items():
        known = pairs_of(
            {key: value for key, value in obj(context).items() if key not in _HIDDEN_CONTEXT}
        )
        if known:
            title = _CONTEXT_TITLES.get(name) or name.replace("_", " ").capitalize()
            sections.append(Section(name=name, title=title, pairs=known))
    return sections


def _tags(tags: Any) -> list[tuple[str, str]]:
    return [(each.name, each.text) for each in pairs_of(tags)]


def _reports(event: Json) -> list[Section]:
    """What browsers and templates report, each as it came."""
    titles = {
        "csp": "Content security policy",
        "expectct": "Expect-CT",
        "expectstaple": "Expect-Staple",
        "hpkp": "Key pinning",
        "template": "Template",
    }
    sections = [
        Section(name=name, title=title, pairs=pairs_of(event.get(name)))
        for name, title in titles.items()
        if isinstance(event.get(name), dict)
    ]
    images = items(obj(event.get("debug_meta")).get("images"))
    listed = [pair(image.get("code_file") or image.get("debug_id"), image) for image in images]
    if listed:
        sections.append(Section(name="images", title="Loaded images", pairs=listed))
    return sections


def _sdk(sdk: Json) -> str:
    return " ".join(part for part in (text(sdk.get("name")), text(sdk.get("version"))) if part)
