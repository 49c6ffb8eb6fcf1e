"""What the programs of the made-up shop send besides errors: orders as traces through three of
them, with logs, sessions of users, check-ins of scheduled jobs, and what browsers report.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from urgentry import clock
from urgentry.demo.cast import BY_SLUG, chance, somebody
from urgentry.demo.sending import Sending, envelope, item

_SECOND = clock.SECOND
_PACES = (1, 1, 1, 1.4, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A scheduled job of a part: when it runs, in microseconds after midnight and hours between
    two runs, and how many minutes it may take."""

    part: str
    slug: str
    schedule: Mapping[str, Any]
    every_hours: int
    first: int = 0
    longest: int = 15


JOBS = (
    Job(
        part="checkout",
        slug="nightly-stock-count",
        schedule={"type": "crontab", "value": "30 2 * * *"},
        every_hours=24,
        first=150 * clock.MINUTE,
        longest=30,
    ),
    Job(
        part="billing",
        slug="send-invoices",
        schedule={"type": "interval", "value": 6, "unit": "hour"},
        every_hours=6,
    ),
    Job(
        part="catalog",
        slug="refresh-index",
        schedule={"type": "interval", "value": 4, "unit": "hour"},
        every_hours=4,
    ),
)


class Trace:
    """One request on its way through the shop: spans are given times as they are made."""

    def __init__(self, rng: random.Random, at: int) -> None:
        self._rng = rng
        self.trace_id = f"{rng.getrandbits(128):032x}"
        self.at = at

    def span_id(self) -> str:
        """A fresh one."""
        return f"{self._rng.getrandbits(64):016x}"

    def transaction(
        self, part: str, name: str, op: str, parent: str, start: int, spans: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """A transaction that ends a little after the last of its spans."""
        end = max(span["timestamp"] for span in spans) + 0.004
        span_id = spans[0]["parent_span_id"]
        context = {"trace_id": self.trace_id, "span_id": span_id, "op": op, "status": "ok"}
        if parent:
            context["parent_span_id"] = parent
        return {
            "type": "transaction",
            "event_id": f"{self._rng.getrandbits(128):032x}",
            "transaction": name,
            "transaction_info": {"source": "route"},
            "start_timestamp": start / _SECOND,
            "timestamp": end,
            "spans": spans,
            "contexts": {"trace": context},
            "platform": BY_SLUG[part].platform.partition("-")[0],
        }

    def span(
        self, parent: str, op: str, told: str, start: int, millis: float, **fields: Any
    ) -> dict[str, Any]:
        """One span of a transaction."""
        return {
            "trace_id": self.trace_id,
            "span_id": fields.pop("span_id", None) or self.span_id(),
            "parent_span_id": parent,
            "op": op,
            "description": told,
            "start_timestamp": start / _SECOND,
            "timestamp": start / _SECOND + millis / 1000,
            "status": "ok",
            "data": fields,
        }


def order(rng: random.Random, at: int, began: int) -> Iterator[Sending]:
    """Somebody opens the cart and pays: browser, checkout, catalogue, in one trace, with logs."""
    walk = _Walk(rng, at)
    made = (
        ("storefront", walk.browser()),
        ("checkout", walk.checkout()),
        ("catalog", walk.items()),
    )
    user, ended = somebody(rng), walk.later(700)
    for part, transaction in made:
        transaction |= {"user": user, "environment": "production"}
        transaction["release"] = BY_SLUG[part].release_at((at - began) / clock.DAY, rng)
        yield Sending(at=ended, part=part, body=envelope(item("transaction", transaction)))
    yield Sending(at=ended, part="checkout", body=_logs(rng, walk.trace, walk.later(230), user))


class _Walk:
    """An order's way through the programs; some take far longer than others."""

    def __init__(self, rng: random.Random, at: int) -> None:
        self.trace = Trace(rng, at)
        self._at = at
        self._slow = rng.choice(_PACES)
        self._page, self._call, self._served, self._asked, self._root = (
            self.trace.span_id() for _ in range(5)
        )

    def later(self, millis: float) -> int:
        """A time of the walk, were it a quick one."""
        return self._at + int(millis * self._slow * 1_000)

    def browser(self) -> dict[str, Any]:
        """What the browser tells."""
        slow, page = self._slow, self._page
        answer = {"http.request.method": "POST", "http.response.status_code": 200}
        span, url = self.trace.span, "https://api.larkspur.example/orders"
        spans = [
            span(page, "browser.request", "document", self._at, 90 * slow),
            span(page, "resource.script", "/assets/checkout.js", self.later(95), 60 * slow),
            span(page, "ui.react.mount", "<PaymentStep>", self.later(160), 24),
            span(
                page,
                "http.client",
                f"POST {url}",
                self.later(200),
                420 * slow,
                span_id=self._call,
                **answer,
            ),
        ]
        return self.trace.transaction(
            "storefront", "/checkout/payment", "pageload", "", self._at, spans
        )

    def checkout(self) -> dict[str, Any]:
        """What the service that takes orders tells."""
        slow, served, database = self._slow, self._served, {"db.system": "postgresql"}
        span, later = self.trace.span, self.later
        held = "SELECT id, count FROM stock WHERE sku = ANY(%s) FOR UPDATE"
        kept = "INSERT INTO orders VALUES (%s)"
        items, gateway = "GET http://catalog/items", "POST https://gateway.example/v2/charges"
        spans = [
            span(served, "middleware.starlette", "SessionMiddleware", later(213), 2),
            span(served, "db.sql.query", held, later(220), 30 * slow, **database),
            span(served, "http.client", items, later(256), 70 * slow, span_id=self._asked),
            span(served, "http.client", gateway, later(330), 210 * slow),
            span(served, "db.sql.query", kept, later(550), 9, **database),
        ]
        return self.trace.transaction(
            "checkout", "POST /orders", "http.server", self._call, later(212), spans
        )

    def items(self) -> dict[str, Any]:
        """What the catalogue tells."""
        span, root, found = self.trace.span, self._root, "SELECT * FROM items WHERE id = $1"
        spans = [
            span(root, "cache.get", "items:204", self.later(261), 1.2),
            span(root, "db.sql.query", found, self.later(264), 14),
            *self._prices(root),
        ]
        return self.trace.transaction(
            "catalog", "GET /items", "http.server", self._asked, self.later(260), spans
        )

    def _prices(self, root: str) -> list[dict[str, Any]]:
        """Why the slowest ones are slow: with a cold cache each price is asked for by itself."""
        asked = "SELECT amount, currency FROM prices WHERE item_id = $1"
        starts = range(self.later(270), self.later(270) + 150_000, 21_000)
        is_cold = self._slow == max(_PACES)
        return [
            self.trace.span(root, "db.sql.query", asked, start, 18) for start in starts if is_cold
        ]


def _logs(rng: random.Random, trace: Trace, at: int, user: dict[str, object]) -> bytes:
    number = rng.randrange(520_000, 790_000)
    server = rng.choice(BY_SLUG["checkout"].servers)
    told = [
        ("info", f"order {number}: 3 lines reserved", 0),
        ("debug", f"order {number}: prices from catalog took {rng.randrange(30, 90)} ms", 60),
        ("info", f"order {number}: charged 184.90 EUR", 300),
    ]
    if chance(rng, 0.1):
        told.append(("warn", f"order {number}: gateway answered in the second attempt", 310))
    records = [
        {
            "timestamp": at / _SECOND + millis / 1000,
            "trace_id": trace.trace_id,
            "level": level,
            "body": body,
            "attributes": {
                "order.id": {"type": "integer", "value": number},
                "user.id": {"type": "string", "value": str(user["id"])},
                "logger.name": {"type": "string", "value": "checkout.orders"},
                "sentry.environment": {"type": "string", "value": "production"},
                "server.address": {"type": "string", "value": server},
            },
        }
        for level, body, millis in told
    ]
    return envelope(
        item(
            "log",
            {"items": records},
            item_count=len(records),
            content_type="application/vnd.sentry.items.log+json",
        )
    )


def sessions(
    rng: random.Random, part: str, at: int, began: int, *, count: int, crash_rate: float
) -> Sending:
    """The sessions of an hour, a few of them crashed."""
    day = (at - began) / clock.DAY
    by_release: dict[str, list[dict[str, Any]]] = {}
    for _ in range(count):
        crashed = chance(rng, crash_rate)
        by_release.setdefault(BY_SLUG[part].release_at(day, rng), []).append(
            {
                "started": wire_time(at - clock.HOUR // 2),
                "did": str(somebody(rng)["id"]),
                "exited": int(not crashed),
                "crashed": int(crashed),
            }
        )
    return Sending(
        at=at,
        part=part,
        body=envelope(
            *(
                item(
                    "sessions",
                    {
                        "aggregates": aggregates,
                        "attrs": {"release": release, "environment": "production"},
                    },
                )
                for release, aggregates in by_release.items()
            )
        ),
    )


def job_run(rng: random.Random, job: Job, at: int) -> Iterator[Sending]:
    """A run of a scheduled job: a check-in when it begins and one when it ends."""
    run = f"{rng.getrandbits(128):032x}"
    config = {
        "schedule": dict(job.schedule),
        "timezone": "UTC",
        "checkin_margin": 10,
        "max_runtime": job.longest,
        "failure_issue_threshold": 1,
        "recovery_threshold": 1,
    }
    minutes = job.longest * (0.2 + 0.4 * rng.random())
    status = "error" if chance(rng, 0.05) else "ok"
    first = {"check_in_id": run, "monitor_slug": job.slug, "environment": "production"}
    begin = first | {"status": "in_progress", "monitor_config": config}
    yield Sending(at=at, part=job.part, body=envelope(item("check_in", begin)), is_timely=True)
    end = first | {"status": status, "duration": minutes * 60}
    ended = at + int(minutes * clock.MINUTE)
    yield Sending(at=ended, part=job.part, body=envelope(item("check_in", end)), is_timely=True)


def blocked_script(at: int) -> Sending:
    """What a browser says when a page's content security policy forbids something."""
    report = {
        "csp-report": {
            "document-uri": "https://shop.larkspur.example/outdoor/jackets",
            "effective-directive": "script-src-elem",
            "violated-directive": "script-src-elem",
            "blocked-uri": "https://cdn.adverts.example/tag.js",
            "original-policy": "script-src 'self'; report-uri /csp",
            "status-code": 200,
        }
    }
    return Sending(at=at, part="storefront", report=report)


def dropped(at: int) -> Sending:
    """What an SDK says that it did not send."""
    report = {
        "timestamp": at / _SECOND,
        "discarded_events": [
            {"reason": "sample_rate", "category": "transaction", "quantity": 40},
            {"reason": "before_send", "category": "error", "quantity": 2},
        ],
    }
    return Sending(at=at, part="storefront", body=envelope(item("client_report", report)))


def wire_time(at: int) -> str:
    """A time as the wire writes it."""
    return datetime.fromtimestamp(at / _SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
