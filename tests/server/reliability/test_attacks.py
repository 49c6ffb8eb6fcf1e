"""Everything hostile at once, from many connections: memory stays bounded, each thing is refused in
the protocol's own words and counted, and another project's events all come in meanwhile."""

import asyncio
import bz2
import gzip
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import httpx
import orjson
import pytest
import zstandard
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.server.ingest.wire import Counted, envelope_of
from tests.server.reliability.books import read_books
from tests.server.reliability.conftest import Run
from tests.server.reliability.load import Load, until
from tests.server.running_server import Bootstrapped, RunningServer

MIB = 1 << 20
MOST_MEMORY = 150 * MIB
"""Above what the server takes when nobody asks anything."""
ATTACKERS = 6
SLOW_CLIENTS = 200
ROUNDS = 2
PATIENCE_S = 30.0


def zeros(size: int) -> Iterator[bytes]:
    for _ in range(size // MIB):
        yield bytes(MIB)


def gzip_bomb(size: int) -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    return b"".join(packer.compress(part) for part in zeros(size)) + packer.flush()


def deflate_bomb(size: int) -> bytes:
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(part) for part in zeros(size)) + packer.flush()


def brotli_bomb(size: int) -> bytes:
    packer = brotli.Compressor(quality=2)
    packed = b"".join(packer.process(part) for part in zeros(size))
    return packed + bytes(packer.finish())


def zstd_bomb(size: int) -> bytes:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    return b"".join(packer.compress(part) for part in zeros(size)) + packer.flush()


BOMBS: dict[str, Callable[[int], bytes]] = {
    "gzip": gzip_bomb,
    "deflate": deflate_bomb,
    "br": brotli_bomb,
    "zstd": zstd_bomb,
}
HUGE = 300 * MIB
"""More than the largest body, once unpacked."""


def event_of(raw: bytes) -> bytes:
    """An envelope with an event as these bytes."""
    return envelope_of(raw)


def item(kind: str, payload: bytes, **header: object) -> bytes:
    head = orjson.dumps({"type": kind, "length": len(payload), **header})
    return head + b"\n" + payload + b"\n"


def hostile_envelopes() -> dict[str, bytes]:
    """Bodies that are not packed."""
    deep = b"[" * 100_000 + b"]" * 100_000
    wide = b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(60_000)) + b"}"
    same = b"{" + b",".join(b'"tags":{"a":"b"}' for _ in range(40_000)) + b"}"
    frames = [{"function": "f" * 200, "filename": "../" * 50 + "etc/passwd"}] * 5_000
    return {
        "deep JSON": event_of(b'{"extra":' + deep + b"}"),
        "wide JSON": event_of(b'{"extra":' + wide + b"}"),
        "duplicate keys": event_of(same),
        "NaN": event_of(b'{"timestamp":NaN,"extra":{"a":-Infinity,"b":1e999}}'),
        "lone surrogates": event_of(b'{"message":"\\ud800\\udfff\\ud800"}'),
        "invalid UTF-8": event_of(b'{"message":"\xff\xfe\xc0\x80"}'),
        "giant integers": event_of(b'{"timestamp":' + b"9" * 100_000 + b"}"),
        "a path as an id": b'{"event_id":"../../../../etc/passwd"}\n' + item("event", b"{}"),
        "a path as a name": b"{}\n" + item("attachment", b"x", filename="../" * 200 + "a"),
        "many frames": event_of(
            orjson.dumps({"exception": {"values": [{"stacktrace": {"frames": frames}}] * 20}})
        ),
        "a megabyte of text": event_of(orjson.dumps({"message": "A" * 900_000})),
        "many items": b"{}\n" + item("event", b"{}") * 20_000,
        "many attachments": b"{}\n" + item("attachment", b"a" * 1_000, filename="a") * 2_000,
        "lengths that lie": b'{}\n{"type":"event","length":4294967296}\n{}',
        "negative lengths": b'{}\n{"type":"event","length":-1}\n{}',
        "a flood of tags": event_of(
            orjson.dumps({"tags": {f"tag-{n}": "v" * 190 for n in range(4_000)}})
        ),
        "many logs": b"{}\n"
        + item(
            "log",
            orjson.dumps({"items": [{"body": "x" * 100, "level": "info"}] * 8_000}),
            item_count=8_000,
            content_type="application/vnd.sentry.items.log+json",
        ),
    }


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    made = {coding: make(HUGE) for coding, make in BOMBS.items()}
    made["gzip, gzip"] = gzip.compress(made["gzip"])
    made["gzip, br"] = bytes(brotli.compress(made["gzip"]))
    return made


