"""Reports of Unreal Engine's crash reporter: a packed row of files, one of which tells the rest.

The container begins with a mark and a head of fixed size; older engines leave the mark away and the
head empty, and write it at the end.
"""

import re
import xml.etree.ElementTree as ET
import zlib
from typing import Any

import msgspec
import orjson

from urgentry.ingest.body import Body
from urgentry.ingest.native.containers import inflate
from urgentry.ingest.native.cursor import Cursor, Malformed
from urgentry.ingest.native.event import add_context, mark_crash
from urgentry.ingest.native.form import merge
from urgentry.protocol.limits import MIB, body_too_large
from urgentry.protocol.outcome import Reason, Rejected, invalid

Json = dict[str, Any]

MAX_BYTES = 200 * MIB
_RATIO = 256
_FREE_BYTES = 16 * MIB
_MARK = b"CR1"
_NAME_BYTES = 260
_HEAD_BYTES = 2 * (4 + _NAME_BYTES) + 8
_MAX_FILES = 100
_MAX_CONTEXT_BYTES = MIB
_MAX_PROPERTIES = 300
_MAX_TEXT = 4_096
_MAX_FRAMES = 250
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PLACE = re.compile(r"([^\s]{1,200}) (0x[0-9a-f]{1,16}) \+ ([0-9a-f]{1,16})")
_CALL = re.compile(r"[^!]{0,200}!(.{1,1000}?)(?: \[(.{1,500}):(\d{1,9})\])?")


class ReportFile(msgspec.Struct, frozen=True):
    """A file of a report."""

    name: str
    view: memoryview


def unpack_report(body: Body) -> list[ReportFile]:
    """The files of a report. Rejected with 400 when it is none, with 413 when it is too large."""
    if not body:
        raise invalid(Reason.EMPTY_BODY, "empty request body")
    view = memoryview(_inflated(body))
    start = len(_MARK) if bytes(view[: len(_MARK)]) == _MARK else 0
    cursor = Cursor(view)
    try:
        head = start or len(view) - _HEAD_BYTES
        (count,) = cursor.read("i", head + _HEAD_BYTES - 4)
        if not 0 <= count <= _MAX_FILES:
            raise invalid_report()
        return _files(cursor, start + _HEAD_BYTES, count)
    except Malformed as error:
        raise invalid_report() from error


def invalid_report() -> Rejected:
    """The answer to a report that cannot be read."""
    return invalid(Reason.INVALID_UNREAL_REPORT, "invalid unreal crash report")


def report_event(context: memoryview | None) -> Json:
    """The event that a report's context tells; of nothing else when it has none."""
    event: Json = {}
    mark_crash(event)
    properties = _properties(context) if context is not None else {}
    if not properties:
        return event
    own = properties.pop("__sentry", "")
    merge(event, _object(own))
    _tell(event, properties)
    add_context(event, "unreal", {_snake(name): text for name, text in properties.items()})
    return event


def _inflated(body: Body) -> bytes:
    most = min(MAX_BYTES, max(_FREE_BYTES, len(body) * _RATIO))
    stream = zlib.decompressobj()
    parts: list[bytes] = []
    size = 0
    try:
        for part in inflate(stream, body):
            size += len(part)
            if size > most:
                raise body_too_large()
            parts.append(part)
    except zlib.error as error:
        raise invalid_report() from error
    if not stream.eof:
        raise invalid_report()
    return b"".join(parts)


def _files(cursor: Cursor, at: int, count: int) -> list[ReportFile]:
    files = []
    for _ in range(count):
        length = cursor.u32(at + 4)
        name = bytes(cursor.part(at + 8, min(length, _NAME_BYTES))).partition(b"\0")[0]
        at += 8 + length
        size = cursor.u32(at)
        files.append(ReportFile(name.decode("utf-8", "replace"), cursor.part(at + 4, size)))
        at += 4 + size
    return files


def _properties(context: memoryview) -> dict[str, str]:
    """The flat texts of a context. Documents with declarations of their own are not read: the
    parser would follow what they declare."""
    text = bytes(context[:_MAX_CONTEXT_BYTES])
    if b"<!" in text.replace(b"<![CDATA[", b""):
        return {}
    try:
        root = ET.fromstring(text)  # noqa: S314 - nothing is declared in it
    except (ET.ParseError, ValueError):
        return {}
    found: dict[str, str] = {}
    for section in root:
        for each in section:
            if each.text and each.text.strip() and len(found) < _MAX_PROPERTIES:
                found.setdefault(each.tag, each.text.strip())
    return found


def _tell(event: Json, properties: dict[str, str]) -> None:
    """What the event says by itself in other places."""
    message = properties.get("ErrorMessage", "Unreal crash")[:_MAX_TEXT]
    if properties.get("IsEnsure") == "true" or properties.get("CrashType") == "Ensure":
        event["level"] = "error"
    exception: Json = {
        "type": properties.get("CrashType", "Crash"),
        "value": message,
        "mechanism": {"type": "unreal", "handled": False, "synthetic": True},
    }
    frames = _frames(properties.pop("PCallStack", ""), properties.pop("CallStack", ""))
    if frames:
        exception["stacktrace"] = {"frames": frames}
    event.setdefault("exception", {"values": [exception]})
    user = {
        "id": properties.get("LoginId") or properties.get("MachineId"),
        "username": properties.get("UserName"),
    }
    event.setdefault("user", {name: value for name, value in user.items() if value})
    gpu = properties.get("Misc.PrimaryGPUBrand")
    if gpu:
        add_context(event, "gpu", {"name": gpu})
    cpu = properties.get("Misc.CPUBrand")
    if cpu:
        add_context(event, "device", {"cpu_description": cpu})


def _frames(places: str, calls: str) -> list[Json]:
    """The calls of the thread that crashed, the oldest first: their places, and their names where
    both lists are as long."""
    found = _PLACE.findall(places)[:_MAX_FRAMES]
    names = calls.splitlines()
    if len(names) != len(found):
        names = [""] * len(found)
    calls_by_place = list(zip(found, names, strict=True))
    return [_frame(place, name) for place, name in reversed(calls_by_place)]


def _frame(place: tuple[str, str, str], call: str) -> Json:
    module, base, offset = place
    frame: Json = {
        "package": module,
        "instruction_addr": f"0x{int(base, 16) + int(offset, 16):x}",
    }
    known = _CALL.fullmatch(call)
    if known:
        frame["function"] = known[1]
        if known[2]:
            frame |= {"filename": known[2], "lineno": int(known[3])}
    return frame


def _snake(name: str) -> str:
    return _CAPITAL.sub("_", name.replace(".", "_")).lower()


def _object(text: str) -> Json:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
