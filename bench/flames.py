"""Flame graphs of a running Python process, taken from outside by py-spy.

It stops the process for each look, so that what is measured meanwhile is slower.
"""

import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOKS_A_SECOND = 100


@contextmanager
def flame_graph(pid: int, path: Path) -> Iterator[None]:
    """Looks at a process while the block runs; at its end the graph, an SVG, is at the path.

    :raises RuntimeError: it could not be looked at: it has ended, or the kernel forbids it.
    """
    program = Path(sysconfig.get_path("scripts")) / "py-spy"
    looking = subprocess.Popen(
        (
            *(program, "record", "--pid", str(pid), "--output", path),
            *("--rate", str(_LOOKS_A_SECOND), "--duration", "unlimited"),
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield
    finally:
        looking.send_signal(signal.SIGINT)
        told, _ = looking.communicate()
    if looking.returncode != 0:
        raise RuntimeError(f"no flame graph of process {pid}: {told.strip()}")
