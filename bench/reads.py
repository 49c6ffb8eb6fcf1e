"""Read latency of what people look at most: the issue list, searches, an issue and its event, by
the web API and as pages.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle

from bench.api import Api
from bench.load import quantile
from bench.target import Target

SEARCHES = (
    "is:unresolved level:error",
    "is:unresolved environment:production feature:order",
    "release:shop@2.1.0 !region:eu-0",
    "user.email:user7@example.com",
    "could not price",
    "timesSeen:>10 firstSeen:-7d",
)
OK = 200

Ask = Callable[[], tuple[float, int, bytes]]
"""One request: its seconds, status and body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLatency:
    """How long one kind of answer took, in milliseconds."""

    what: str
    requests: int
    p50_ms: float
    p95_ms: float
    failed: int


def read_latencies(target: Target, *, seconds: float) -> list[ReadLatency]:
    """Asks for each kind of answer, one request at a time, for its share of `seconds`."""
    with Api(target) as api:
        issues = api.get(f"organizations/{target.organization}/issues/", limit="100") or []
        random.Random(1).shuffle(issues)  # noqa: S311 - repeatable, not secret
        kinds = _api_kinds(api, target, [str(issue["id"]) for issue in issues])
        if target.password:
            api.sign_in()
            kinds |= _page_kinds(api, target, [str(issue["shortId"]) for issue in issues])
        share = seconds / len(kinds)
        return [_measure(what, asks, share) for what, asks in kinds.items() if asks]


def _api_kinds(api: Api, target: Target, ids: list[str]) -> dict[str, list[Ask]]:
    issues = f"organizations/{target.organization}/issues/"
    listed: dict[str, list[Ask]] = {
        f"search {text}": [partial(api.timed, issues, query=text, limit="50")] for text in SEARCHES
    }
    parts = {
        "issue": "",
        "latest event": "events/latest/",
        "events of an issue": "events/",
        "tags of an issue": "tags/",
    }
    return {
        "issue list": [partial(api.timed, issues, query="is:unresolved", limit="50")],
        **listed,
        **{
            what: [partial(api.timed, f"{issues}{issue}/{part}") for issue in ids]
            for what, part in parts.items()
        },
    }


def _page_kinds(api: Api, target: Target, short_ids: list[str]) -> dict[str, list[Ask]]:
    issues = f"/{target.organization}/issues/"
    return {
        "page: issue list": [partial(api.timed_page, issues)],
        "page: issue": [partial(api.timed_page, f"{issues}{short_id}/") for short_id in short_ids],
    }


def _measure(what: str, asks: list[Ask], seconds: float) -> ReadLatency:
    took, failed = [], 0
    for ask in _for(seconds, asks):
        duration, status, _ = ask()
        took.append(duration * 1000)
        failed += status != OK
    took.sort()
    return ReadLatency(
        what=what,
        requests=len(took),
        p50_ms=quantile(took, 0.5),
        p95_ms=quantile(took, 0.95),
        failed=failed,
    )


def _for(seconds: float, asks: list[Ask]) -> Iterator[Ask]:
    end = time.perf_counter() + seconds
    for ask in cycle(asks):
        yield ask
        if time.perf_counter() > end:
            return
