"""What ended a process, in the words of its system, out of the numbers in a dump."""

from typing import Any

import msgspec

from urgentry.ingest.native.minidump import Crash

WINDOWS, MACOS, IOS, LINUX, ANDROID = 2, 0x8101, 0x8102, 0x8201, 0x8203

_ACCESS_VIOLATION, _IN_PAGE_ERROR = 0xC0000005, 0xC0000006
_ACCESSES = {0: "READ", 1: "WRITE", 8: "EXEC"}
_WINDOWS = {
    0x40010005: "DBG_CONTROL_C",
    0x80000001: "EXCEPTION_GUARD_PAGE",
    0x80000002: "EXCEPTION_DATATYPE_MISALIGNMENT",
    0x80000003: "EXCEPTION_BREAKPOINT",
    0x80000004: "EXCEPTION_SINGLE_STEP",
    _ACCESS_VIOLATION: "EXCEPTION_ACCESS_VIOLATION",
    _IN_PAGE_ERROR: "EXCEPTION_IN_PAGE_ERROR",
    0xC0000008: "EXCEPTION_INVALID_HANDLE",
    0xC000001D: "EXCEPTION_ILLEGAL_INSTRUCTION",
    0xC0000025: "EXCEPTION_NONCONTINUABLE_EXCEPTION",
    0xC0000026: "EXCEPTION_INVALID_DISPOSITION",
    0xC000008C: "EXCEPTION_BOUNDS_EXCEEDED",
    0xC000008D: "EXCEPTION_FLT_DENORMAL_OPERAND",
    0xC000008E: "EXCEPTION_FLT_DIVIDE_BY_ZERO",
    0xC000008F: "EXCEPTION_FLT_INEXACT_RESULT",
    0xC0000090: "EXCEPTION_FLT_INVALID_OPERATION",
    0xC0000091: "EXCEPTION_FLT_OVERFLOW",
    0xC0000092: "EXCEPTION_FLT_STACK_CHECK",
    0xC0000093: "EXCEPTION_FLT_UNDERFLOW",
    0xC0000094: "EXCEPTION_INT_DIVIDE_BY_ZERO",
    0xC0000095: "EXCEPTION_INT_OVERFLOW",
    0xC0000096: "EXCEPTION_PRIV_INSTRUCTION",
    0xC00000FD: "EXCEPTION_STACK_OVERFLOW",
    0xC0000194: "EXCEPTION_POSSIBLE_DEADLOCK",
    0xC0000374: "STATUS_HEAP_CORRUPTION",
    0xC0000409: "STATUS_STACK_BUFFER_OVERRUN",
    0xC0000417: "STATUS_INVALID_CRUNTIME_PARAMETER",
    0xC0000420: "STATUS_ASSERTION_FAILURE",
    0xE06D7363: "Unhandled C++ Exception",
    0xE0434352: "Unhandled .NET Exception",
    0x517A7ED: "Simulated Exception",
}
_SIGNALS = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    4: "SIGILL",
    5: "SIGTRAP",
    6: "SIGABRT",
    7: "SIGBUS",
    8: "SIGFPE",
    9: "SIGKILL",
    10: "SIGUSR1",
    11: "SIGSEGV",
    12: "SIGUSR2",
    13: "SIGPIPE",
    14: "SIGALRM",
    15: "SIGTERM",
    16: "SIGSTKFLT",
    24: "SIGXCPU",
    25: "SIGXFSZ",
    31: "SIGSYS",
}
_SIGNAL_CODES = {
    (4, 1): "ILL_ILLOPC",
    (4, 2): "ILL_ILLOPN",
    (4, 3): "ILL_ILLADR",
    (4, 5): "ILL_PRVOPC",
    (7, 1): "BUS_ADRALN",
    (7, 2): "BUS_ADRERR",
    (8, 1): "FPE_INTDIV",
    (8, 2): "FPE_INTOVF",
    (11, 1): "SEGV_MAPERR",
    (11, 2): "SEGV_ACCERR",
}
_MACH = {
    1: "EXC_BAD_ACCESS",
    2: "EXC_BAD_INSTRUCTION",
    3: "EXC_ARITHMETIC",
    4: "EXC_EMULATION",
    5: "EXC_SOFTWARE",
    6: "EXC_BREAKPOINT",
    7: "EXC_SYSCALL",
    8: "EXC_MACH_SYSCALL",
    9: "EXC_RPC_ALERT",
    10: "EXC_CRASH",
    11: "EXC_RESOURCE",
    12: "EXC_GUARD",
}
_MACH_CODES = {
    (1, 1): "KERN_INVALID_ADDRESS",
    (1, 2): "KERN_PROTECTION_FAILURE",
    (3, 1): "EXC_I386_DIV",
    (6, 1): "EXC_I386_SGL",
    (6, 2): "EXC_I386_BPT",
}


class CrashReason(msgspec.Struct, frozen=True, kw_only=True):
    """A name for what happened, a detail of it, and what `mechanism.meta` tells of it."""

    name: str
    detail: str = ""
    meta: dict[str, Any] = {}

    def __str__(self) -> str:
        return f"{self.name} / {self.detail}" if self.detail else self.name


def crash_reason(crash: Crash, platform: int | None) -> CrashReason:
    """What the numbers mean on a platform."""
    if platform == WINDOWS:
        return _windows(crash)
    if platform in (MACOS, IOS):
        return _mach(crash)
    if platform in (LINUX, ANDROID):
        return _signal(crash)
    return CrashReason(name=f"0x{crash.code:08x}")


def _windows(crash: Crash) -> CrashReason:
    name = _WINDOWS.get(crash.code, f"Exception 0x{crash.code:08x}")
    if crash.code in (_ACCESS_VIOLATION, _IN_PAGE_ERROR) and crash.information:
        access = _ACCESSES.get(crash.information[0])
        name = f"{name}_{access}" if access else name
    return CrashReason(name=name)


def _signal(crash: Crash) -> CrashReason:
    name = _SIGNALS.get(crash.code, f"Signal {crash.code}")
    code = crash.flags - (1 << 32) if crash.flags >= 1 << 31 else crash.flags
    return CrashReason(
        name=name,
        detail=_SIGNAL_CODES.get((crash.code, code), ""),
        meta={"signal": {"number": crash.code, "code": code, "name": name}},
    )


def _mach(crash: Crash) -> CrashReason:
    name = _MACH.get(crash.code, f"Mach exception {crash.code}")
    return CrashReason(
        name=name,
        detail=_MACH_CODES.get((crash.code, crash.flags), ""),
        meta={"mach_exception": {"exception": crash.code, "code": crash.flags, "name": name}},
    )
