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
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def _status_kb(pid: int, key: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1])
    raise RuntimeError(f"/proc/{pid}/status has no {key}")
