"""The least that a server in Python can do with an event: take the request, unpack it, parse it,
answer. `scenario` measures how many events a second that reaches on this machine, as rates of
machines can be compared only as shares of it.
"""

import argparse
import gzip
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import orjson
import uvicorn

from bench.target import Target, target_of
from tests.database_servers import free_port

_START_SECONDS = 10.0
_ANSWER = b"{}"

Message = MutableMapping[str, Any]


async def app(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Answers envelopes of one item; keeps nothing."""
    body, has_more = b"", scope["type"] == "http"
    while has_more:
        message = await receive()
        body += message.get("body", b"")
        has_more = message.get("more_body", False)
    if body:
        _headers, _item, payload = gzip.decompress(body).split(b"\n", 2)
        orjson.loads(payload)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _ANSWER})


@contextmanager
def floor() -> Iterator[Target]:
    """The server in a process of its own, while the block runs."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.floor", "--port", str(port)])
    try:
        _wait(port)
        yield target_of(f"http://{'0' * 32}@127.0.0.1:{port}/1")
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.floor", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    uvicorn.run(
        app, host="127.0.0.1", port=given.port, lifespan="off", access_log=False, log_level="error"
    )


if __name__ == "__main__":
    main()
