"""Replays: listed, read, deleted, and their recordings segment by segment."""

import zlib
from collections.abc import Collection
from typing import Any

import msgspec
import orjson
from starlette.responses import Response, StreamingResponse

from urgentry import clock
from urgentry.access.decision import Access, as_id, found
from urgentry.api.endpoint import Call, empty, endpoint, json_response
from urgentry.api.issue_question import Span, read_environments, read_projects, read_span
from urgentry.api.pagination import Cursor, link_headers, read_cursor, read_per_page
from urgentry.api.refusals import refuse_options
from urgentry.api.timestamps import iso
from urgentry.blobs.downloads import download_headers
from urgentry.blobs.reading import read_blob
from urgentry.domain.event import day_of, received_of
from urgentry.domain.project import Project
from urgentry.domain.replay import Replay, ReplaySegment
from urgentry.errors import ApiError, BlobError
from urgentry.protocol.event_id import parse_event_id
from urgentry.storage import replays
from urgentry.storage.database import Transaction

Json = dict[str, Any]

READ = ("org:read", "project:read", "event:read")
REMOVE = ("project:admin", "project:write")
_MOST_BYTES = 100 << 20
_SEGMENTS_A_PAGE = 20
_MOST_ROUNDS = 20
"""Lists of replays that are read for a page, which is shorter when few are of the environment."""
_Place = tuple[int, int]
_GZIP = zlib.MAX_WBITS | 32
"""Either header."""


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which replays are asked for."""

    project_ids: list[int]
    environments: Collection[str]
    span: Span
    size: int
    now: int


async def list_of_organization(call: Call) -> Response:
    """The replays that began in a time, newest first; `project` and `environment` pick some,
    `field` what is told of each."""
    _refuse_search(call)
    fields, now = _read_fields(call), clock.now()
    size, cursor, span = read_per_page(call), read_cursor(call), read_span(call, now)
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        asked = _Asked(
            project_ids=await _project_ids(call, tx, entered),
            environments=read_environments(call),
            span=span,
            size=size,
            now=now,
        )
        is_first = cursor is None or not cursor.value
        before = _END if cursor is None or is_first else (cursor.value, cursor.offset)
        page, following = await _page(tx, asked, before)
    headers = link_headers(
        call,
        previous=Cursor(0, 0, is_previous=True),
        has_previous=not is_first,
        following=Cursor(*following) if following else Cursor(),
        has_following=following is not None,
    )
    return json_response({"data": [_told(each, fields) for each in page]}, headers=headers)


async def _page(
    tx: Transaction, asked: _Asked, before: _Place
) -> tuple[list[Replay], _Place | None]:
    """Replays from a place on, and from where on there may be more."""
    page: list[Replay] = []
    for _ in range(_MOST_ROUNDS):
        listed = await replays.list_replays(
            tx,
            asked.project_ids,
            since=asked.span.start or 0,
            until=asked.span.end or replays.END,
            before=before,
            today=day_of(asked.now),
            limit=replays.MOST_LISTED,
        )
        for each in listed:
            if asked.environments and each.facts.environment not in asked.environments:
                continue
            if len(page) == asked.size:
                return page, (page[-1].started_at, page[-1].id)
            page.append(each)
        if len(listed) < replays.MOST_LISTED:
            return page, None
        before = (listed[-1].started_at, listed[-1].id)
    return page, before


async def show(call: Call) -> Response:
    """One replay; `field` picks what is told of it."""
    shown = _read_fields(call)
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        replay = await _find(call, tx, await _project_ids(call, tx, entered))
    return json_response({"data": _told(replay, shown)})


async def remove(call: Call) -> Response:
    """Deletes a replay with its recording."""

    async def body(tx: Transaction) -> None:
        project = await _project(call, tx, *REMOVE)
        replay = await _find(call, tx, [project.id])
        await replays.delete_replay(tx, project.id, bytes.fromhex(replay.replay_id))

    await call.database.write(body)
    return empty()


async def list_recordings(call: Call) -> Response:
    """The recording: for each segment the list of its events."""
    segments = [each for each in (await _segments(call))[1] if not each.is_video]
    size = read_per_page(call, default=_SEGMENTS_A_PAGE, largest=_SEGMENTS_A_PAGE)
    start = (read_cursor(call) or Cursor()).offset
    headers = link_headers(
        call,
        previous=Cursor(0, max(0, start - size), is_previous=True),
        has_previous=start > 0,
        following=Cursor(0, start + size),
        has_following=start + size < len(segments),
    )
    page = segments[start : start + size]
    return json_response([await _events(call, each) for each in page], headers=headers)


async def show_recording(call: Call) -> Response:
    """What is known of a segment; with `download` its recording."""
    replay, segments = await _segments(call)
    number = as_id(call.path("segment"))
    segment = found(
        next((each for each in segments if each.segment == number and not each.is_video), None)
    )
    if "download" in call.query:
        return json_response(await _events(call, segment))
    return json_response(
        {
            "data": {
                "replayId": replay.replay_id,
                "segmentId": segment.segment,
                "projectId": str(replay.project_id),
                "dateAdded": iso(received_of(segment.id)),
            }
        }
    )


async def show_video(call: Call) -> Response:
    """The video of a segment, as a file."""
    _, segments = await _segments(call)
    number = as_id(call.path("segment"))
    video = found(
        next((each for each in segments if each.segment == number and each.is_video), None)
    )
    headers = download_headers(f"segment-{number}.mp4", content_type="video/mp4", size=video.size)
    if not video.blob_key:
        return Response(headers=headers)
    return StreamingResponse(call.deps.blobs.get(video.blob_key), headers=headers)


def _refuse_search(call: Call) -> None:
    """ApiError 400 for a search, and for any order but the newest first."""
    if query := (call.query.get("query") or "").strip():
        raise ApiError(400, f'"query={query}" is not supported here.')
    for option in ("sort", "orderBy", "sortBy"):
        refuse_options(call, option, allowed=["-started_at"])


def _read_fields(call: Call) -> list[str]:
    """The members that are asked for; none means all. ApiError 400 for one that nobody knows."""
    wanted = call.query.getlist("field")
    for name in wanted:
        if name not in _MEMBERS:
            raise ApiError(400, f'"field={name}" is not supported here.')
    return wanted


def _told(replay: Replay, fields: list[str]) -> Json:
    shape = replay_shape(replay)
    return {name: shape[name] for name in fields} if fields else shape


def replay_shape(replay: Replay) -> Json:
    """A replay as Sentry's API has it."""
    facts = replay.facts
    user = facts.user
    shown = user.get("username") or user.get("email") or user.get("id") or user.get("ip")
    return {
        "id": replay.replay_id,
        "project_id": str(replay.project_id),
        "replay_type": facts.replay_type,
        "started_at": iso(replay.started_at),
        "finished_at": iso(replay.finished_at),
        "duration": (replay.finished_at - replay.started_at) // clock.SECOND,
        "count_segments": replay.segments,
        "count_errors": len(facts.error_ids),
        "count_urls": len(facts.urls),
        "error_ids": facts.error_ids,
        "trace_ids": facts.trace_ids,
        "urls": facts.urls,
        "environment": facts.environment or None,
        "releases": facts.releases,
        "dist": facts.dist or None,
        "platform": facts.platform or None,
        "tags": facts.tags,
        "user": {name: user.get(name) for name in ("id", "username", "email", "ip")}
        | {"display_name": shown, "geo": user.get("geo") or {}},
        "sdk": _pair(facts.sdk),
        "os": _pair(facts.os),
        "browser": _pair(facts.browser),
        "device": {name: facts.device.get(name) for name in ("name", "brand", "model", "family")},
        "is_archived": False,
    }


