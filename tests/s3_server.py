"""A real S3 server for tests: versitygw over a directory, started on a free port."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.database_servers import free_port, listens
from urgentry.blobs.s3 import S3Target

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 20.0
ACCESS_KEY = "tester"
SECRET_KEY = "a secret of tests"


class S3Server:
    """A server whose buckets are directories."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        for name in ("buckets", "metadata"):
            (self._directory / name).mkdir(exist_ok=True)
        keys = {"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
        address = ("--port", f"127.0.0.1:{self.port}")
        places = ("--sidecar", str(self._directory / "metadata"), str(self._directory / "buckets"))
        with (self._directory / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [_program(), *address, "posix", *places],
                env={**os.environ, **keys},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not listens(self.port):
            assert time.monotonic() < deadline, (self._directory / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def make_bucket(self) -> str:
        """The name of a new bucket."""
        self._made += 1
        name = f"bucket-{self._made}"
        (self._directory / "buckets" / name).mkdir()
        return name

    def target(self, bucket: str, *, prefix: str = "") -> S3Target:
        return S3Target(
            bucket=bucket,
            prefix=prefix,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
        )


@contextmanager
def running_s3() -> Iterator[S3Server]:
    """A new server without buckets for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="urgentry-s3-") as name:
        server = S3Server(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _program() -> str:
    built = subprocess.run([ROOT / "scripts/s3-server"], check=True, capture_output=True, text=True)
    return built.stdout.strip()
