"""One realistic error event of a web shop as a Python SDK sends it, as a template: 20 frames with
context lines and variables, 30 breadcrumbs, request, contexts, modules and tags. Numbers that
belong to the one event and not to the code are marks that `payload` replaces.
"""

import random
from typing import Any

MARK = 8_888_880_000
"""A number of this size plus w stands for any number of w digits."""

FRAMES = 20
BREADCRUMBS = 30
EMPTY_LINES = 0.2
LIBRARY_FRAMES = ("django/core/handlers", "django/db/models", "rest_framework", "celery/app")
NOUNS = ("order", "basket", "invoice", "customer", "shipment", "voucher", "payment", "address")
VERBS = ("load", "price", "reserve", "validate", "commit", "render", "notify", "settle")
MODULES = {f"package-{n}": f"{n % 7}.{n % 13}.{n % 5}" for n in range(50)}


def number(width: int) -> int:
    """A mark for a number of `width` digits."""
    return MARK + width


def event_template(issue: int, *, day: str) -> dict[str, Any]:
    """The event of issue number `issue`, without what makes each event unique in any case.

    `day` is the date that breadcrumbs carry, `YYYY-MM-DD`.
    """
    rng = random.Random(issue)  # noqa: S311 - repeatable payloads, not secrets
    noun, verb = rng.choice(NOUNS), rng.choice(VERBS)
    return {
        "platform": "python",
        "level": "error",
        "logger": f"shop.{noun}",
        "transaction": f"/api/{noun}s/{{id}}/{verb}",
        "server_name": f"web-{issue % 8}",
        "release": f"shop@2.{issue % 5}.0",
        "environment": "production" if issue % 4 else "staging",
        "tags": {
            "region": f"eu-{issue % 3}",
            "feature": noun,
            "checkout.step": verb,
            "worker": f"w{issue % 16}",
        },
        "exception": {"values": [_exception(rng, issue, noun, verb)]},
        "breadcrumbs": {"values": [_breadcrumb(rng, n, day) for n in range(BREADCRUMBS)]},
        "request": _request(noun, verb),
        "contexts": {
            "runtime": {"name": "CPython", "version": "3.11.7", "build": "3.11.7 (main)"},
            "trace": {"op": "http.server", "status": "internal_error", "origin": "auto.http"},
        },
        "extra": {"sys.argv": ["gunicorn", "shop.wsgi"], "attempt": number(2)},
        "modules": MODULES,
        "sdk": {
            "name": "sentry.python.django",
            "version": "2.75.0",
            "packages": [{"name": "pypi:sentry-sdk", "version": "2.75.0"}],
            "integrations": ["argv", "django", "excepthook", "logging", "modules", "threading"],
        },
    }


def _exception(rng: random.Random, issue: int, noun: str, verb: str) -> dict[str, Any]:
    return {
        "type": f"{noun.title()}{verb.title()}Error{issue}",
        "module": f"shop.{noun}.errors",
        "value": f"could not {verb} {noun} {number(6)}: upstream said no after {number(3)} ms",
        "mechanism": {"type": "django", "handled": False},
        "stacktrace": {"frames": [_frame(rng, n, issue, noun) for n in range(FRAMES)]},
    }


def _frame(rng: random.Random, position: int, issue: int, noun: str) -> dict[str, Any]:
    in_app = bool(position & 1)
    folder = f"shop/{noun}" if in_app else rng.choice(LIBRARY_FRAMES)
    function = f"{rng.choice(VERBS)}_{rng.choice(NOUNS)}_{issue if in_app else position}"
    path = f"{folder}/step_{position}.py"
    return {
        "filename": path,
        "abs_path": f"/srv/app/{'' if in_app else '.venv/lib/python3.11/site-packages/'}{path}",
        "module": path.removesuffix(".py").replace("/", "."),
        "function": function,
        "lineno": rng.randrange(20, 900),
        "in_app": in_app,
        "pre_context": [_line(rng) for _ in range(5)],
        "context_line": f"        result = {function}({noun}, retry=True)",
        "post_context": [_line(rng) for _ in range(5)],
        "vars": _variables(rng, noun),
    }


def _line(rng: random.Random) -> str:
    if rng.random() < EMPTY_LINES:
        return ""
    return f"        {rng.choice(NOUNS)} = {rng.choice(VERBS)}({rng.choice(NOUNS)})"


def _variables(rng: random.Random, noun: str) -> dict[str, Any]:
    return {
        "self": f"<shop.{noun}.{noun.title()}Step object at 0x7f{number(10)}>",
        noun: {"id": number(8), "total": f"{number(3)}.{number(2)}", "currency": "'EUR'"},
        "retry": "True",
        "elapsed": number(5),
        rng.choice(NOUNS) + "_ids": [number(6), number(6), number(6)],
    }


def _breadcrumb(rng: random.Random, position: int, day: str) -> dict[str, Any]:
    noun = rng.choice(NOUNS)
    stamp = f"{day}T00:{position:02d}:1{number(1)}.{number(6)}Z"
    if position % 3 == 0:
        data = {"url": f"https://api.example.com/{noun}s/{number(6)}", "method": "GET"}
        extra: dict[str, Any] = {"data": data | {"status_code": 200, "reason": "OK"}}
        return {"type": "http", "category": "httplib", "timestamp": stamp, **extra}
    message = f'SELECT "shop_{noun}"."id", "shop_{noun}"."total" WHERE id = {number(7)} LIMIT 21'
    category = "query" if position % 3 == 1 else f"shop.{noun}"
    return {"category": category, "level": "info", "message": message, "timestamp": stamp}


def _request(noun: str, verb: str) -> dict[str, Any]:
    return {
        "url": f"https://shop.example.com/api/{noun}s/{number(6)}/{verb}",
        "method": "POST",
        "query_string": f"page={number(2)}&ref={number(8)}",
        "headers": {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Host": "shop.example.com",
            "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "X-Request-Id": f"{number(9)}{number(9)}",
        },
        "env": {"SERVER_NAME": "shop.example.com", "SERVER_PORT": "443"},
        "data": {"quantity": number(2), noun: number(8), "note": "please deliver in the morning"},
    }
