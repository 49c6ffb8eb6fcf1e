"""What the kernel knows about a running process: memory and processor time."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def peak_memory_mb(pid: int) -> float:
    """The most resident memory that the process had at once, in MB of 2^20 bytes."""
    return _status_kb(pid, "VmHWM") / 1024


def memory_mb(pid: int) -> float:
    """Its resident memory now."""
    return _status_kb(pid, "VmRSS") / 1024


def processor_seconds(pid: int) -> float:
    """Seconds of processor time that the process itself has used so far."""
    return sum(int(ticks) for ticks in _stat(pid)[11:13]) / _TICKS


def family_processor_seconds(pid: int) -> float:
    """The same for the process with all its children, those that have ended included."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own_and_ended = sum(int(ticks) for ticks in _stat(pid)[11:15]) / _TICKS
    return own_and_ended + sum(processor_seconds(int(child)) for child in children)


def machine_processor_seconds() -> float:
    """The same for everything that runs on this machine, the kernel included."""
    user, nice, system, _idle, _iowait, irq, softirq, steal, *_ = (
        int(ticks) for ticks in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    )
    return (user + nice + system + irq + softirq + steal) / _TICKS


def parent(pid: int) -> int:
    """The process that started it."""
    return int(_stat(pid)[1])


def _stat(pid: int) -> list[str]:
    """The fields of `/proc/…/stat` from the state on: proc(5) numbers them from 3."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _status_kb(pid: int, key: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1])
    raise RuntimeError(f"/proc/{pid}/status has no {key}")
