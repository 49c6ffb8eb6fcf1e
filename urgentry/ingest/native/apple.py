"""Apple's crash reports: a text with a head, threads and images."""

import re
from typing import Any

from urgentry.ingest.native.event import add_context, mark_crash

Json = dict[str, Any]

_MAX_BYTES = 4 << 20
_MAX_FRAMES = 250
_MAX_IMAGES = 2_000
_HEAD = re.compile(r"^([A-Z][A-Za-z ]{1,40}):[ \t]+(\S[^\n]{0,500})$", re.MULTILINE)
_THREAD = re.compile(r"^Thread (\d{1,6})(?: name:[^\n]*| Crashed)?:", re.MULTILINE)
_FRAME = re.compile(
    r"^\d{1,4}[ \t]+(\S[^\n\t]{0,200}?)[ \t]+(0x[0-9a-f]{1,16})[ \t]+([^\n]{0,1000})$", re.MULTILINE
)
_IMAGE = re.compile(
    r"^[ \t]*(0x[0-9a-f]{1,16}) -[ \t]+(0x[0-9a-f]{1,16})[ \t]+\+?(\S[^\n<]{0,300}?)[ \t]+"
    r"[^\n<]{0,100}<([0-9A-Fa-f-]{32,36})>[ \t]+([^\n]{1,500})$",
    re.MULTILINE,
)
_SYMBOL = re.compile(r"(.{1,900}?) \+ \d+(?: \(([^()\n]{1,200}):(\d{1,9})\))?")


def apply_apple_report(event: Json, view: memoryview) -> None:
    """Says in the event what a report tells: what ended the program, where, and what was loaded."""
    text = bytes(view[:_MAX_BYTES]).decode("utf-8", "replace").replace("\r\n", "\n")
    head = {name: value.strip() for name, value in reversed(_HEAD.findall(text))}
    mark_crash(event)
    event["exception"] = {"values": [_exception(text, head)]}
    images = [_image(*found) for found in _IMAGE.findall(text)[:_MAX_IMAGES]]
    if images:
        event.setdefault("debug_meta", {"images": images})
    for name, found in (("os", _os(head)), ("device", _device(head))):
        if found:
            add_context(event, name, found)


def _exception(text: str, head: dict[str, str]) -> Json:
    kind = head.get("Exception Type", "").partition(" ")[0] or "AppleCrashReport"
    said = head.get("Exception Codes") or head.get("Exception Subtype") or "unknown"
    mechanism = {"type": "applecrashreport", "handled": False, "synthetic": True}
    exception: Json = {
        "type": kind,
        "value": f"Fatal Error: {head.get('Exception Type', kind)} / {said}",
        "mechanism": mechanism,
    }
    crashed = head.get("Crashed Thread", head.get("Triggered by Thread", "0")).split()[0]
    if crashed.isdecimal():
        exception["thread_id"] = int(crashed)
        frames = _frames(text, crashed)
        if frames:
            exception["stacktrace"] = {"frames": frames}
    return exception


def _frames(text: str, thread: str) -> list[Json]:
    """The frames of a thread, the oldest first."""
    for begin in _THREAD.finditer(text):
        if begin[1] != thread or " name:" in begin[0]:
            continue
        block = text[begin.end() :].partition("\n\n")[0]
        found = _FRAME.findall(block)[:_MAX_FRAMES]
        return [_frame(*each) for each in reversed(found)]
    return []


def _frame(package: str, address: str, symbol: str) -> Json:
    frame: Json = {"package": package, "instruction_addr": address}
    known = _SYMBOL.match(symbol)
    if known and not known[1].startswith("0x"):
        frame["function"] = known[1]
        if known[2]:
            frame |= {"filename": known[2], "lineno": int(known[3])}
    return frame


def _image(first: str, last: str, name: str, identity: str, path: str) -> Json:
    bare = identity.replace("-", "").lower()
    dashed = "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))
    return {
        "type": "macho",
        "code_file": path.strip() or name,
        "code_id": bare,
        "debug_id": dashed,
        "image_addr": first,
        "image_size": int(last, 16) - int(first, 16) + 1,
    }


def _os(head: dict[str, str]) -> Json:
    said = re.match(r"([A-Za-z ]+?) (\d[\d.]*)(?: \(([^)]+)\))?", head.get("OS Version", ""))
    if said is None:
        return {}
    found: Json = {"name": {"Mac OS X": "macOS"}.get(said[1], said[1]), "version": said[2]}
    return found | ({"build": said[3]} if said[3] else {})


def _device(head: dict[str, str]) -> Json:
    architecture = head.get("Code Type", "").partition(" ")[0].lower()
    found = {
        "model": head.get("Hardware Model", ""),
        "arch": {"x86-64": "x86_64", "arm-64": "arm64"}.get(architecture, architecture),
    }
    return {name: value for name, value in found.items() if value}
