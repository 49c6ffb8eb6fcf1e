"""Profiles: one as it was sent, and the pieces of a continuous one put together."""

from typing import Any

import orjson
from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import found
from urgentry.api.endpoint import Call, endpoint, json_response
from urgentry.api.issue_question import read_projects, read_span
from urgentry.blobs.reading import read_blob
from urgentry.domain.event import day_of
from urgentry.domain.profile import Profile
from urgentry.errors import ApiError, BlobError, FieldError
from urgentry.protocol.event_id import parse_event_id
from urgentry.storage import profiles

Json = dict[str, Any]

READ = ("org:read", "project:read", "event:read")
_MOST_BYTES = 64 << 20
_MOST_CHUNKS = 100


async def show(call: Call) -> Response:
    """A transaction's profile as the SDK sent it."""
    now = clock.now()
    async with call.database.read() as tx:
        project = found((await call.enter(tx, *READ)).project)
        profile_id = found(parse_event_id(call.path("profile")))
        profile = found(await profiles.find_profile(tx, project.id, profile_id, today=day_of(now)))
    content = await _content(call, profile)
    return Response(content, media_type="application/json")


async def chunks(call: Call) -> Response:
    """The pieces of one profiler's run in a time, as one profile."""
    now = clock.now()
    span = read_span(call, now)
    async with call.database.read() as tx:
        entered = await call.enter(tx, *READ)
        profiler_id = parse_event_id(call.query.get("profiler_id"))
        if profiler_id is None:
            raise FieldError({"profiler_id": ["A profiler has an id of 32 hexadecimal digits."]})
        projects = await read_projects(call, tx, entered)
        if len(projects) != 1:
            raise FieldError({"project": ["Name one project."]})
        project = projects[0]
        listed = await profiles.list_chunks(
            tx,
            project.id,
            profiler_id,
            since=span.start or 0,
            until=span.end or now + clock.DAY,
            today=day_of(now),
            limit=_MOST_CHUNKS,
        )
    found(listed or None)
    pieces = [orjson.loads(await _content(call, each)) for each in listed if not each.meta_length]
    return json_response({"chunk": _joined(pieces)})


async def _content(call: Call, profile: Profile) -> bytes:
    try:
        return await read_blob(call.deps.blobs, profile.blob_key, most=_MOST_BYTES)
    except BlobError as error:
        later = {"Retry-After": "5"}
        detail = "The profile cannot be read now; try again."
        raise ApiError(503, detail, headers=later) from error


def _joined(pieces: list[Json]) -> Json:
    """One profile of several: what their samples and stacks point to moves behind what is there."""
    samples: list[Json] = []
    stacks: list[list[int]] = []
    frames: list[Json] = []
    threads: Json = {}
    for piece in pieces:
        profile = piece["profile"]
        first_stack, first_frame = len(stacks), len(frames)
        frames += profile["frames"]
        stacks += [[first_frame + frame for frame in stack] for stack in profile["stacks"]]
        samples += [
            sample | {"stack_id": first_stack + int(sample["stack_id"])}
            for sample in profile["samples"]
        ]
        threads |= profile.get("thread_metadata") or {}
    told: Json = pieces[0] if pieces else {}
    return told | {
        "profile": {
            "samples": samples,
            "stacks": stacks,
            "frames": frames,
            "thread_metadata": threads,
        }
    }


ENDPOINTS = (
    endpoint("/projects/{organization}/{project}/profiling/profiles/{profile}/", GET=show),
    endpoint("/organizations/{organization}/profiling/chunks/", GET=chunks),
)
