"""Read latency of what people look at most: the issue list, searches, an issue and its event."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLatency:
    """How long one kind of page of the API took, in milliseconds."""

    what: str
    requests: int
    p50_ms: float
    p95_ms: float
    failed: int


Asked = tuple[str, dict[str, str]]


def read_latencies(target: Target, *, seconds: float) -> list[ReadLatency]:
    """Asks for each kind of page, one request at a time, for its share of `seconds`."""
    organization = f"organizations/{target.organization}"
    with Api(target) as api:
        issues = api.get(f"{organization}/issues/", limit="100") or []
        ids = [str(issue["id"]) for issue in issues]
        random.Random(1).shuffle(ids)  # noqa: S311 - repeatable, not secret
        kinds: dict[str, list[Asked]] = {
            "issue list": [(f"{organization}/issues/", {"query": "is:unresolved", "limit": "50"})],
            **{
                f"search {text}": [(f"{organization}/issues/", {"query": text, "limit": "50"})]
                for text in SEARCHES
            },
            "issue": [(f"{organization}/issues/{id_}/", {}) for id_ in ids],
            "latest event": [(f"{organization}/issues/{id_}/events/latest/", {}) for id_ in ids],
            "events of an issue": [(f"{organization}/issues/{id_}/events/", {}) for id_ in ids],
            "tags of an issue": [(f"{organization}/issues/{id_}/tags/", {}) for id_ in ids],
        }
        share = seconds / len(kinds)
        return [_measure(api, what, asked, share) for what, asked in kinds.items() if asked]


def _measure(api: Api, what: str, asked: list[Asked], seconds: float) -> ReadLatency:
    took, failed = [], 0
    for path, query in _while(asked, seconds):
        duration, status, _ = api.timed(path, **query)
        took.append(duration * 1000)
        failed += status != 200  # noqa: PLR2004 - HTTP's own word
    took.sort()
    return ReadLatency(
        what=what,
        requests=len(took),
        p50_ms=quantile(took, 0.5),
        p95_ms=quantile(took, 0.95),
        failed=failed,
    )


def _while(asked: list[Asked], seconds: float) -> Iterator[Asked]:
    end = time.perf_counter() + seconds
    for one in cycle(asked):
        yield one
        if time.perf_counter() > end:
            return
