"""`/api/{project}/unreal/{key}/`: what Unreal Engine's crash reporter sends."""

import re
from collections.abc import Sequence
from http import HTTPStatus

import orjson

from urgentry.ingest.body import Body
from urgentry.ingest.endpoints.base import Answer, Endpoint
from urgentry.ingest.envelope import Envelope, Item, make_envelope, make_item
from urgentry.ingest.native.minidump import is_minidump
from urgentry.ingest.native.unreal import ReportFile, report_event, unpack_report
from urgentry.ingest.request import Request
from urgentry.protocol.event_id import dashed
from urgentry.protocol.items import AttachmentType, DataCategory, ItemType
from urgentry.protocol.limits import check_sizes
from urgentry.protocol.outcome import Rejected

_CONTEXT = "CrashContext.runtime-xml"
_APPLE = b"Incident Identifier:"
_USER_TAGS = ("machine_id", "epic_account_id")
_MAX_TAG_CHARS = 200


class UnrealEndpoint(Endpoint):
    """A packed report, whose files are kept and whose context and dump make the event."""

    pattern = re.compile(r"/api/(?P<project>[^/]+)/unreal/(?P<key>[^/]+)/?")
    takes_large = True
    category = DataCategory.ERROR

    def read(self, request: Request, body: Body) -> Envelope:
        """An envelope of the event, the files, and what the player wrote."""
        files = unpack_report(body)
        context = next((file.view for file in files if file.name == _CONTEXT), None)
        event = report_event(context)
        event["tags"] = _user_tags(request) | (event.get("tags") or {})
        items = [make_item(ItemType.EVENT, orjson.dumps(event))]
        said = (event.get("contexts") or {}).get("unreal", {}).get("user_description")
        if said:
            items.append(make_item(ItemType.USER_REPORT, orjson.dumps({"comments": said})))
        items += [_file_item(file) for file in files]
        check_sizes(items)
        return make_envelope({}, items)

    def answer(self, request: Request, envelope: Envelope, event_id: bytes | None) -> Answer:
        """The event's id as the reporter logs it."""
        del request, envelope
        return Answer(body=dashed(event_id or bytes(16)).encode(), content_type=b"text/plain")

    def refusal(self, refusals: Sequence[Rejected]) -> Rejected | None:
        """The reporter sends again and again what a limit refuses: it is not told of any."""
        return next(
            (each for each in refusals if each.status >= HTTPStatus.INTERNAL_SERVER_ERROR), None
        )


def _user_tags(request: Request) -> dict[str, str]:
    """`UserID` is the machine's id, a bar, the account's, a bar."""
    parts = request.fields().get("UserID", "").split("|")
    return {
        name: value[:_MAX_TAG_CHARS]
        for name, value in zip(_USER_TAGS, parts, strict=False)
        if value
    }


def _file_item(file: ReportFile) -> Item:
    return make_item(
        ItemType.ATTACHMENT,
        file.view,
        filename=file.name,
        attachment_type=_type_of(file).value,
    )


def _type_of(file: ReportFile) -> AttachmentType:
    if is_minidump(file.view):
        return AttachmentType.MINIDUMP
    if bytes(file.view[: len(_APPLE)]) == _APPLE:
        return AttachmentType.APPLE_CRASH_REPORT
    if file.name == _CONTEXT:
        return AttachmentType.UNREAL_CONTEXT
    return AttachmentType.UNREAL_LOGS if file.name.endswith(".log") else AttachmentType.ATTACHMENT
