"""The time line of the made-up shop: when each fault happens, and what else is sent meanwhile."""

import math
import random
from collections.abc import Iterator
from typing import Any

import orjson

from urgentry import clock
from urgentry.demo import faults_elsewhere, faults_in_javascript, faults_in_python, signals
from urgentry.demo.cast import BROWSERS, BY_SLUG, DAYS, PARTS, Part, chance, somebody
from urgentry.demo.faults import Fault
from urgentry.demo.sending import Sending, envelope, item
from urgentry.ingest.envelope import Item

FAULTS: tuple[Fault, ...] = (
    *faults_in_javascript.FAULTS,
    *faults_in_python.FAULTS,
    *faults_elsewhere.FAULTS,
)
_ORDERS_A_DAY = 34
_SPIKE = (DAYS - 1.3, DAYS - 1.05)
"""From which day to which it goes badly wrong."""
_ONCE = 11.4
_WORDS = (
    "The page went white when I opened my cart. I had three jackets in it!",
    "Could not pay, the button did nothing. Worked on my phone later.",
    "Searching for tents shows an error every time today.",
    "The size guide does not open.",
    "It says my card was not charged, but I got a mail that it was.",
)


def sendings(rng: random.Random, began: int, ends: int) -> list[Sending]:
    """Everything that is sent from `began` to `ends`, in order."""
    made = [
        *(each for fault in FAULTS for each in _occurrences(rng, fault, began)),
        *(
            each
            for at in _rhythm(rng, began, _ORDERS_A_DAY)
            for each in signals.order(rng, at, began)
        ),
        *_sessions(rng, began),
        *_job_runs(rng, began),
        *(signals.blocked_script(at) for at in _rhythm(rng, began, 2)),
        *(signals.dropped(at) for at in _rhythm(rng, began, 6)),
        *_crawled(rng, began),
    ]
    return sorted((each for each in made if each.at <= ends), key=lambda each: each.at)


def _rhythm(rng: random.Random, began: int, a_day: float) -> Iterator[int]:
    """Times spread over all days: more by day than by night, fewer at weekends."""
    for day in range(DAYS + 1):
        quiet = 0.6 if day % 7 in (5, 6) else 1.0
        for _ in range(_whole(rng, a_day * quiet)):
            hour = (rng.gauss(14.0, 4.5)) % 24
            yield began + int((day * 24 + hour) * clock.HOUR)


def _orders(rng: random.Random, began: int) -> Iterator[Sending]:
    for at in _rhythm(rng, began, _ORDERS_A_DAY):
        yield from signals.order(rng, at, began)


def _whole(rng: random.Random, many: float) -> int:
    return int(many) + (rng.random() < many % 1)


def _occurrences(rng: random.Random, fault: Fault, began: int) -> Iterator[Sending]:
    part = BY_SLUG[fault.part]
    for at in _times(rng, fault, part, began):
        day = (at - began) / clock.DAY
        release = part.release_at(day, rng)
        number = [each.version for each in part.releases].index(release)
        if number < fault.since or (fault.until is not None and number >= fault.until):
            continue
        event = _event(rng, fault, part, at, release)
        yield Sending(at=at, part=fault.part, body=_body(event, fault, at))
        if part.has_sessions and not fault.is_handled and chance(rng, 0.03):
            yield Sending(at=at, part=fault.part, body=envelope(_feedback(rng, event, at)))


def _times(rng: random.Random, fault: Fault, part: Part, began: int) -> Iterator[int]:
    a_day = fault.a_day * part.busy
    if fault.shape == "once":
        first = began + int(_ONCE * clock.DAY)
        yield from (first + int(rng.random() * clock.HOUR) for _ in range(int(fault.a_day)))
        return
    for at in _rhythm(rng, began, a_day):
        day = (at - began) / clock.DAY
        if fault.shape == "nightly":
            yield began + int((math.floor(day) + 2.6 / 24 + rng.random() / 30) * clock.DAY)
        elif fault.shape != "fading" or rng.random() < 1 - day / (DAYS * 1.1):
            yield at
    if fault.shape == "spike":
        start, end = _SPIKE
        for _ in range(int(a_day * 9)):
            yield began + int((start + (end - start) * rng.random() ** 1.5) * clock.DAY)


def _event(rng: random.Random, fault: Fault, part: Part, at: int, release: str) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event_id": f"{rng.getrandbits(128):032x}",
        "timestamp": at / clock.SECOND,
        "platform": part.platform.partition("-")[0].replace("android", "java"),
        "sdk": {"name": part.sdk, "version": part.sdk_version},
        "release": release,
        "environment": rng.choices(part.environments, (12, 1)[: len(part.environments)])[0],
        "user": somebody(rng),
        **_machine(rng, part),
        **fault.event(rng),
    }
    if fault.url:
        event["request"] = _request(rng, fault)
    if fault.crumbs:
        event["breadcrumbs"] = {"values": _crumbs(rng, fault, at)}
    return event