@asynccontextmanager
async def slow_clients(server: RunningServer, project: Bootstrapped) -> AsyncIterator[None]:
    """Connections that begin a head, or a body, and leave it at that."""
    writers = []
    for number in range(SLOW_CLIENTS):
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        head = f"POST /api/{project.project_id}/envelope/?sentry_key={key_of(project)} HTTP/1.1\r\n"
        whole = head + "Host: x\r\nContent-Length: 50000\r\n\r\n{}"
        writer.write((head if number % 2 else whole).encode())
        writers.append(writer)
    yield
    for writer in writers:
        writer.close()


def key_of(project: Bootstrapped) -> str:
    return project.dsn.split("//")[1].split("@")[0]


async def test_memory_stays_bounded_while_others_are_served(
    run: Run, bombs: dict[str, bytes]
) -> None:
    async with run() as server:
        attacked = await asyncio.to_thread(server.bootstrap, project="attacked")
        quiet = await asyncio.to_thread(server.bootstrap, project="quiet")
        async with Load(server, quiet, clients=2, rate=20) as load:
            await load.reaches(20)
        idle = memory(server)["VmRSS"]
        async with Load(server, quiet, clients=2, rate=20) as load, slow_clients(server, attacked):
            statuses = await attack(server, attacked, bombs)
            await load.reaches(20, timeout_s=PATIENCE_S)
        peak = memory(server)["VmHWM"]
        assert peak - idle <= MOST_MEMORY, f"{idle / MIB:.0f} MiB idle, {peak / MIB:.0f} at most"
        assert set(statuses) <= {200, 400, 413, 429, 503}, statuses
        assert set(load.log.statuses) == {200}
        assert not load.log.broken
        await until(lambda: ledger(server).is_balanced, timeout_s=PATIENCE_S)
        assert "Traceback" not in server.log()
        books = await read_books(server.database_dsn)
        books.hold(load.log.accepted)


async def attack(
    server: RunningServer, project: Bootstrapped, bombs: dict[str, bytes]
) -> Counter[int]:
    """Sends everything hostile from several connections at once; the statuses of the answers."""
    url = f"/api/{project.project_id}/envelope/?sentry_key={key_of(project)}"
    otlp = f"/api/{project.project_id}/integration/otlp/v1/traces?sentry_key={key_of(project)}"
    packed = [(url, body, {"Content-Encoding": coding}) for coding, body in bombs.items()]
    packed += [(otlp, bombs["gzip"], {"Content-Encoding": "gzip", **PROTOBUF})]
    plain: list[tuple[str, bytes, dict[str, str]]]
    plain = [(url, body, {}) for body in hostile_envelopes().values()]
    plain += [(otlp, many_spans(), PROTOBUF), (otlp, bz2.compress(b"x" * MIB), PROTOBUF)]
    plain += [(minidump(project), form(), {"Content-Type": "multipart/form-data; boundary=b"})]
    requests = [each for _ in range(ROUNDS) for each in (*packed, *plain)]
    statuses: Counter[int] = Counter()
    limit = asyncio.Semaphore(ATTACKERS)

    async def send(path: str, body: bytes, headers: dict[str, str]) -> None:
        async with limit:
            with suppress(httpx.WriteError, httpx.ReadError):  # closed while it was sent
                statuses[(await client.post(path, content=body, headers=headers)).status_code] += 1

    async with httpx.AsyncClient(base_url=server.base_url, timeout=PATIENCE_S) as client:
        await asyncio.gather(*(send(*each) for each in requests))
    return statuses


PROTOBUF = {"Content-Type": "application/x-protobuf"}


def many_spans() -> bytes:
    """An export of 60,000 spans, each as small as can be."""
    export = ExportTraceServiceRequest()
    spans = export.resource_spans.add().scope_spans.add().spans
    for number in range(1, 60_001):
        spans.add(trace_id=bytes(15) + b"\1", span_id=number.to_bytes(8, "big"), name="s")
    return export.SerializeToString()


def minidump(project: Bootstrapped) -> str:
    return f"/api/{project.project_id}/minidump/?sentry_key={key_of(project)}"


def form() -> bytes:
    """A form of many parts with long and odd names."""
    part = b'--b\r\nContent-Disposition: form-data; name="sentry[%s][__proto__]"\r\n\r\nx\r\n'
    parts = b"".join(part % (b"a[" * 200 + b"%d" % number) for number in range(3_000))
    return parts + b"--b--\r\n"


def memory(server: RunningServer) -> dict[str, int]:
    """Bytes that the process takes and has taken at most."""
    status = Path(f"/proc/{server.pid}/status").read_text().splitlines()
    told = [line.split() for line in status if line.startswith("Vm")]
    return {line[0].rstrip(":"): int(line[1]) << 10 for line in told}


def ledger(server: RunningServer) -> Counted:
    return Counted(httpx.get(f"{server.base_url}/metrics").text)
