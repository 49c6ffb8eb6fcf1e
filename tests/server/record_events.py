"""`python -m tests.server.record_events`: what official SDKs send of many kinds of failures, kept
in `tests/unit/grouping/recorded`. The hashes beside it are never written anew: those of events that
are new are added.

Only what grouping reads is kept of an event, and paths of this machine become those of a server.
"""

import gzip
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import orjson

from tests.server.official_sdks import PROGRAMS, output_of, title_at_the_end, tool
from tests.server.real_browser import real_browser
from tests.unit.grouping.recorded_corpus import RECORDED, add_hashes

Event = dict[str, Any]

ROOT = Path(__file__).parents[2]
KEPT = (
    "platform", "level", "logger", "transaction", "release", "environment", "exception", "logentry",
    "message", "stacktrace", "threads", "fingerprint", "request", "sdk",
)  # fmt: skip
UNPACK = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
FRAME_NOT_KEPT = ("vars", "pre_context", "post_context")


class _Sink(BaseHTTPRequestHandler):
    """Takes envelopes and keeps their events in order."""

    events: list[Event]

    def do_POST(self) -> None:
        unpack = UNPACK[self.headers.get("Content-Encoding", "")]
        self.events.extend(_events_of(unpack(self._body())))
        self._answer(b'{"id": ""}')

    def _body(self) -> bytes:
        if length := self.headers.get("Content-Length"):
            return self.rfile.read(int(length))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(parts)

    def do_OPTIONS(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """What arrives is no news."""


def _events_of(envelope: bytes) -> Iterator[Event]:
    lines = envelope.split(b"\n")
    for header, payload in zip(lines[1::2], lines[2::2], strict=False):
        if orjson.loads(header or b"{}").get("type") == "event":
            yield orjson.loads(payload)


@contextmanager
def _sink() -> Iterator[tuple[str, list[Event]]]:
    """A DSN, and the events that came in by it."""
    events: list[Event] = []
    handler = type("Sink", (_Sink,), {"events": events})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{'0' * 32}@127.0.0.1:{server.server_port}/1", events
        finally:
            server.shutdown()
            thread.join()


def _run_python(dsn: str) -> None:
    output_of([sys.executable, "failures.py"], PROGRAMS / "python", dsn)


def _run_node(dsn: str) -> None:
    output_of([tool("node"), "failures.js"], PROGRAMS / "node", dsn)


def _run_go(dsn: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        program = f"{scratch}/program"
        build = [tool("go"), "build", "-buildvcs=false", "-o", program, "./failures"]
        output_of(build, PROGRAMS / "go", dsn)
        output_of([program], PROGRAMS / "go", dsn)


def _run_browser(dsn: str) -> None:
    with real_browser() as browser:
        title = title_at_the_end("failures", dsn, browser)
    assert title == "delivered", title


RUNS = {"python": _run_python, "node": _run_node, "browser": _run_browser, "go": _run_go}


def kept(event: Event) -> Event:
    """What grouping reads of it, as if it came from a server."""
    event = {name: event[name] for name in KEPT if name in event}
    if isinstance(event.get("request"), dict):
        event["request"] = {"url": event["request"].get("url", "").split("?")[0]}
    event["sdk"] = {name: event["sdk"][name] for name in ("name", "version")}
    _strip_frames(event)
    text = orjson.dumps(event).decode()
    for here, there in _places(text):
        text = text.replace(here, there)
    cleaned: Event = orjson.loads(text)
    return cleaned


def _strip_frames(value: Any) -> None:
    if isinstance(value, dict):
        for name in FRAME_NOT_KEPT:
            value.pop(name, None)
    for member in value.values() if isinstance(value, dict) else value:
        if isinstance(member, dict | list):
            _strip_frames(member)


def _places(text: str) -> Iterator[tuple[str, str]]:
    yield str(PROGRAMS), "/srv/shop"
    yield str(ROOT), "/srv"
    yield str(Path.home()), "/home/shop"
    for part in text.split("http://127.0.0.1:")[1:]:
        yield f"http://127.0.0.1:{part[:5].rstrip('/')}", "https://shop.example"


def main() -> int:
    for name, run in RUNS.items():
        with _sink() as (dsn, events):
            run(dsn)
        body = orjson.dumps([kept(event) for event in events], option=orjson.OPT_INDENT_2)
        (RECORDED / f"{name}.json").write_bytes(body + b"\n")
        sys.stdout.write(f"{name}: {len(events)} events\n")
    sys.stdout.write(f"{add_hashes()} hashes added\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
