"""Time to visible: from the moment a new error leaves an SDK to the first answer of the API that
shows it, as an event and as an issue on the first page of the list.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.api import Api
from bench.payload import Payloads
from bench.target import Target

POLL_SECONDS = 0.002
GIVE_UP_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """Milliseconds until a new event, and the new issue that it makes, could be read."""

    event_ms: float
    issue_ms: float


def time_to_visible(target: Target) -> Visible:
    """Sends one event of an issue that nobody has seen yet and watches for both."""
    fresh = random.randrange(10**6, 10**9)  # noqa: S311 - a name, not a secret
    payloads = Payloads(kind="ids", issues=1, seed=fresh, first_issue=fresh)
    body = payloads.make(time.time_ns() // 1000)
    place = f"{target.organization}/{target.project}"
    with Api(target) as api:
        began = time.perf_counter()
        api.send(body.gzipped)
        event_s = _until(began, lambda: api.get(f"projects/{place}/events/{body.event_id}/"))
        issue_s = _until(began, lambda: _listed(api, target, str(fresh)))
    return Visible(event_ms=event_s * 1000, issue_ms=issue_s * 1000)


def _listed(api: Api, target: Target, mark: str) -> bool:
    issues = api.get(f"organizations/{target.organization}/issues/", sort="new", limit="25")
    return any(mark in issue["title"] for issue in issues)


def _until(began: float, seen: Callable[[], object]) -> float:
    while not seen():
        if time.perf_counter() - began > GIVE_UP_SECONDS:
            raise TimeoutError(f"not visible after {GIVE_UP_SECONDS} s")
        time.sleep(POLL_SECONDS)
    return time.perf_counter() - began
