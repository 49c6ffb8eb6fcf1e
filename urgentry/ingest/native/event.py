"""A crash in the words of an event."""

from typing import Any

from urgentry.ingest.native.crash_reasons import (
    ANDROID,
    IOS,
    LINUX,
    MACOS,
    WINDOWS,
    CrashReason,
    crash_reason,
)
from urgentry.ingest.native.minidump import Minidump, Module, System, Thread

Json = dict[str, Any]

_SYSTEMS = {
    WINDOWS: "Windows",
    MACOS: "macOS",
    IOS: "iOS",
    LINUX: "Linux",
    ANDROID: "Android",
    0x8202: "Solaris",
    0x8204: "PlayStation 3",
    0x8205: "Native Client",
    0x8206: "Fuchsia",
}
_IMAGES = {WINDOWS: "pe", MACOS: "macho", IOS: "macho"}
_ARCHITECTURES = {
    0: "x86",
    1: "mips",
    3: "ppc",
    5: "arm",
    9: "x86_64",
    12: "arm64",
    0x8001: "sparc",
    0x8002: "ppc64",
    0x8003: "arm64",
    0x8004: "mips64",
}
_NOTHING = "00000000-0000-0000-0000-000000000000"
_ACCESS_WORDS = 2


def apply_minidump(event: Json, dump: Minidump | None) -> None:
    """Says in the event what a dump tells. What the event says itself of its surroundings stands;
    the crash is the dump's to tell. Without one that can be read the event says so."""
    mark_crash(event)
    if dump is None:
        event["exception"] = _exception("Minidump", "Invalid Minidump", {}, None)
        return
    if dump.at:
        event.setdefault("timestamp", dump.at)
    platform = dump.system.platform if dump.system else None
    reason = crash_reason(dump.crash, platform) if dump.crash else None
    known = _known_frames(event)
    event["exception"] = _crash(dump, reason)
    if known:
        event["exception"]["values"][0]["stacktrace"] = {"frames": known}
    elif place := _place(dump):
        event.setdefault("fingerprint", ["{{ default }}", place])
    if dump.threads:
        event["threads"] = {"values": [_thread(each, dump) for each in dump.threads]}
    images = [_image(each, platform) for each in dump.modules]
    if images and not _has_images(event):
        event["debug_meta"] = {"images": images}
    if dump.system is not None:
        add_context(event, "os", _os(dump.system))
        add_context(event, "device", _device(dump.system))
    if dump.annotations:
        add_context(event, "crashpad", dict(dump.annotations))


def apply_unread_dump(event: Json, name: str) -> None:
    """Says that there is a dump which is not read here, where the event says nothing better."""
    mark_crash(event)
    event.setdefault("exception", _exception(name, f"{name} was attached", {}, None))


def mark_crash(event: Json) -> None:
    """A dump or a report is of a native program that ended."""
    event["platform"] = "native"
    event.setdefault("level", "fatal")


def add_context(event: Json, name: str, found: Json) -> None:
    """Adds what a context does not say yet."""
    contexts = event.get("contexts")
    if not isinstance(contexts, dict):
        contexts = event["contexts"] = {}
    known = contexts.get(name)
    contexts[name] = found | (known if isinstance(known, dict) else {})


def _known_frames(event: Json) -> list[Any]:
    """The calls that the event names itself: more than the one that a dump tells without its stack
    being unwound."""
    exception = event.get("exception")
    values = exception.get("values") if isinstance(exception, dict) else exception
    last = values[-1] if isinstance(values, list) and values else None
    stacktrace = last.get("stacktrace") if isinstance(last, dict) else None
    frames = stacktrace.get("frames") if isinstance(stacktrace, dict) else None
    return frames if isinstance(frames, list) else []


def _crash(dump: Minidump, reason: CrashReason | None) -> Json:
    crash = dump.crash
    if crash is None or reason is None:
        return _exception("Minidump", "Fatal Error: unknown", {}, None)
    address = crash.address
    is_access = reason.name.startswith(("EXCEPTION_ACCESS_VIOLATION", "EXCEPTION_IN_PAGE_ERROR"))
    if is_access and len(crash.information) >= _ACCESS_WORDS:
        address = crash.information[1]
    said = _exception(reason.name, f"Fatal Error: {reason} / 0x{address:x}", reason.meta, dump)
    said["values"][0]["thread_id"] = crash.thread_id
    return said


def _exception(kind: str, value: str, meta: Json, dump: Minidump | None) -> Json:
    mechanism: Json = {"type": "minidump", "handled": False, "synthetic": True}
    if meta:
        mechanism["meta"] = meta
    exception: Json = {"type": kind, "value": value, "mechanism": mechanism}
    frame = _frame(dump) if dump else None
    if frame is not None:
        exception["stacktrace"] = {"frames": [frame]}
    return {"values": [exception]}


def _frame(dump: Minidump) -> Json | None:
    """Where the crash happened; the frames above it would need the stack to be unwound."""
    instruction = dump.crash.instruction if dump.crash else None
    if not instruction:
        return None
    frame: Json = {"instruction_addr": f"0x{instruction:x}", "trust": "context"}
    module = dump.module_of(instruction)
    if module is not None:
        frame["package"] = module.name
        frame["image_addr"] = f"0x{module.address:x}"
    return frame


def _place(dump: Minidump) -> str:
    """The module that crashed, and where in it: what tells crashes apart that no function names."""
    instruction = dump.crash.instruction if dump.crash else None
    module = dump.module_of(instruction) if instruction else None
    if module is None or instruction is None:
        return ""
    name = module.name.replace("\\", "/").rpartition("/")[2]
    return f"{name}+0x{instruction - module.address:x}"


def _thread(thread: Thread, dump: Minidump) -> Json:
    crashed = dump.crash is not None and dump.crash.thread_id == thread.id
    found: Json = {"id": thread.id, "crashed": crashed, "current": crashed}
    if thread.name:
        found["name"] = thread.name
    return found


def _image(module: Module, platform: int | None) -> Json:
    kind = _IMAGES.get(platform or 0, "elf")
    image: Json = {
        "type": kind,
        "code_file": module.name,
        "image_addr": f"0x{module.address:x}",
        "image_size": module.size,
    }
    if kind == "pe":
        image["code_id"] = f"{module.timestamp:08X}{module.size:x}"
    identity = module.identity
    if identity is not None and not identity.debug_id.startswith(_NOTHING):
        image["debug_id"] = identity.debug_id
        if identity.debug_file:
            image["debug_file"] = identity.debug_file
        if kind == "elf" and identity.build_id:
            image["code_id"] = identity.build_id
        elif kind == "macho":
            image["code_id"] = identity.debug_id.replace("-", "")
    return image


def _has_images(event: Json) -> bool:
    meta = event.get("debug_meta")
    return isinstance(meta, dict) and bool(meta.get("images"))


def _os(system: System) -> Json:
    name = _SYSTEMS.get(system.platform, f"0x{system.platform:x}")
    found: Json = {"name": name}
    if any(system.version):
        found["version"] = ".".join(map(str, system.version))
    if system.description and system.platform in (LINUX, ANDROID):
        words = system.description.split()
        found["kernel_version"] = words[1] if len(words) > 1 else system.description
        found["raw_description"] = system.description
    elif system.description:
        found["build"] = system.description
    return found


def _device(system: System) -> Json:
    found: Json = {"arch": _ARCHITECTURES.get(system.architecture, "unknown")}
    if system.processors:
        found["processor_count"] = system.processors
    return found
