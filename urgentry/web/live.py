"""The live stream of an organization: server-sent events made of the change log.

The id of a message is its number in the log, so a browser that was away comes back with the last
one it saw, to whatever replica. A stream ends by itself after a while: the browser comes back, and
access is asked anew.
"""

import asyncio
from collections.abc import AsyncIterator

import orjson
from starlette.responses import Response, StreamingResponse

from urgentry import clock
from urgentry.domain.feed import FeedEntry
from urgentry.live.hub import Accepts, Ended, Hub
from urgentry.web.edge import page
from urgentry.web.visit import Place, Visit

_HEARTBEAT_S = 15
_LIFETIME = 15 * clock.MINUTE
HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}
_SHOWN = ("count", "is_new", "environment", "level", "title", "action", "by", "into", "event_id")


async def follow(visit: Visit) -> Response:
    """The stream; from the number on that the browser saw last."""
    async with visit.database.read() as tx:
        place = await visit.enter(tx, "event:read", "project:read")
    after = _number(visit.request.headers.get("last-event-id") or visit.query.get("after"))
    begins = place.head if after is None else after
    messages = _messages(visit.deps.hub, _concerns(place), begins)
    return StreamingResponse(messages, headers=HEADERS)


async def _messages(hub: Hub, accepts: Accepts, after: int) -> AsyncIterator[bytes]:
    ends = clock.now() + _LIFETIME
    async with hub.subscribe(accepts, after=after) as subscription:
        yield f"retry: 2000\nid: {after}\nevent: hello\ndata: {{}}\n\n".encode()
        while clock.now() < ends:
            try:
                async with asyncio.timeout(_HEARTBEAT_S):
                    entry = await subscription.next()
            except TimeoutError:
                yield b": still here\n\n"
            except Ended:
                return
            else:
                yield message(entry)


def message(entry: FeedEntry) -> bytes:
    """One entry as a server-sent event."""
    told = {
        "seq": entry.seq,
        "project": entry.project_id,
        "issue": entry.issue_id,
        "at": entry.at,
        **{name: entry.detail[name] for name in _SHOWN if name in entry.detail},
    }
    # JSON holds no line break, so that it is always one line of data.
    head = f"id: {entry.seq}\nevent: {entry.kind.value}\ndata: "
    return head.encode() + orjson.dumps(told) + b"\n\n"


def _concerns(place: Place) -> Accepts:
    """Whether an entry is the visitor's to know of."""
    organization_id = place.organization.id
    visible = {project.id for project in place.projects}
    sees_all = place.access.sees_all_projects

    def accepts(entry: FeedEntry) -> bool:
        return entry.organization_id == organization_id and (
            sees_all or entry.project_id in visible
        )

    return accepts


def _number(text: str | None) -> int | None:
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) <= 18  # noqa: PLR2004
    return int(text) if is_number and text else None


PAGES = (page("/live/{organization}/", GET=follow),)
