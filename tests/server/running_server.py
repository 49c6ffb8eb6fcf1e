"""A real `urgentry serve` in a process of its own: tests and the benchmark start it, stop it, kill
it and read its log. Blocking on purpose: the server turns its loop elsewhere.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.database_servers import free_port

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-c", "import sys; from urgentry.cli import main; sys.exit(main())")
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 30.0
POLL_S = 0.01
EMAIL = "owner@example.com"
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrapped:
    """What `urgentry bootstrap --format json` answered, and how its owner signs in."""

    dsn: str
    auth_token: str
    organization: str
    project: str
    project_id: str
    email: str = EMAIL
    password: str = PASSWORD


class RunningServer:
    """One server on a free port of this machine; its port and directory outlive its process.

    `settings` are further `URGENTRY_*` variables; none of this process is passed on.
    """

    def __init__(
        self,
        directory: Path,
        *,
        database_dsn: str = "",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.program = ROOT
        """The folder that holds the program; a test may exchange it between two starts."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.database_dsn = database_dsn or f"sqlite:///{directory / 'urgentry.sqlite'}"
        self.port = free_port()
        self.otlp_port = free_port()
        self.grpc_port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._settings = dict(settings or {})
        self._log_path = directory / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._first: Bootstrapped | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def with_settings(self, **settings: str) -> "RunningServer":
        """The same server, where it is and with what it has, with these settings besides; not
        started."""
        other = RunningServer(
            self.directory, database_dsn=self.database_dsn, settings=self._settings | settings
        )
        other.port, other.base_url = self.port, self.base_url
        other.otlp_port, other.grpc_port = self.otlp_port, self.grpc_port
        return other

    @property
    def data_dir(self) -> Path:
        """The directory of what the server keeps itself."""
        return Path(self._settings.get("URGENTRY_DATA_DIR", self.directory))

    @property
    def pid(self) -> int:
        """The id of the running process."""
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    def start(self, *, timeout_s: float = START_TIMEOUT_S) -> float:
        """Starts the server and waits until it is ready; how many seconds that took."""
        began = time.perf_counter()
        self.launch()
        self.wait_ready(timeout_s=timeout_s)
        return time.perf_counter() - began

    def launch(self, *, migrate: bool = True) -> None:
        """Starts the process and waits for nothing. SQLite is migrated in any case."""
        arguments = ["serve"]
        if migrate and not self.database_dsn.startswith("sqlite:"):
            arguments.append("--migrate")
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [*COMMAND, *arguments],
                cwd=self.program,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_ready(self, *, timeout_s: float = START_TIMEOUT_S) -> None:
        """Returns when `/ready` answers 200; shows the log when the process ended instead."""
        deadline = time.monotonic() + timeout_s
        while not self.is_ready():
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"the server ended at its start:\n{self.log()}")
            if time.monotonic() > deadline:
                self.kill()
                raise TimeoutError(f"not ready within {timeout_s} s:\n{self.log()}")
            time.sleep(POLL_S)

    def is_listening(self) -> bool:
        """Whether somebody takes connections on the server's port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def is_ready(self) -> bool:
        """Whether `/ready` answers 200 now."""
        try:
            with urllib.request.urlopen(f"{self.base_url}/ready", timeout=5) as answer:  # noqa: S310
                return int(answer.status) == 200
        except (urllib.error.URLError, OSError):
            return False

    def metric(self, name: str) -> float:
        """The value of a metric without labels, now."""
        with urllib.request.urlopen(f"{self.base_url}/metrics", timeout=5) as answer:  # noqa: S310
            for line in answer.read().decode().splitlines():
                if line.startswith(f"{name} "):
                    return float(line.split(" ")[1])
        raise KeyError(name)

    def ask_to_stop(self) -> None:
        """Sends SIGTERM and waits for nothing."""
        os.kill(self.pid, signal.SIGTERM)

    def stop(self) -> int:
        """Asks the server to stop and waits; its exit status. Does nothing when it is stopped."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kills the server as a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def restart(self) -> float:
        """Stops and starts; the seconds that the start took."""
        self.stop()
        return self.start()

    def bootstrap(self, *, org: str = "acme", project: str = "web") -> Bootstrapped:
        """Runs `urgentry bootstrap`; the token of the first run serves for later ones too."""
        answer = json.loads(
            self.run(
                *("bootstrap", "--org", org, "--project", project, "--email", EMAIL),
                *("--password", PASSWORD, "--format", "json"),
            )
        )
        made = Bootstrapped(
            dsn=answer["dsn"],
            auth_token=answer["auth_token"] or "",
            organization=_slug(answer["organization"]),
            project=_slug(answer["project"]),
            project_id=str(answer["project_id"]),
        )
        self._first = self._first or made
        return replace(made, auth_token=made.auth_token or self._first.auth_token)

    def run(self, *arguments: str, timeout_s: float = 60) -> str:
        """Runs another `urgentry` command with this server's settings; its standard output."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.program,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"urgentry {arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        """The variables that the server's commands see."""
        inherited = {key: value for key, value in os.environ.items() if "URGENTRY" not in key}
        return inherited | {
            "URGENTRY_HOST": "127.0.0.1",
            "URGENTRY_PORT": str(self.port),
            "URGENTRY_OTLP_HTTP_PORT": str(self.otlp_port),
            "URGENTRY_OTLP_GRPC_PORT": str(self.grpc_port),
            "URGENTRY_BASE_URL": self.base_url,
            "URGENTRY_DATA_DIR": str(self.directory),
            "URGENTRY_DATABASE_DSN": self.database_dsn,
            "URGENTRY_LOG_FORMAT": "json",
            **self._settings,
        }

    def log(self) -> str:
        """All that the server's processes wrote so far."""
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    def _end(self, with_signal: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(with_signal)
        try:
            return process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise TimeoutError(f"did not stop within {STOP_TIMEOUT_S} s:\n{self.log()}") from None


def _slug(named: str | Mapping[str, str]) -> str:
    return named if isinstance(named, str) else named["slug"]
