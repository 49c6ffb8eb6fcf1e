"""How many errors a project received, by hour or by day."""

import math

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import found
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.errors import ApiError
from urgentry.protocol.outcome import Outcome
from urgentry.protocol.stats import ERRORS
from urgentry.storage import outcomes

STATS = {
    "received": (Outcome.ACCEPTED, Outcome.FILTERED, Outcome.RATE_LIMITED, Outcome.INVALID),
    "generated": (Outcome.ACCEPTED,),
    "rejected": (Outcome.RATE_LIMITED, Outcome.INVALID),
    "blacklisted": (Outcome.FILTERED,),
}
HOURS = {"1h": 1, "1d": 24}
HOUR_S = 3600
MAX_BUCKETS = 24 * 366


async def show(call: Call) -> Response:
    """Pairs of a bucket's begin (seconds since the epoch) and its count, oldest first. `stat`,
    `since`, `until` and `resolution` (1h or 1d) as in Sentry; the last day by default."""
    stat = STATS.get(call.query.get("stat", "received"))
    hours = HOURS.get(call.query.get("resolution", "1h"))
    if stat is None or hours is None:
        raise ApiError(400, "Invalid stat or resolution; counts are kept by the hour.")
    now = clock.now() // clock.SECOND
    width = hours * HOUR_S
    first = _seconds(call, "since", now - 24 * HOUR_S + width) // width
    last = _seconds(call, "until", now) // width
    if not 0 <= last - first < MAX_BUCKETS:
        raise ApiError(400, "Invalid range.")
    async with call.database.read() as tx:
        entered = await call.enter(tx, "project:read", "project:write", "project:admin")
        counts = await outcomes.list_hours(
            tx,
            found(entered.project).id,
            from_hour=first * hours,
            until_hour=(last + 1) * hours,
            outcomes=stat,
            categories=ERRORS,
        )
    buckets = dict.fromkeys(range(first, last + 1), 0)
    for hour, quantity in counts.items():
        buckets[hour // hours] += quantity
    return json_response([[bucket * width, count] for bucket, count in buckets.items()])


def _seconds(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        raise ApiError(400, f"Invalid {name}.") from None
    if not math.isfinite(number) or not 0 <= number < 1 << 40:
        raise ApiError(400, f"Invalid {name}.")
    return int(number)


ENDPOINTS = (endpoint("/projects/{organization}/{project}/stats/", GET=show),)