def _pair(value: Json) -> Json:
    return {"name": value.get("name"), "version": value.get("version")}


async def _segments(call: Call) -> tuple[Replay, list[ReplaySegment]]:
    async with call.database.read() as tx:
        project = await _project(call, tx, *READ)
        replay = await _find(call, tx, [project.id])
        segments = await replays.list_segments(
            tx, project.id, bytes.fromhex(replay.replay_id), today=day_of(clock.now())
        )
    return replay, segments


async def _project(call: Call, tx: Transaction, *scopes: str) -> Project:
    return found((await call.enter(tx, *scopes)).project)


async def _find(call: Call, tx: Transaction, project_ids: list[int]) -> Replay:
    replay_id = found(parse_event_id(call.path("replay")))
    today = day_of(clock.now())
    return found(await replays.find_replay(tx, project_ids, replay_id, today=today))


async def _project_ids(call: Call, tx: Transaction, entered: Access) -> list[int]:
    return [project.id for project in await read_projects(call, tx, entered)]


async def _events(call: Call, segment: ReplaySegment) -> Any:
    """The events of a recording, which may be compressed; an empty list for what is none."""
    try:
        content = await read_blob(call.deps.blobs, segment.blob_key, most=_MOST_BYTES)
    except BlobError as error:
        later = {"Retry-After": "5"}
        detail = "The recording cannot be read now; try again."
        raise ApiError(503, detail, headers=later) from error
    try:
        events = orjson.loads(_unpacked(content))
    except (zlib.error, orjson.JSONDecodeError):
        return []
    return events if isinstance(events, list) else []


def _unpacked(content: bytes) -> bytes:
    if content[:1] in {b"[", b"{"}:
        return content
    unpacker = zlib.decompressobj(_GZIP)
    return unpacker.decompress(content, _MOST_BYTES)


_END = (replays.END, replays.END)
_MEMBERS = frozenset(
    {
        *("id", "project_id", "replay_type", "started_at", "finished_at", "duration"),
        *("count_segments", "count_errors", "count_urls", "error_ids", "trace_ids", "urls"),
        *("environment", "releases", "dist", "platform", "tags", "user", "sdk", "os", "browser"),
        *("device", "is_archived"),
    }
)
_OF_PROJECT = "/projects/{organization}/{project}/replays/{replay}/"

ENDPOINTS = (
    endpoint("/organizations/{organization}/replays/", GET=list_of_organization),
    endpoint("/organizations/{organization}/replays/{replay}/", GET=show),
    endpoint(_OF_PROJECT, DELETE=remove),
    endpoint(_OF_PROJECT + "recording-segments/", GET=list_recordings),
    endpoint(_OF_PROJECT + "recording-segments/{segment}/", GET=show_recording),
    endpoint(_OF_PROJECT + "videos/{segment}/", GET=show_video),
)
