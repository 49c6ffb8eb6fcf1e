"""Small dumps of crashes, written by the format's own rules."""

import struct
import zlib
from collections.abc import Mapping

WINDOWS, LINUX = 2, 0x8201
_HEAD = 32
_GUID = bytes([3, 2, 1, 0, 5, 4, 7, 6, *range(8, 16)])


def windows_dump() -> bytes:
    """An access violation of a program of 32 bits."""
    registers = bytes(184) + struct.pack("<I", 0x401234) + bytes(100)
    name = b"C:\\build\\crash.pdb\0"
    identity = b"RSDS" + _GUID + struct.pack("<I", 1) + name
    return dump(
        platform=WINDOWS,
        architecture=0,
        version=(10, 0, 19045),
        code=0xC0000005,
        address=0x401234,
        information=(1, 0x45),
        registers=registers,
        module="C:\\games\\crash.exe",
        identity=identity,
    )


def linux_dump(module: str = "crash") -> bytes:
    """A segmentation fault of a program of 64 bits."""
    registers = bytes(248) + struct.pack("<Q", 0x401234) + bytes(100)
    return dump(
        platform=LINUX,
        architecture=9,
        description="Linux 5.10 #1 SMP",
        code=11,
        flags=1,
        address=0,
        registers=registers,
        module=f"/opt/game/{module}",
        identity=b"LEpB" + bytes(range(20)),
    )


def dump(
    *,
    platform: int,
    architecture: int,
    code: int,
    address: int,
    registers: bytes,
    module: str,
    identity: bytes,
    flags: int = 0,
    information: tuple[int, ...] = (),
    version: tuple[int, int, int] = (0, 0, 0),
    description: str = "",
) -> bytes:
    """A dump of one thread and one module at 0x400000."""
    content = bytearray(_HEAD + 12 * 5)

    def put(part: bytes) -> int:
        place = len(content)
        content.extend(part)
        return place

    said, named = put(_text(description)), put(_text(module))
    cv, context = put(identity), put(registers)
    exception = struct.pack("<IIIIQQII", 7, 0, code, flags, 0, address, len(information), 0)
    exception += struct.pack("<15Q", *information, *[0] * (15 - len(information)))
    exception += struct.pack("<II", len(registers), context)
    system = struct.pack("<HHHBBIIIIIHH", architecture, 0, 0, 4, 1, *version, platform, said, 0, 0)
    modules = struct.pack("<IQIIII", 1, 0x400000, 0x10000, 0, 0x5F000000, named)
    modules += bytes(52) + struct.pack("<IIIIQQ", len(identity), cv, 0, 0, 0, 0)
    threads = struct.pack("<IIIIIQQIIII", 1, 7, 0, 0, 0, 0, 0, 0, 0, len(registers), context)
    names = struct.pack("<IIQ", 1, 7, put(_text("main loop")))
    return _finished(content, {3: threads, 4: modules, 6: exception, 7: system, 24: names})


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded)) + encoded + b"\0\0"


def _finished(content: bytearray, streams: Mapping[int, bytes]) -> bytes:
    for number, (kind, stream) in enumerate(streams.items()):
        entry = struct.pack("<III", kind, len(stream), len(content))
        content[_HEAD + 12 * number : _HEAD + 12 * number + 12] = entry
        content.extend(stream)
    head = struct.pack("<4sIIIIIQ", b"MDMP", 0xA793, len(streams), _HEAD, 0, 1_700_000_000, 0)
    content[:_HEAD] = head
    return bytes(content)


def unreal_report(files: Mapping[str, bytes], *, is_marked: bool = True) -> bytes:
    """A report of Unreal Engine's crash reporter, as newer or as older engines write it."""

    def text(value: str) -> bytes:
        return struct.pack("<I", 260) + value.encode().ljust(260, b"\0")

    body = b"".join(
        struct.pack("<i", number) + text(name) + struct.pack("<i", len(content)) + content
        for number, (name, content) in enumerate(files.items())
    )
    head = text("report") + text("report.ue4crash") + struct.pack("<ii", len(body), len(files))
    return zlib.compress(b"CR1" + head + body if is_marked else bytes(len(head)) + body + head)
