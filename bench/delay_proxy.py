"""A TCP proxy that holds back every answer for a fixed time: it puts a network between the server
and a PostgreSQL on the same machine. Runs in a process of its own, apart from the generator.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

CHUNK = 1 << 16


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hold: float) -> None:
    """Copies until the end; each chunk leaves `hold` seconds after it came, in order."""
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK):
            loop.call_later(hold, writer.write, chunk)
    loop.call_later(hold, writer.close)


async def _serve(host: str, port: int, hold: float) -> None:
    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, port)
        async with asyncio.TaskGroup() as group:
            group.create_task(_pass_on(reader, far_writer, 0.0))
            group.create_task(_pass_on(far_reader, writer, hold))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def delayed(dsn: str, delay_ms: float) -> Iterator[str]:
    """`dsn` by way of a proxy that adds `delay_ms` to each round trip; as it is when that is 0."""
    if not delay_ms:
        yield dsn
        return
    parts = urlsplit(dsn)
    target = f"{parts.hostname}:{parts.port or 5432}"
    proxy = subprocess.Popen(
        [sys.executable, "-m", "bench.delay_proxy", target, str(delay_ms)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = (proxy.stdout.readline() if proxy.stdout else "").strip()
        login = parts.netloc.rpartition("@")[0]
        yield urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}"))
    finally:
        proxy.terminate()
        proxy.communicate()


def main() -> None:
    """Reads the arguments and serves until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m bench.delay_proxy", description=__doc__)
    parser.add_argument("target", help="host:port")
    parser.add_argument("delay_ms", type=float)
    given = parser.parse_args()
    host, _, port = given.target.rpartition(":")
    asyncio.run(_serve(host, int(port), given.delay_ms / 1000))


if __name__ == "__main__":
    main()
