"""What the numbers of signals, Mach exceptions and C errors are called, by operating system."""

_LINUX_SIGNALS = (
    "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 "
    "SIGPIPE SIGALRM SIGTERM SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG "
    "SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS"
)
_DARWIN_SIGNALS = (
    "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGEMT SIGFPE SIGKILL SIGBUS SIGSEGV SIGSYS "
    "SIGPIPE SIGALRM SIGTERM SIGURG SIGSTOP SIGTSTP SIGCONT SIGCHLD SIGTTIN SIGTTOU SIGIO SIGXCPU "
    "SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGINFO SIGUSR1 SIGUSR2"
)
_MACH_EXCEPTIONS = (
    "EXC_BAD_ACCESS EXC_BAD_INSTRUCTION EXC_ARITHMETIC EXC_EMULATION EXC_SOFTWARE EXC_BREAKPOINT "
    "EXC_SYSCALL EXC_MACH_SYSCALL EXC_RPC_ALERT EXC_CRASH EXC_RESOURCE EXC_GUARD EXC_CORPSE_NOTIFY"
)
_COMMON_ERRORS = (
    "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD - ENOMEM EACCES EFAULT ENOTBLK "
    "EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC "
    "ESPIPE EROFS EMLINK EPIPE EDOM ERANGE"
)
_DARWIN_SYSTEMS = frozenset({"ios", "macos", "mac os x", "tvos", "watchos", "ipados", "visionos"})
_LINUX_SYSTEMS = frozenset({"linux", "android"})


def signal_name(number: int, system: str) -> str | None:
    if system in _DARWIN_SYSTEMS:
        return _name(_DARWIN_SIGNALS, number)
    if system in _LINUX_SYSTEMS:
        return _name(_LINUX_SIGNALS, number)
    return None


def mach_exception_name(number: int) -> str | None:
    return _name(_MACH_EXCEPTIONS, number)


def error_name(number: int, system: str) -> str | None:
    """The name of an `errno` on the systems that agree on the first 34 of them."""
    if system not in _DARWIN_SYSTEMS and system not in _LINUX_SYSTEMS:
        return None
    name = _name(_COMMON_ERRORS, number)
    if name == "-":
        return "EDEADLK" if system in _DARWIN_SYSTEMS else "EAGAIN"
    return name


def _name(listed: str, number: int) -> str | None:
    names = listed.split()
    return names[number - 1] if 0 < number <= len(names) else None
