"""Replays: listed, read, deleted, and their recordings segment by segment."""

import zlib
from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse

from urgentry import clock
from urgentry.access.decision import Access, as_id, found, visible_projects
from urgentry.api.endpoint import Call, empty, endpoint, json_response
from urgentry.api.issue_question import read_span
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
_GZIP = zlib.MAX_WBITS | 32
"""Either header."""


async def list_of_organization(call: Call) -> Response:
    """The replays that began in a time, newest first; `project` and `environment` pick."""
    refuse_options(call, "query", allowed=[""])
    for option in ("sort", "orderBy", "sortBy"):
        refuse_options(call, option, allowed=["-started_at"])
    size, cursor, now = read_per_page(call), read_cursor(call), clock.now()
    span = read_span(call, now)
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        listed = await replays.list_replays(
            tx,
            await _project_ids(call, tx, entered),
            since=span.start or 0,
            until=span.end or replays.END,
            before=(cursor.value, cursor.offset) if cursor and cursor.value else _END,
            today=day_of(now),
            limit=size + 1,
        )
    page = listed[:size]
    last = page[-1] if page else None
    headers = link_headers(
        call,
        previous=Cursor(0, 0, is_previous=True),
        has_previous=cursor is not None and cursor.value > 0,
        following=Cursor(last.started_at, last.id) if last else Cursor(),
        has_following=len(listed) > size,
    )
    wanted = set(call.query.getlist("environment"))
    shown = [each for each in page if not wanted or each.facts.environment in wanted]
    return json_response({"data": [replay_shape(each) for each in shown]}, headers=headers)


async def show(call: Call) -> Response:
    """One replay."""
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        replay = await _find(call, tx, await _project_ids(call, tx, entered))
    return json_response({"data": replay_shape(replay)})


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
    wanted = {text for text in call.query.getlist("project") if text and text != "-1"}
    return [
        each.id
        for each in await visible_projects(tx, entered)
        if not wanted or {str(each.id), each.slug} & wanted
    ]


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
_OF_PROJECT = "/projects/{organization}/{project}/replays/{replay}/"

ENDPOINTS = (
    endpoint("/organizations/{organization}/replays/", GET=list_of_organization),
    endpoint("/organizations/{organization}/replays/{replay}/", GET=show),
    endpoint(_OF_PROJECT, DELETE=remove),
    endpoint(_OF_PROJECT + "recording-segments/", GET=list_recordings),
    endpoint(_OF_PROJECT + "recording-segments/{segment}/", GET=show_recording),
    endpoint(_OF_PROJECT + "videos/{segment}/", GET=show_video),
)