def _body(event: dict[str, Any], fault: Fault, at: int) -> bytes:
    items = [item("event", event)]
    if fault.has_notes:
        items.append(_notes(at))
    return envelope(*items, event_id=event["event_id"])


def _machine(rng: random.Random, part: Part) -> dict[str, Any]:
    if part.servers:
        runtime = {"python": "CPython 3.13.9", "go": "go 1.26.8", "node": "node 24.4.1"}
        name, _, version = runtime[part.platform.partition("-")[0]].partition(" ")
        contexts = {
            "runtime": {"type": "runtime", "name": name, "version": version},
            "os": {"type": "os", "name": "Linux", "kernel_version": "6.12.41"},
        }
        return {"server_name": rng.choice(part.servers), "contexts": contexts}
    if part.platform != "android":
        return {}
    model, memory = rng.choice((("Pixel 9", 12), ("Galaxy A16", 4), ("Moto G15", 4)))
    device = {"type": "device", "model": model, "memory_size": memory * 2**30, "simulator": False}
    system = {"type": "os", "name": "Android", "version": rng.choice(("14", "15", "16"))}
    return {"contexts": {"device": device, "os": system}}


def _request(rng: random.Random, fault: Fault) -> dict[str, Any]:
    request: dict[str, Any] = {
        "url": fault.url.replace("{order}", str(rng.randrange(520_000, 790_000))),
        "method": fault.method,
        "headers": {
            "User-Agent": rng.choice(BROWSERS),
            "Accept-Language": rng.choice(("de", "fr", "en-GB")),
        },
    }
    if fault.body:
        request["data"] = dict(fault.body)
    return request


def _crumbs(rng: random.Random, fault: Fault, at: int) -> list[dict[str, Any]]:
    moment = at / clock.SECOND
    made = []
    for category, level, told in reversed(fault.crumbs):
        moment -= 0.2 + rng.random() * 6
        crumb = {"timestamp": moment, "category": category, "level": level, "message": told}
        if category in ("fetch", "httplib"):
            crumb["type"] = "http"
        made.append(crumb)
    return made[::-1]


def _notes(at: int) -> Item:
    lines = [f"{signals.wire_time(at)} heap {part}% of 256 MB\n" for part in (61, 78, 93)]
    return item(
        "attachment",
        "".join(lines).encode(),
        filename="memory.log",
        content_type="text/plain",
    )


def _feedback(rng: random.Random, event: dict[str, Any], at: int) -> Item:
    told = {
        "message": rng.choice(_WORDS),
        "contact_email": event["user"]["email"],
        "name": "A customer",
        "associated_event_id": event["event_id"],
        "source": "widget",
    }
    payload = {
        "event_id": f"{rng.getrandbits(128):032x}",
        "type": "feedback",
        "timestamp": at / clock.SECOND,
        "platform": "javascript",
        "release": event["release"],
        "environment": "production",
        "contexts": {"feedback": told},
    }
    return item("feedback", orjson.dumps(payload))


def _sessions(rng: random.Random, began: int) -> Iterator[Sending]:
    for part in (part for part in PARTS if part.has_sessions):
        for hour in range((DAYS + 1) * 24):
            at = began + hour * clock.HOUR
            day = hour / 24
            count = int(3 + 11 * math.exp(-(((hour % 24) - 14) ** 2) / 40))
            rate = 0.018 if part.releases[-1].day < day else 0.003
            yield signals.sessions(rng, part.slug, at, began, count=count, crash_rate=rate)


def _job_runs(rng: random.Random, began: int) -> Iterator[Sending]:
    """Each at its times; now and then one is missed."""
    midnight = began - began % clock.DAY
    for job in signals.JOBS:
        for start in range(0, (DAYS + 2) * 24, job.every_hours):
            delay = job.first + int(rng.random() * 20 * clock.SECOND)
            at = midnight + start * clock.HOUR + delay
            if at > began and not chance(rng, 0.04):
                yield from signals.job_run(rng, job, at)


def _crawled(rng: random.Random, began: int) -> Iterator[Sending]:
    """What a crawler of pages comes upon; the inbound filter takes it out."""
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    for at in _rhythm(rng, began, 5):
        event = {
            "event_id": f"{rng.getrandbits(128):032x}",
            "timestamp": at / clock.SECOND,
            "platform": "javascript",
            "request": {"url": "https://shop.larkspur.example/", "headers": {"User-Agent": agent}},
            "exception": {"values": [{"type": "TypeError", "value": "navigator is odd"}]},
        }
        yield Sending(at=at, part="storefront", body=envelope(item("event", event)))
