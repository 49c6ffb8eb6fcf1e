"""What people said about the events of a project."""

import re
from typing import Any

from starlette.responses import Response

from urgentry import clock
from urgentry.access.decision import Access, not_found
from urgentry.api.endpoint import Call, Endpoint, endpoint, json_response
from urgentry.api.issue_detail import shape_issues
from urgentry.api.pagination import Cursor, link_headers, read_cursor, read_per_page
from urgentry.api.timestamps import iso
from urgentry.domain.event import day_of
from urgentry.domain.feedback import (
    MAX_COMMENT_CHARS,
    MAX_EMAIL_CHARS,
    MAX_NAME_CHARS,
    Feedback,
    FeedbackRecord,
)
from urgentry.domain.project import Project
from urgentry.domain.scope import Scope
from urgentry.errors import ApiError, FieldError
from urgentry.ingest.direct import write_records
from urgentry.ingest.items.user_report import report_records
from urgentry.ingest.receipt import Receipt
from urgentry.protocol.auth import Credentials, Source
from urgentry.protocol.event_id import parse_event_id
from urgentry.storage import events, feedback, issues
from urgentry.storage.database import Transaction
from urgentry.tenancy.grouping import grouping_settings_of

Json = dict[str, Any]

_NEWEST = (1 << 63) - 1
_REQUIRED = "This field is required."
_BLANK = "This field may not be blank."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_MOST = {"name": MAX_NAME_CHARS, "email": MAX_EMAIL_CHARS, "comments": MAX_COMMENT_CHARS}


async def list_feedback(call: Call) -> Response:
    """What people said about the events of a project, the newest first."""
    size, cursor = read_per_page(call), read_cursor(call)
    before = cursor.value if cursor and cursor.value else _NEWEST
    async with call.database.read() as tx:
        access = await call.enter(tx, "project:read", "event:read")
        project = _project(access)
        found = await feedback.list_of_project(
            tx, project.id, today=day_of(clock.now()), before=before, limit=size + 1
        )
        shapes = await _shapes(call, tx, access, found[:size])
    headers = link_headers(
        call,
        previous=Cursor(),
        has_previous=cursor is not None and before != _NEWEST,
        following=Cursor(found[size - 1].id if len(found) > size else 0),
        has_following=len(found) > size,
    )
    return json_response(shapes, headers=headers)


async def add_feedback(call: Call) -> Response:
    """Says something about an event, for a person. The same words about it are there once."""
    body = await call.body()
    async with call.database.read() as tx:
        access = await call.enter(tx, "project:write", "event:write")
    said = _read_report(body)
    records = report_records(said, _receipt(_project(access), said["event_id"]))
    fates = await write_records(call.database, records)
    if any(fates):
        raise ApiError(409, "This feedback for the event was given already.")
    [record] = [each for each in records if isinstance(each, FeedbackRecord)]
    async with call.database.read() as tx:
        listed = await feedback.list_of_event(
            tx,
            record.project_id,
            record.event_id.hex(),
            today=day_of(clock.now()),
            limit=100,
        )
        own = [each for each in listed if each.feedback_id == record.feedback_id.hex()]
        [shape] = await _shapes(call, tx, access, own)
    return json_response(shape)


async def _shapes(call: Call, tx: Transaction, access: Access, found: list[Feedback]) -> list[Json]:
    """Each with the issue of its event, where there is one."""
    owners: dict[str, int] = {}
    for each in found:
        stored = await events.get_event(tx, [each.project_id], each.event_id, now=clock.now())
        if stored is not None:
            owners[each.event_id] = stored.issue_id
    named = await issues.list_issues(tx, set(owners.values())) if owners else []
    shaped = await shape_issues(call, tx, access, named) if named else []
    by_id = {issue.id: shape for issue, shape in zip(named, shaped, strict=True)}
    return [feedback_shape(each, by_id.get(owners.get(each.event_id, 0))) for each in found]


def feedback_shape(said: Feedback, issue: Json | None) -> Json:
    """Feedback as Sentry's API has it."""
    return {
        "id": str(said.id),
        "eventID": said.event_id,
        "event": {"id": said.event_id if issue else None, "eventID": said.event_id},
        "name": said.name,
        "email": said.email,
        "comments": said.comments,
        "dateCreated": iso(said.received),
        "user": None,
        "issue": issue,
    }


def _read_report(body: Json) -> Json:
    """FieldError unless every field is there and can be what it should."""
    problems: dict[str, list[str]] = {}
    for name in ("event_id", *_MOST):
        value = body.get(name)
        if value is None:
            problems[name] = [_REQUIRED]
        elif not isinstance(value, str) or not value.strip():
            problems[name] = [_BLANK]
        elif name in _MOST and len(value) > _MOST[name]:
            problems[name] = [f"Ensure this field has no more than {_MOST[name]} characters."]
    if "event_id" not in problems and parse_event_id(body["event_id"]) is None:
        problems["event_id"] = ["Enter a valid event id."]
    if "email" not in problems and not _EMAIL.fullmatch(body["email"].strip()):
        problems["email"] = ["Enter a valid email address."]
    if problems:
        raise FieldError(problems)
    return {name: body[name].strip() for name in ("event_id", *_MOST)}


def _receipt(project: Project, event_id: str) -> Receipt:
    """What came by the API has no key."""
    scope = Scope(
        organization_id=project.organization_id,
        project_id=project.id,
        key_id=0,
        public_key="",
        retention_days=project.retention_days,
        grouping=grouping_settings_of(project),
    )
    return Receipt(
        scope=scope,
        credentials=Credentials(public_key="", source=Source.AUTHORIZATION),
        received=clock.now(),
        event_id=parse_event_id(event_id) or b"",
    )


def _project(access: Access) -> Project:
    if access.project is None:
        raise not_found()
    return access.project


ENDPOINTS: tuple[Endpoint, ...] = (
    endpoint(
        "/projects/{organization}/{project}/user-feedback/",
        GET=list_feedback,
        POST=add_feedback,
    ),
)
